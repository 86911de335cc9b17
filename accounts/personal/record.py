"""A person in the record of who did what: what they did and what was done to their account, without their name.

What staff decided about their orders stays as it was said: somebody may sue over it for years (see `verbs`).
"""

from django.db.models import Q, QuerySet

from accounts.personal.holdings import Holding, Kept, Person, register_holding
from audit.actors import Actor
from audit.erasing import erase
from audit.models import AuditEntry

KINDS = ("user", "customer")  # as which they act: signed in, or on their order
ENTRY = ("at", "action", "target_type", "target_id", "reason", "masked_ip")


def export(person: Person) -> Kept:
    return {"record": list(_theirs(person).order_by("pk").values(*ENTRY))}


def forget(person: Person, *, actor: Actor, reason: str) -> int:
    """How many entries lost who it was, or words about them; the chain over the record still holds."""
    number = str(person.user_id or "")
    done = [erase(person=(kind, number), label=person.email, actor=actor, reason=reason) for kind in KINDS]
    return sum(each.actors + each.words for each in done)


def register() -> None:
    """For the export alone: to erase it takes who does so and why."""
    register_holding(Holding("record", export, lambda person: 0))


def _theirs(person: Person) -> QuerySet[AuditEntry]:
    theirs = Q(actor_id="", actor_label__iexact=person.email)
    if person.user_id:
        theirs |= Q(actor_type__in=KINDS, actor_id=str(person.user_id))
    return AuditEntry.objects.filter(theirs)
