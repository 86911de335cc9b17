"""Run a dead letter again, in place: same job, fresh budgets, its history kept, who and why on record."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from pydantic import ValidationError

from audit.actors import Actor
from audit.recording import record
from queues import transitions
from queues.declare import definition_of
from queues.enqueue import wake_relay
from queues.errors import NotReplayable, TwinAlive, UnknownJob
from queues.models import DeadLetter, Job, State
from queues.subjects import subject_of


def replay(*, job_id: UUID, actor: Actor, reason: str) -> Job:
    """Bring a dead job back to waiting. Raises NotReplayable (TwinAlive, ReplayRefused) with nothing changed."""
    with transaction.atomic():
        job = Job.objects.select_for_update().filter(pk=job_id).first()
        if job is None or job.state != State.DEAD:
            raise NotReplayable("it is not among the dead letters any more")
        refuse_unless_replayable(job)
        subject_of(job).on_replay(job)
        _revive(job)
        DeadLetter.objects.filter(pk=job_id).update(
            replays=F("replays") + 1, replayed_at=Now(), replayed_by=actor.label, replay_reason=reason[:500]
        )
        record(actor=actor, action="job.replayed", target=("job", str(job_id)), reason=reason)
        wake_relay()
    job.refresh_from_db()
    return job


def refuse_unless_replayable(job: Job) -> None:
    """Raise TwinAlive or NotReplayable when a replay is bound to fail: what a dry run asks as well."""
    if job.key is not None:
        twin = Job.objects.live().filter(queue=job.queue, key=job.key).first()
        if twin is not None:
            raise TwinAlive(twin.pk)
    try:
        definition_of(job.name).payload.model_validate(job.payload)
    except UnknownJob as error:
        raise NotReplayable(str(error)) from None
    except ValidationError as error:
        raise NotReplayable(f"its payload no longer fits {job.name}: {error.error_count()} faults") from None


def _revive(job: Job) -> None:
    """The one-live-job-per-key constraint decides a race between two replays' twins."""
    try:
        with transaction.atomic():
            moved = transitions.revive(job)
    except IntegrityError:
        twin = Job.objects.live().filter(queue=job.queue, key=job.key).first()
        raise TwinAlive(twin.pk if twin else job.pk) from None
    if not moved:
        raise NotReplayable("somebody else replayed it just now")
