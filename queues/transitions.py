"""Every change of a job's state: one guarded UPDATE each, with its attempt, its log line and its subject's reaction.

Each returns whether it happened; zero rows is an answer, never an error. No other module writes Job.state.
"""

import traceback
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, DurationField, ExpressionWrapper, F
from django.db.models.functions import Greatest, Now

from queues import identity
from queues.backoff import jittered, postponement_seconds
from queues.deadletters import bury
from queues.models import Attempt, Job, Outcome, State
from queues.subjects import subject_of

log = structlog.get_logger("queues")
ERROR_CHARACTERS, TRACEBACK_CHARACTERS = 2_000, 12_000
NO_LEASE: Mapping[str, Any] = {"lease_token": None, "leased_until": None, "leased_by": "", "leased_pid": None}


@dataclass(frozen=True)
class Fault:
    """An error as it is kept: its type, words and traceback, cut to a bearable length."""

    type: str = ""
    message: str = ""
    traceback: str = ""

    @classmethod
    def of(cls, error: BaseException) -> "Fault":
        kind = type(error)
        return cls(
            f"{kind.__module__}.{kind.__qualname__}"[:200],
            str(error)[:ERROR_CHARACTERS],
            "".join(traceback.format_exception(error))[-TRACEBACK_CHARACTERS:],
        )


def claim(job_id: UUID, generation: int, pid: int) -> Job | None:
    """Take the job for this worker, charging one attempt; None when the message is stale."""
    token = uuid4()
    with transaction.atomic():
        taken = Job.objects.filter(pk=job_id, generation=generation, state=State.DISPATCHED).update(
            state=State.ACTIVE,
            attempt=F("attempt") + 1,
            lease_token=token,
            leased_until=Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS),
            leased_by=identity.me(),
            leased_pid=pid,
            started_at=Now(),
            progress=0,
            progress_message="",
        )
        if not taken:
            return None
        job = Job.objects.get(pk=job_id)
        Attempt.objects.create(job=job, generation=generation, number=job.attempt, worker=job.leased_by)
        if job.expires_at is not None and job.started_at is not None and job.expires_at <= job.started_at:
            cancel(job, reason="expired")
            return None
    _note(job, "claimed")
    return job


def complete(job: Job, result: dict[str, Any]) -> bool:
    """Fenced finish, in the transaction of the effects: False means the lease is lost and they must be rolled back."""
    if not _move(job, State.COMPLETED, Outcome.COMPLETED, progress=100, result=result, finished_at=Now(), error=""):
        return False
    subject_of(job).on_done(job)
    return True


def delay(job: Job, fault: Fault, *, seconds: float) -> bool:
    """A charged failure with attempts left: back after `seconds`, more or less."""
    run_at = Now() + timedelta(seconds=jittered(seconds))
    return _move(job, State.DELAYED, Outcome.ERROR, fault, run_at=run_at, error=fault.message)


def postpone(job: Job, fault: Fault, *, after_seconds: float | None) -> bool:
    """Somebody else is down: back later, the attempt not charged; dead only after JOB_LATER_MAX_SECONDS of it."""
    since = job.postponed_since or job.started_at
    assert since is not None and job.started_at is not None
    if (job.started_at - since).total_seconds() >= settings.JOB_LATER_MAX_SECONDS:
        return die(job, fault, why="outage")
    seconds = postponement_seconds(job.postponements, after_seconds)
    return _move(
        job,
        State.DELAYED,
        Outcome.POSTPONED,
        fault,
        run_at=Now() + timedelta(seconds=seconds),
        attempt=F("attempt") - 1,
        postponements=F("postponements") + 1,
        postponed_since=since,
        error=fault.message,
    )


def die(job: Job, fault: Fault, *, why: str, outcome: Outcome = Outcome.ERROR) -> bool:
    """The end of the budget, or a permanent error: a dead letter, and its subject hears of it. One transaction."""
    with transaction.atomic():
        if not _move(job, State.DEAD, outcome, fault, finished_at=Now(), error=fault.message):
            return False
        bury(job, fault.type, fault.message, why=why)
    return True


def cancel(job: Job, *, reason: str) -> bool:
    """End a job from any live state, telling its subject; a running one must be ended by whoever holds its lease."""
    with transaction.atomic():
        if not _move(job, State.CANCELLED, Outcome.CANCELLED, cancel_reason=reason[:200], finished_at=Now()):
            return False
        subject_of(job).on_cancelled(job)
    return True


def give_back(job: Job) -> bool:
    """Return a running job unfinished and uncharged (shutdown)."""
    return _move(job, State.WAITING, Outcome.RETURNED, attempt=F("attempt") - 1, run_at=Now())


def rescue(job: Job) -> bool:
    """Its worker died: uncharged, but deaths have a budget of their own; a job that kills its workers is poison."""
    if job.rescues >= settings.JOB_MAX_RESCUES:
        fault = Fault("queues.errors.Poison", f"its worker died {job.rescues + 1} times while running it")
        return die(job, fault, why="poison", outcome=Outcome.LOST)
    return _move(job, State.WAITING, Outcome.LOST, attempt=F("attempt") - 1, rescues=F("rescues") + 1, run_at=Now())


def time_out(job: Job, *, backoff_seconds: float) -> bool:
    """It ran longer than it declared: charged as an error, and its late finish is void."""
    fault = Fault("queues.errors.TimedOut", f"ran longer than its {job.timeout_seconds} seconds")
    if job.attempt >= job.max_attempts:
        return die(job, fault, why="attempts", outcome=Outcome.TIMED_OUT)
    run_at = Now() + timedelta(seconds=jittered(backoff_seconds))
    return _move(job, State.DELAYED, Outcome.TIMED_OUT, fault, run_at=run_at, error=fault.message)


def dispatch(jobs: list[Job]) -> None:
    """Mark rows the caller has locked as handed to Redis, each under a new generation."""
    Job.objects.filter(pk__in=[job.pk for job in jobs], state=State.WAITING).update(
        state=State.DISPATCHED, generation=F("generation") + 1, dispatched_at=Now()
    )
    for job in jobs:
        job.generation += 1
        job.state = State.DISPATCHED


def undispatch(job_id: UUID, generation: int) -> bool:
    """The message was not sent, or nobody will read it: wait again. Its copies are stale once it is sent anew."""
    moved = Job.objects.filter(pk=job_id, generation=generation, state=State.DISPATCHED).update(state=State.WAITING)
    return bool(moved)


def promote_due() -> int:
    """Delayed jobs whose time has come wait from now on."""
    return Job.objects.filter(state=State.DELAYED, run_at__lte=Now()).update(state=State.WAITING)


def run_now(job: Job) -> bool:
    """Bring a delayed job forward."""
    return bool(Job.objects.filter(pk=job.pk, state=State.DELAYED).update(state=State.WAITING, run_at=Now()))


def revive(job: Job) -> bool:
    """A dead job starts over in place: both budgets fresh, history kept."""
    return bool(
        Job.objects.filter(pk=job.pk, state=State.DEAD).update(
            state=State.WAITING,
            attempt=0,
            rescues=0,
            postponements=0,
            postponed_since=None,
            run_at=Now(),
            finished_at=None,
            expires_at=None,
            cancel_requested_at=None,
            progress=0,
            progress_message="",
            error="",
        )
    )


def renew(identity_: str) -> int:
    """Lengthen every lease of this worker, on the database's clock, never beyond the job's own time."""
    allowed = ExpressionWrapper(F("timeout_seconds") * timedelta(seconds=1), output_field=DurationField())
    deadline = ExpressionWrapper(F("started_at") + allowed, output_field=DateTimeField())
    return (
        Job.objects.filter(state=State.ACTIVE, leased_by=identity_)
        .alias(deadline=deadline)
        .filter(deadline__gt=Now())
        .update(leased_until=Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS))
    )


def _move(job: Job, to: State, outcome: Outcome, fault: Fault | None = None, **fields: Any) -> bool:
    """The one guarded UPDATE: only from the state, generation and lease token the caller saw."""
    with transaction.atomic():
        moved = Job.objects.filter(
            pk=job.pk, state=job.state, generation=job.generation, lease_token=job.lease_token
        ).update(state=to, **NO_LEASE, **fields)
        if not moved:
            return False
        if job.state == State.ACTIVE:
            _close_attempt(job, outcome, fault or Fault())
    _note(job, outcome.value, to=to.value, error=fault.message if fault else "")
    return True


def _close_attempt(job: Job, outcome: Outcome, fault: Fault) -> None:
    Attempt.objects.filter(job_id=job.pk, generation=job.generation).update(
        outcome=outcome,
        error_type=fault.type,
        error=fault.message,
        traceback=fault.traceback,
        finished_at=Greatest(F("started_at"), Now()),
    )


def _note(job: Job, event: str, **facts: Any) -> None:
    facts = {name: fact for name, fact in facts.items() if fact}
    log.info(
        event, job=str(job.pk), name=job.name, queue=job.queue, attempt=job.attempt, subject=job.subject_id, **facts
    )
