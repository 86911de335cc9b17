"""Run a dead letter again, in place: same job, fresh budgets, its history kept, who and why on record."""

from uuid import UUID

from django.db import IntegrityError, transaction
from django.db.models import F
from django.db.models.functions import Now
from pydantic import ValidationError

from audit.actors import Actor
from audit.masking import masked_text
from audit.recording import record
from queues import transitions
from queues.declare import definition_of
from queues.errors import NotReplayable, TwinAlive, UnknownJob
from queues.models import DeadLetter, Job, State
from queues.subjects import subject_of
from queues.waking import wake_relay
from queues.words import counted


class NoLongerDead(NotReplayable):
    """Somebody replayed or deleted it meanwhile, or it never died."""


def replay(*, job_id: UUID, actor: Actor, reason: str) -> Job:
    """Bring a dead job back to waiting. Raises NotReplayable (NoLongerDead, TwinAlive, ReplayRefused), or whatever its
    subject raises, with nothing changed.
    """
    with transaction.atomic():
        job = locked_dead_job(job_id)
        refuse_twin(job)
        refuse_outdated(job)
        subject_of(job).on_replay(job)
        _revive(job)
        DeadLetter.objects.filter(pk=job_id).update(
            replays=F("replays") + 1,
            replayed_at=Now(),
            replayed_by=actor.label[:200],
            replay_reason=masked_text(reason.strip())[:500],
        )
        record(actor=actor, action="job.replayed", target=("job", str(job_id)), reason=reason)
        wake_relay()
    job.refresh_from_db()
    return job


def locked_dead_job(job_id: UUID) -> Job:
    """The job, locked for the caller's transaction. Raises NoLongerDead."""
    job = Job.objects.select_for_update().filter(pk=job_id).first()
    if job is None or job.state != State.DEAD:
        raise NoLongerDead("it is not among the dead letters any more")
    return job


def refuse_twin(job: Job) -> None:
    """Raise TwinAlive when another live job has its key."""
    if job.key is None:
        return
    twin = Job.objects.live().filter(queue=job.queue, key=job.key).first()
    if twin is not None:
        raise TwinAlive(twin.pk)


def refuse_outdated(job: Job) -> None:
    """Raise NotReplayable when this release no longer declares the job, or not for such a payload or queue."""
    try:
        definition = definition_of(job.name)
        definition.payload.model_validate(job.payload)
    except UnknownJob as error:
        raise NotReplayable(str(error)) from None
    except ValidationError as error:
        faults = counted(error.error_count(), "fault", "faults")
        raise NotReplayable(f"its payload no longer fits {job.name}: {faults}") from None
    if definition.queue.name != job.queue:
        raise NotReplayable(f"{job.name} has moved to the queue {definition.queue.name}; nobody would run it here")


def _revive(job: Job) -> None:
    """The one-live-job-per-key constraint decides a race between two replays' twins."""
    try:
        with transaction.atomic():
            moved = transitions.revive(job)
    except IntegrityError:
        twin = Job.objects.live().filter(queue=job.queue, key=job.key).first()
        raise TwinAlive(twin.pk if twin else job.pk) from None
    if not moved:
        raise NoLongerDead("somebody else replayed it just now")
