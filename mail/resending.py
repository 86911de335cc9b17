"""An email sent once more by hand: a row of its own, linked to the first, to the same address and nobody else's.

What an email says and nobody keeps (a sign-in code) must never be sent again: whoever needs one asks for a new one.
"""

from uuid import UUID

from django.db import transaction

from audit.actors import Actor
from audit.recording import record
from mail.confidential import CONFIDENTIAL
from mail.kinds import KINDS
from mail.models import EmailLog, State
from mail.previewing import is_forgotten
from mail.sending import write_again

SETTLED = frozenset({State.SENT, State.FAILED, State.UNCERTAIN})


class NotResendable(Exception):
    """The message says why, to the person who asked."""


class ReasonMissing(ValueError):
    """Nobody may send an email again without saying why."""


class AlreadyResent(Exception):
    """Somebody did so since the page was read; perhaps the same click, twice."""


def why_not(email: EmailLog) -> str:
    """Why this email cannot be sent again; empty when it can."""
    if email.kind in CONFIDENTIAL:
        return "It holds something that is told once only. Whoever needs another asks for a new one."
    if email.kind not in KINDS:
        return "There are no templates for this kind any more."
    if email.state not in SETTLED:
        return "It is still on its way."
    if is_forgotten(email):
        return "What it said is not kept any more."
    return ""


def copies_of(email: EmailLog) -> int:
    """How many were asked for by hand so far."""
    return EmailLog.objects.filter(resend_of=_first(email)).count()


def resend(*, email: EmailLog, actor: Actor, reason: str, copies_seen: int) -> EmailLog:
    """The copy, made and enqueued. `copies_seen` is how many the person was shown: one decision makes one copy.

    Raises ReasonMissing, NotResendable, or AlreadyResent; then nothing was written.
    """
    if not reason.strip():
        raise ReasonMissing(f"email {email.pk}")
    with transaction.atomic():
        first = EmailLog.objects.select_for_update().get(pk=_first(email))
        asked = EmailLog.objects.get(pk=email.pk)
        if words := why_not(asked):
            raise NotResendable(words)
        if copies_of(first) != copies_seen:
            raise AlreadyResent(f"email {first.pk}")
        copy = write_again(asked, first=first, number=copies_seen + 1)
        record(
            actor=actor,
            action="email.resent",
            target=("email", str(first.pk)),
            reason=reason,
            after={"copy": str(copy.pk), "kind": copy.kind},
        )
    return copy


def _first(email: EmailLog) -> UUID:
    return email.resend_of_id or email.pk
