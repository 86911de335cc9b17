"""The only place that speaks SMTP, or has a provider's client send.

A row moves to `sending` in a transaction of its own before the server hears of it: a crash must never pass for unsent.
"""

import smtplib
from uuid import UUID

import structlog
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils import timezone

from mail.confidential import confidential
from mail.lines import one_line
from mail.links import action_link
from mail.models import EmailLog, State
from mail.rendering import render
from mail.states import move
from mail.verdicts import Unknown, Unsent
from queues.errors import Permanent, RetryLater

log = structlog.get_logger(__name__)

# No machine need answer. None of our emails is for a list, so none says how to leave one.
UNANSWERED = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
PROVIDER_ID_LENGTH = 255


def deliver(email_id: UUID) -> None:
    """Sends the email unless it is settled; raises RetryLater or Permanent, as queues understands them.

    Found in `sending`, an earlier run died or lost the line half-way: it is sent once more under the same
    Message-ID and stays `uncertain`, for staff to see.
    """
    email = EmailLog.objects.get(pk=email_id)
    if email.state not in (State.QUEUED, State.SENDING):
        return
    message = _message(email)  # before the claim: what cannot be rendered was never half sent
    if move(email_id, State.QUEUED, State.SENDING, sending_at=timezone.now(), attempts=F("attempts") + 1):
        _send(email, message, before=State.QUEUED, during=State.SENDING, after=State.SENT)
    elif move(email_id, State.SENDING, State.UNCERTAIN, sending_at=timezone.now(), attempts=F("attempts") + 1):
        _send(email, message, before=State.SENDING, during=State.UNCERTAIN, after=State.UNCERTAIN)


def _message(email: EmailLog) -> EmailMultiAlternatives:
    action_url = action_link(email.subject_type, email.subject_id)
    context = {**email.context, **confidential(email)}
    rendered = render(email.kind, context, action_url=action_url, language=email.language)
    message = EmailMultiAlternatives(
        subject=rendered.subject,
        body=rendered.text,
        to=[email.to],
        headers={"Message-ID": email.message_id, **UNANSWERED},
    )
    message.attach_alternative(rendered.html, "text/html")
    message.metadata = {"email_id": str(email.pk)}  # type: ignore[attr-defined]  # told to a provider, not to SMTP
    return message


def _send(email: EmailLog, message: EmailMultiAlternatives, *, before: State, during: State, after: State) -> None:
    try:
        provider_id = _transmit(message)
    except Unsent as error:
        if error.final:
            move(email.id, during, State.FAILED, error=str(error))
            raise Permanent(str(error)) from error
        move(email.id, during, before, error=str(error))
        raise RetryLater(str(error), error.after_seconds) from error
    except Unknown as error:
        if during is State.SENDING:
            raise RetryLater(str(error)) from error
        move(email.id, during, after, error=str(error))
        return
    move(email.id, during, after, error="", sent_at=timezone.now(), provider_id=provider_id)


def _transmit(message: EmailMultiAlternatives) -> str:
    """By what name the provider knows the message; empty where it gives none. Raises Unsent or Unknown."""
    connection = get_connection()
    try:
        _connect(connection)
        connection.send_messages([message])
        return one_line(getattr(connection, "provider_id", ""), PROVIDER_ID_LENGTH)
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        raise _refused(code, answer) from error
    except smtplib.SMTPResponseException as error:
        raise _refused(error.smtp_code, error.smtp_error) from error
    except smtplib.SMTPNotSupportedError as error:
        raise Unsent(str(error), final=True) from error
    except OSError as error:
        if getattr(connection, "entrusted", True):
            raise Unknown(f"The line broke after the message was handed over: {error}") from error
        raise Unsent(f"The line broke before the message was handed over: {error}") from error
    finally:
        _hang_up(connection)


def _connect(connection: BaseEmailBackend) -> None:
    """Whatever goes wrong here, a refused password too, is about the server and not about the message."""
    try:
        connection.open()
    except OSError as error:  # smtplib's own errors are OSErrors
        raise Unsent(f"No connection to the mail server: {error}") from error


def _refused(code: int, answer: bytes | str) -> Unsent:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
    return Unsent(f"SMTP {code}: {text}", final=500 <= code < 600)


def _hang_up(connection: BaseEmailBackend) -> None:
    """A farewell that fails changes nothing: the verdict on the message is in already."""
    try:
        connection.close()
    except OSError as error:
        log.info("smtp_farewell_failed", error=str(error))
