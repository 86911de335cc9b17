"""The one way an email comes to be owed: a row and a job, in the transaction of what caused it.

Nothing is sent here: no email may leave for a change that was rolled back.
"""

from collections.abc import Mapping
from email.utils import parseaddr

from django.conf import settings
from django.core.validators import validate_email
from django.db import transaction

from mail import kinds
from mail.models import EmailLog
from queues.enqueue import enqueue
from queues.ids import uuid7


def send_email(
    *, kind: str, to: str, subject: tuple[str, str], cause: str, context: Mapping[str, object], language: str = "en"
) -> EmailLog:
    """The email of this subject, kind and cause, made and enqueued unless it exists already; then that one, as it is.

    Raises UnknownKind, UnfitContext, or ValidationError for what is no address; then nothing was written.
    """
    kinds.examine(kind, context)
    validate_email(to)
    id = uuid7()
    with transaction.atomic():
        email, created = EmailLog.objects.get_or_create(
            subject_type=subject[0],
            subject_id=str(subject[1]),
            kind=kind,
            cause=cause,
            defaults={
                "id": id,
                "to": to,
                "context": context,
                "language": language,
                "message_id": f"<{id}@{_domain()}>",
            },
        )
        if created:
            enqueue("send-email", {"email_id": str(id)}, subject=("email", str(id)), once=str(id))
    return email


def _domain() -> str:
    """Of our own sender: it is the one name a Message-ID of ours may claim."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
