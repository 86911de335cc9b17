"""What queues tells this room about its jobs.

Called in the job's own transaction: nothing slow, and never anything that leaves the database.
"""

from django.db.models.functions import Now
from django.urls import reverse

from mail.models import EmailLog, State
from mail.states import move
from queues.errors import ReplayRefused
from queues.models import Job
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


register("email", on_dead=on_dead, on_cancelled=on_cancelled, on_replay=on_replay, describe=describe)
