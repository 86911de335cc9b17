"""One word for "now, please": a failed job starts over, a delayed one need not wait any longer."""

from collections.abc import Collection
from uuid import UUID

from django.db import transaction

from audit.actors import Actor
from audit.recording import record
from queues import transitions
from queues.models import Job, State
from queues.replay import replay
from queues.showing import shown_state
from queues.waking import wake_relay


class NotRetryable(Exception):
    """The job neither failed nor waits for a later time."""


def retry(*, job_id: UUID, actor: Actor, reason: str) -> Job:
    """Replay a failed job, or run a delayed one now. Raises NotRetryable, or NotReplayable as `replay` does."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None:
            raise NotRetryable("it is not kept any more")
        if job.state == State.DEAD:
            return replay(job_id=job_id, actor=actor, reason=reason)
        if not transitions.run_now(job):
            raise NotRetryable(f"it is {shown_state(job)}: only a failed or a delayed job can be retried")
        record(actor=actor, action="job.run_now", target=("job", str(job_id)), reason=reason)
        wake_relay()
    job.refresh_from_db()
    return job


@transaction.atomic
def bring_forward_held(*, queues: Collection[str], most: int) -> int:
    """What was held back need not be any more: the longest waiting first; returns how many."""
    held = Job.objects.held_back().filter(queue__in=queues).order_by("created_at", "id")
    brought = sum(transitions.run_now(job) for job in held[:most])
    if brought:
        wake_relay()
    return brought
