"""Finding a person, handing them what is kept of them, and erasing them.

Erasing (GDPR, article 17) replaces what names them by a pseudonym. What the law makes us keep stays, under that
pseudonym: amounts, receipts, refunds and Stripe's numbers of them, as books and vouchers (article 17(3)(b); in Germany
§ 147 AO and § 257 HGB, eight to ten years), and what was published for whom and when, for as long as somebody may
sue over it (article 17(3)(e)).
"""

import io
import json
import zipfile
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from accounts.personal import record as on_record
from accounts.personal.holdings import HOLDINGS, Person
from accounts.personal.pseudonyms import is_pseudonym, pseudonym_of, trace_of
from accounts.roles import Role
from audit.access import record_access
from audit.actors import Actor
from audit.models import AuditEntry
from audit.recording import record

ERASED, TARGET = "person.erased", "person"
ABOUT = (
    "Everything kept of this person, one file for each kind. Times are UTC. Cards are known to Stripe alone; of network"
    " addresses only the network is kept; sign-in codes themselves are kept nowhere."
)


class NobodyKnown(LookupError):
    """Nothing is kept of anybody with this address."""


class ErasedAlready(NobodyKnown):
    """It was, and nothing came since."""


class IsStaff(Exception):
    """What staff did stays on record under their name: their account is switched off instead."""


class ReasonMissing(ValueError):
    """Nobody is erased without saying why."""


class StillNeeded(Exception):
    """`reasons` say, a sentence each, what has to end first."""

    def __init__(self, reasons: list[str]) -> None:
        super().__init__(" ".join(reasons))
        self.reasons = reasons


@dataclass(frozen=True)
class Erased:
    """`counts` are the rows that were changed, by the holding's name."""

    pseudonym: str
    counts: dict[str, int]


def find(email: str) -> Person:
    """The person of this address, in whatever case. Raises NobodyKnown, ErasedAlready or IsStaff."""
    user = User.objects.of_address(email.strip()).first()
    if user is not None and user.role != Role.CUSTOMER:
        raise IsStaff(user.email)
    known = user.email if user else email.strip()
    person = Person(known, user.pk if user else None, pseudonym_of(known, user.pk if user else None))
    if is_pseudonym(known):
        raise ErasedAlready(known)
    if user is None and not any(_is_anything(holding.export(person)) for holding in HOLDINGS):
        was_erased = AuditEntry.objects.filter(target_type=TARGET, target_id=trace_of(email), action=ERASED).exists()
        raise ErasedAlready(known) if was_erased else NobodyKnown(known)
    return person


def hindrances(person: Person) -> list[str]:
    """Why they cannot be erased yet; empty when they can."""
    with transaction.atomic():  # a holding may lock what it looks at
        return [reason for holding in HOLDINGS for reason in holding.hinders(person)]


def export(*, person: Person, actor: Actor) -> bytes:
    """A zip of JSON files; that it was made is in the access log before anything is read."""
    target = (TARGET, trace_of(person.email))
    record_access(actor=actor, action="person.exported", target=target, what="everything kept")
    files = {name: kept for holding in HOLDINGS for name, kept in holding.export(person).items()}
    about = {"about": ABOUT, "email": person.email, "made_at": timezone.now(), "files": sorted(files)}
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, kept in {"about": about, **files}.items():
            packed.writestr(f"{name}.json", json.dumps(kept, indent=2, ensure_ascii=False, default=_as_text))
    return archive.getvalue()


def erase(*, email: str, actor: Actor, reason: str) -> Erased:
    """Raises ReasonMissing, NobodyKnown, ErasedAlready, IsStaff or StillNeeded; then nothing was changed."""
    if not reason.strip():
        raise ReasonMissing
    with transaction.atomic():
        list(User.objects.of_address(email.strip()).select_for_update())  # nobody signs in or orders meanwhile
        person = find(email)
        if reasons := hindrances(person):
            raise StillNeeded(reasons)
        counts = {holding.name: holding.erase(person) for holding in HOLDINGS}
        counts["record"] = on_record.forget(person, actor=actor, reason=reason)
        after = {"pseudonym": person.pseudonym, "changed": counts}
        record(actor=actor, action=ERASED, target=(TARGET, trace_of(person.email)), reason=reason, after=after)
    return Erased(person.pseudonym, counts)


def _is_anything(kept: object) -> bool:
    return any(kept.values()) if isinstance(kept, dict) else bool(kept)


def _as_text(value: object) -> str:
    return str(value)
