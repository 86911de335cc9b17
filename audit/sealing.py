"""Seals the record: one link for each entry, in a chain, by a job once a minute, never in the business' transactions.

Ids are given in one order and committed in another: an entry with a lower id may come to be seen after one with a
higher. So a link's place is not its entry's id but a number given here, under a lock that one sealer holds at a time.
Whatever is committed and has no seal takes the next numbers, by id; what is committed later is found at the next round
and takes later ones. No round waits for a writer, and none is overtaken.

Only entries above a floor are looked at: that of the seal LATE before the last one. A transaction that kept an entry to
itself for longer than that would stay unsealed, and `audit.verifying` says so: it looks the same as one smuggled in.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet

from audit import chain
from audit.actors import Actor
from audit.models import AuditEntry, ChainHead, Seal
from audit.openings import alone
from audit.recording import record

log = structlog.get_logger("audit")
AT_ONCE = 1000
LATE = timedelta(hours=1)


class ChainBroken(Exception):
    """The last seal is not the one that was noted as the last: nothing is sealed on top of that."""


@dataclass(frozen=True)
class Sealed:
    """How many entries were sealed now, and where the chain ends: `number:digest`, to be kept elsewhere."""

    entries: int
    head: str


def seal() -> Sealed:
    """Seal every entry that can be seen; 0 also while somebody else is at it. Raises ChainBroken."""
    entries, above = 0, 0  # within one round no id is looked at twice: what comes late is the next round's
    while True:
        with transaction.atomic():
            some = _seal_some(above) if alone(patient=False) else []
        entries += len(some)
        if len(some) < AT_ONCE:
            break
        above = some[-1].entry_id
    head = str(ChainHead.objects.first() or "")
    if entries:
        log.info("audit_sealed", entries=entries, head=head)
    return Sealed(entries, head)


def go_on(*, actor: Actor, reason: str) -> None:
    """Take the last seal that is left for the chain's end, once people know what befell it; this is on the record."""
    with transaction.atomic():
        alone(patient=True)
        last, head = Seal.objects.order_by("-number").first(), ChainHead.objects.first()
        if last is None:
            ChainHead.objects.all().delete()
        else:
            _note(last)
        before, after = {"head": str(head or "")}, {"head": str(ChainHead.objects.first() or "")}
        record(
            actor=actor, action="audit.gone_on", target=("audit", "chain"), reason=reason, before=before, after=after
        )


def last_seal() -> Seal | None:
    """The chain's end. Raises ChainBroken where it is not what was noted."""
    last, head = Seal.objects.order_by("-number").first(), ChainHead.objects.first()
    if (last is None) != (head is None):
        raise ChainBroken("seals without an end on record" if head is None else f"no seal is left of {head.number}")
    if last is not None and head is not None:
        if (last.number, bytes(last.digest)) != (head.number, bytes(head.digest)):
            raise ChainBroken(f"the chain ends at seal {last.number}, not at {head}")
        if bytes(head.proof) != chain.proof_of(head.number, bytes(head.digest)):
            raise ChainBroken(f"its end at seal {head.number} was not written with AUDIT_SEAL_KEY")
    return last


def floor_below(last: Seal | None) -> int:
    """The id up to which no entry may come any more."""
    if last is None:
        return 0
    old = Seal.objects.filter(at__lt=last.at - LATE).order_by("-at", "-number").values_list("entry_id").first()
    return old[0] if old else 0


def unsealed_seconds() -> float:
    """For how long the first entry without a seal has been there; 0 when there is none."""
    first = _unsealed(Seal.objects.order_by("-number").first()).first()
    return max(0.0, (_now() - first.at).total_seconds()) if first else 0.0


def _unsealed(last: Seal | None) -> QuerySet[AuditEntry]:
    sealed = Exists(Seal.objects.filter(entry_id=OuterRef("pk")))
    return AuditEntry.objects.filter(~sealed, pk__gt=floor_below(last)).order_by("pk")


def _seal_some(above: int) -> list[Seal]:
    last = last_seal()
    entries = list(_unsealed(last).filter(pk__gt=above)[:AT_ONCE])
    if not entries:
        return []
    seals = _links(entries, last, _now())
    Seal.objects.bulk_create(seals)
    _note(seals[-1])
    return seals


def _links(entries: list[AuditEntry], last: Seal | None, at: datetime) -> list[Seal]:
    seals, number, before = [], last.number if last else 0, bytes(last.digest) if last else chain.START
    for entry in entries:
        number += 1
        parts = chain.facts_of(entry), chain.actor_of(entry), chain.words_of(entry)
        before = chain.link(before=before, number=number, entry_id=entry.pk, at=at, parts=parts)
        facts, actor, words = parts
        seals.append(
            Seal(number=number, entry_id=entry.pk, at=at, facts=facts, actor=actor, words=words, digest=before)
        )
    return seals


def _note(last: Seal) -> None:
    digest = bytes(last.digest)
    values = {"number": last.number, "digest": digest, "proof": chain.proof_of(last.number, digest)}
    ChainHead.objects.update_or_create(pk=1, defaults=values)


def _now() -> datetime:
    """The database's clock, which the entries' times are from."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        at: datetime = cursor.fetchone()[0]
    return at
