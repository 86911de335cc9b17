"""Erases what is personal in the record, and says on the record that it did.

What was done, to what and when stays, and so does every link of the chain: see audit.chain.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q

from audit.actors import Actor
from audit.models import AuditEntry
from audit.openings import ERASING, alone, opened
from audit.personal import ERASED, erased
from audit.recording import record

ACTION = "audit.erased"
Erasures = dict[str, set[int]]


@dataclass(frozen=True)
class Erased:
    """How many entries lost the name of who acted, and how many their words."""

    actors: int
    words: int


def erase(
    *, person: tuple[str, str], label: str = "", also: Iterable[tuple[str, str]] = (), actor: Actor, reason: str
) -> Erased:
    """Of a person (`type`, `id`): the name and network in what they did, the words in what was done to them.

    `label` is what they were called where they had no id yet, `also` are other targets whose words are about them, such
    as their orders. Twice is once.
    """
    targets = Q()
    for target_type, target_id in (person, *also):
        targets |= Q(target_type=target_type, target_id=target_id)
    with opened(ERASING):
        alone(patient=True)
        theirs = Q(actor_type=person[0], actor_id=person[1]) if person[1] else Q(pk=None)
        if label:
            theirs |= Q(actor_id="", actor_label__iexact=label)
        done = AuditEntry.objects.filter(theirs, salt_of_actor__isnull=False)
        actors = list(done.values_list("pk", flat=True))
        spoken = list(AuditEntry.objects.filter(targets, salt_of_words__isnull=False).exclude(action=ACTION))
        AuditEntry.objects.filter(pk__in=actors).update(actor_label=ERASED, masked_ip="", salt_of_actor=None)
        for entry in spoken:
            _erase_words(entry)
        if actors or spoken:
            after = {"actor": actors, "words": [entry.pk for entry in spoken]}
            record(actor=actor, action=ACTION, target=person, reason=reason, after=after)
    return Erased(len(actors), len(spoken))


def erasures() -> Erasures:
    """By part, the entries of which the record says that it was erased."""
    found: Erasures = {"actor": set(), "words": set()}
    for after in AuditEntry.objects.filter(action=ACTION).values_list("after", flat=True):
        for part, entries in found.items():
            entries.update(after.get(part, ()))
    return found


def _erase_words(entry: AuditEntry) -> None:
    AuditEntry.objects.filter(pk=entry.pk).update(
        reason=ERASED if entry.reason else "",
        before=erased(entry.before),
        after=erased(entry.after),
        salt_of_words=None,
    )
