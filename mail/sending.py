"""The one way an email comes to be owed: a row and a job, in the transaction of what caused it.

Nothing is sent here: no email may leave for a change that was rolled back.
"""

import hashlib
from collections.abc import Mapping, Sequence
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.validators import validate_email
from django.db import transaction

from mail import kinds, states
from mail.models import EmailLog
from queues.enqueue import enqueue
from queues.ids import uuid7


def send_email(
    *, kind: str, to: str, subject: tuple[str, str], cause: str, context: Mapping[str, object], language: str = "en"
) -> EmailLog:
    """The email of this subject, kind and cause, made and enqueued unless it exists already; then that one, as it is.

    Raises UnknownKind, UnfitContext, or ValidationError for what is no address; then nothing was written.
    """
    with transaction.atomic():
        email, created = _write(kind, to, subject, cause, context=context, language=language)
        if created:
            _enqueue(email)
    return email


def write_email(
    *, kind: str, to: str, subject: tuple[str, str], cause: str, context: Mapping[str, object], language: str = "en"
) -> EmailLog:
    """Like `send_email`, for a job of another queue, which delivers it by itself: nothing is enqueued."""
    return _write(kind, to, subject, cause, context=context, language=language)[0]


def write_again(email: EmailLog, *, first: EmailLog, number: int) -> EmailLog:
    """A copy of the email with an identity of its own, enqueued. Whether there may be one is `resending`'s to say."""
    copy = EmailLog.objects.create(
        kind=email.kind,
        to=email.to,
        subject_type=email.subject_type,
        subject_id=email.subject_id,
        cause=f"copy {number} of {first.pk}",
        context=email.context,
        language=email.language,
        resend_of=first,
        **_identity(),
    )
    _enqueue(copy)
    return copy


def send_to_owners(*, kind: str, subject: tuple[str, str], cause: str, context: Mapping[str, object]) -> None:
    """One email for each address of ALERT_EMAILS and cause."""
    _send_to_each(settings.ALERT_EMAILS, kind=kind, subject=subject, cause=cause, context=context)


def send_to_desk(*, kind: str, subject: tuple[str, str], cause: str, context: Mapping[str, object]) -> None:
    """One email for each address of DESK_EMAILS and cause."""
    _send_to_each(settings.DESK_EMAILS, kind=kind, subject=subject, cause=cause, context=context)


def give_up(subject: tuple[str, str], error: str) -> None:
    """Whatever is still owed about the subject will not be sent any more."""
    for email in EmailLog.objects.filter(subject_type=subject[0], subject_id=subject[1]):
        states.give_up(email.pk, error)


def owe_again(subject: tuple[str, str]) -> None:
    """Whatever failed or is uncertain about the subject counts as unsent again; its job is the caller's."""
    for email in EmailLog.objects.filter(subject_type=subject[0], subject_id=subject[1]):
        states.owe_again(email.pk)


def _write(
    kind: str, to: str, subject: tuple[str, str], cause: str, *, context: Mapping[str, object], language: str
) -> tuple[EmailLog, bool]:
    kinds.examine(kind, context)
    validate_email(to)
    fields = {"to": to, "context": context, "language": language}
    return EmailLog.objects.get_or_create(
        subject_type=subject[0],
        subject_id=str(subject[1]),
        kind=kind,
        cause=cause,
        defaults={**_identity(), **fields},
    )


def _enqueue(email: EmailLog) -> None:
    enqueue("send-email", {"email_id": str(email.pk)}, subject=("email", str(email.pk)), once=str(email.pk))


def _identity() -> dict[str, Any]:
    """The Message-ID is of the row, so that whoever receives one email twice can tell."""
    id = uuid7()
    return {"id": id, "message_id": f"<{id}@{_domain()}>"}


def _send_to_each(
    addresses: Sequence[str], *, kind: str, subject: tuple[str, str], cause: str, context: Mapping[str, object]
) -> None:
    for address in addresses:
        reader = hashlib.sha256(address.lower().encode()).hexdigest()[:16]
        send_email(kind=kind, to=address, subject=subject, cause=f"{cause} {reader}", context=context)


def _domain() -> str:
    """Of our own sender: it is the one name a Message-ID of ours may claim."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
