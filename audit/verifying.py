"""Compares the record with its chain, and says of each entry what is not as it was.

It reads only, and must never mend: a finding is for people, and for whoever keeps the last `number:digest` elsewhere.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from audit import chain, erasing, retiring
from audit.models import AuditEntry, ChainHead, Seal
from audit.openings import alone
from audit.sealing import LATE, ChainBroken, floor_below, last_seal

AT_ONCE = 2000


@dataclass(frozen=True)
class Problem:
    """What is wrong, and with which entry; none where it is the chain itself."""

    entry_id: int | None
    what: str

    def __str__(self) -> str:
        return f"entry {self.entry_id}: {self.what}" if self.entry_id else self.what


@dataclass
class Report:
    """`waiting` entries have no seal yet, as the newest never have."""

    problems: list[Problem] = field(default_factory=list)
    seals: int = 0
    retired: int = 0
    waiting: int = 0
    head: str = ""


@dataclass
class _Walk:
    """Where the walk along the chain stands."""

    before: bytes = chain.START
    number: int = 0
    newest: datetime | None = None


def verify(*, noted: str = "") -> Report:
    """Everything, from the first link; nothing is sealed meanwhile. `noted` is a `number:digest` kept elsewhere."""
    report = Report()
    with transaction.atomic():
        alone(patient=True)
        report.head = str(ChainHead.objects.first() or "")
        report.problems.extend(_along_the_chain(report, noted))
        report.problems.extend(_end())
        report.problems.extend(_unsealed(report))
    return report


def _along_the_chain(report: Report, noted: str) -> Iterator[Problem]:
    walk, through, excused = _Walk(), retiring.retired_through(), erasing.erasures()
    while seals := list(Seal.objects.filter(number__gt=walk.number).order_by("number")[:AT_ONCE]):
        entries = AuditEntry.objects.in_bulk([seal.entry_id for seal in seals])
        for seal in seals:
            yield from _link(seal, walk)
            yield from _noted(seal, noted)
            report.seals += 1
            if seal.entry_id in entries:
                yield from _entry(entries[seal.entry_id], seal, excused, walk)
            elif seal.number <= through:
                report.retired += 1
            else:
                yield Problem(seal.entry_id, f"deleted; it was sealed as {seal.number}")
    if noted and walk.number < int(noted.partition(":")[0]):
        yield Problem(None, f"the chain ends at seal {walk.number}: cut, for {noted} was noted")


def _link(seal: Seal, walk: _Walk) -> Iterator[Problem]:
    """After a broken link the walk goes on from what stands there, so that one change is one finding."""
    if seal.number != walk.number + 1:
        yield Problem(None, f"the chain is cut: seals {walk.number + 1} to {seal.number - 1} are missing")
    elif bytes(seal.digest) != chain.link(
        before=walk.before,
        number=seal.number,
        entry_id=seal.entry_id,
        at=seal.at,
        parts=(bytes(seal.facts), bytes(seal.actor), bytes(seal.words)),
    ):
        yield Problem(seal.entry_id, f"its seal {seal.number} does not follow from the one before it")
    walk.before, walk.number = bytes(seal.digest), seal.number


def _noted(seal: Seal, noted: str) -> Iterator[Problem]:
    number, _, digest = noted.partition(":")
    if number == str(seal.number) and digest != bytes(seal.digest).hex():
        yield Problem(seal.entry_id, f"its seal {seal.number} is not the one that was noted")


def _entry(entry: AuditEntry, seal: Seal, excused: erasing.Erasures, walk: _Walk) -> Iterator[Problem]:
    if chain.facts_of(entry) != bytes(seal.facts):
        yield Problem(entry.pk, "changed: what was done to what, when, by which account, or before and after")
    for part, digest, sealed in (
        ("actor", chain.actor_of(entry), bytes(seal.actor)),
        ("words", chain.words_of(entry), bytes(seal.words)),
    ):
        if not digest and entry.pk not in excused[part]:
            yield Problem(entry.pk, f"changed: {part} erased, and no erasure on record speaks of it")
        elif digest and digest != sealed:
            yield Problem(entry.pk, f"changed: {part}")
    if walk.newest is not None and entry.at < walk.newest - LATE:
        yield Problem(
            entry.pk, f"inserted: it says {entry.at:%Y-%m-%d %H:%M} and came after {walk.newest:%Y-%m-%d %H:%M}"
        )
    walk.newest = max(walk.newest or entry.at, entry.at)


def _end() -> Iterator[Problem]:
    try:
        last_seal()
    except ChainBroken as broken:
        yield Problem(None, f"the chain is cut: {broken}")


def _unsealed(report: Report) -> Iterator[Problem]:
    floor = floor_below(Seal.objects.order_by("-number").first())
    sealed = Exists(Seal.objects.filter(entry_id=OuterRef("pk")))
    for pk, at in AuditEntry.objects.filter(~sealed).order_by("pk").values_list("pk", "at").iterator():
        report.waiting += 1
        if pk <= floor:
            yield Problem(pk, "inserted: it has no seal, and those around it have long been sealed")
        elif at < timezone.now() - LATE:
            yield Problem(pk, f"not sealed since {at:%Y-%m-%d %H:%M}: does the job seal-audit run?")
