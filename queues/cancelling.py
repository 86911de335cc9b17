"""Ask a job to stop: at once when it has not started, at its next checkpoint when it runs."""

from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now

from audit.actors import Actor
from audit.recording import record
from queues import transitions
from queues.models import LIVE, Job, State


class NothingToCancel(Exception):
    """The job has ended already."""


def cancel(*, job_id: UUID, actor: Actor, reason: str) -> Job:
    """Cancel a live job. Raises NothingToCancel."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id, state__in=LIVE).first()
        if job is None:
            raise NothingToCancel(f"job {job_id} has ended")
        if job.state == State.ACTIVE:
            Job.objects.filter(pk=job_id).update(cancel_requested_at=Now(), cancel_reason=reason[:200])
        else:
            transitions.cancel(job, reason=reason)
        record(actor=actor, action="job.cancelled", target=("job", str(job_id)), reason=reason)
    job.refresh_from_db()
    return job
