"""What queues tells this room: about its jobs, and what owners must know by email.

Called in the job's or the alert's own transaction: nothing slow, and never anything that leaves the database.
"""

import hashlib

from django.conf import settings
from django.db.models.functions import Now
from django.urls import reverse

from mail.links import register_action_link
from mail.models import EmailLog, State
from mail.sending import send_email
from mail.states import move
from queues.alerts import Kind, register_sink
from queues.errors import ReplayRefused
from queues.models import Alert, Job
from queues.subjects import Description, register


def on_dead(job: Job) -> None:
    """Not handed over: failed. Lost half-way: nobody can know."""
    if not move(job.subject_id, State.QUEUED, State.FAILED, error=job.error):
        move(job.subject_id, State.SENDING, State.UNCERTAIN, error=job.error)


def on_cancelled(job: Job) -> None:
    if not move(job.subject_id, State.QUEUED, State.FAILED, error="Cancelled before it was sent."):
        move(job.subject_id, State.SENDING, State.UNCERTAIN, error="Cancelled while it was being sent.")


def on_replay(job: Job) -> None:
    """The owner's word: it is sent, even at the risk of a second copy; but never what has certainly arrived."""
    moved = any(move(job.subject_id, state, State.QUEUED, queued_at=Now()) for state in (State.FAILED, State.UNCERTAIN))
    if not moved:
        raise ReplayRefused("The email was sent, or is still on its way.")


def describe(email_id: str) -> Description:
    email = EmailLog.objects.filter(pk=email_id).first()
    if email is None:
        return Description("an email that is no longer kept")
    return Description(str(email), reverse("admin:mail_emaillog_change", args=[email_id]))


def tell_owners(alert: Alert) -> None:
    """One email for each address of ALERT_EMAILS and window."""
    for address in settings.ALERT_EMAILS:
        reader = hashlib.sha256(address.lower().encode()).hexdigest()[:16]
        send_email(
            kind="queue_alert",
            to=address,
            subject=("alert", str(alert.pk)),
            cause=f"{alert.quiet_until.isoformat()} {reader}",
            context={
                "trouble": _label(alert),
                "about": alert.about,
                "message": alert.message,
                "since": f"{alert.first_at:%d %B %Y, %H:%M} UTC",
                "times": alert.times,
            },
        )


def alerts_page(alert_id: str) -> str:
    return f"{settings.SITE_URL}{reverse('queues:alerts')}"


def _label(alert: Alert) -> str:
    return str(Kind(alert.kind).label) if alert.kind in Kind.values else alert.kind


register("email", on_dead=on_dead, on_cancelled=on_cancelled, on_replay=on_replay, describe=describe)
register_sink("mail", tell_owners)
register_action_link("alert", alerts_page)
