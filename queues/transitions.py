"""Every change of a job's state: one guarded UPDATE each, with its attempt, its log line and its subject's reaction.

Each returns whether it happened; zero rows is an answer, never an error. No other module writes Job.state.
"""

import traceback
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import structlog
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import F
from django.db.models.functions import Greatest, Now

from queues import identity
from queues.backoff import jittered, postponement_seconds
from queues.deadletters import bury
from queues.models import Attempt, Job, JobQuerySet, Outcome, State
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
            _storable(str(error))[:ERROR_CHARACTERS],
            _storable("".join(traceback.format_exception(error)))[-TRACEBACK_CHARACTERS:],
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
            stop(job, reason="expired")
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
    return _return(job, State.DELAYED, Outcome.ERROR, fault, run_at=run_at, postponements=0, postponed_since=None)


def may_postpone(job: Job) -> bool:
    """Whether the outage the job meets has lasted less than JOB_LATER_MAX_SECONDS."""
    assert job.started_at is not None
    since = job.postponed_since or job.started_at
    return (job.started_at - since).total_seconds() < settings.JOB_LATER_MAX_SECONDS


def postpone(job: Job, fault: Fault, *, after_seconds: float | None) -> bool:
    """Somebody else is down: back later, the attempt not charged. For as long as `may_postpone`."""
    seconds = postponement_seconds(job.postponements, after_seconds)
    return _return(
        job,
        State.DELAYED,
        Outcome.POSTPONED,
        fault,
        run_at=Now() + timedelta(seconds=seconds),
        attempt=F("attempt") - 1,
        postponements=F("postponements") + 1,
        postponed_since=job.postponed_since or job.started_at,
    )


def die(job: Job, fault: Fault, *, why: str, outcome: Outcome = Outcome.ERROR) -> bool:
    """The end of the budget, or a permanent error: a dead letter, and its subject hears of it. One transaction."""
    with transaction.atomic():
        if not _move(job, State.DEAD, outcome, fault, finished_at=Now()):
            return False
        bury(job, fault.type, fault.message, why=why)
    return True


def cancel(job: Job, fault: Fault | None = None, *, reason: str | None = None) -> bool:
    """End a job from any live state, telling its subject; a running one must be ended by whoever holds its lease.

    Without a reason, the one given when it was asked to stop stands. What the subject raises undoes it all.
    """
    fields: dict[str, Any] = {} if reason is None else {"cancel_reason": reason[:200]}
    with transaction.atomic():
        if not _move(job, State.CANCELLED, Outcome.CANCELLED, fault, finished_at=Now(), **fields):
            return False
        subject_of(job).on_cancelled(job)
    return True


def stop(job: Job, fault: Fault | None = None, *, reason: str | None = None) -> bool:
    """Cancel without a person to hear of errors: a job whose subject cannot take it dies, where people look."""
    try:
        return cancel(job, fault, reason=reason)
    except OperationalError:
        raise
    except Exception as error:
        log.exception("reaction_failed", job=str(job.pk), name=job.name, subject=job.subject_id)
        return die(job, Fault.of(error), why="cancel", outcome=Outcome.CANCELLED)


def give_back(job: Job) -> bool:
    """Return a running job unfinished and uncharged (shutdown)."""
    return _return(job, State.WAITING, Outcome.RETURNED, attempt=F("attempt") - 1, run_at=Now())


def rescue(job: Job) -> bool:
    """Its worker died: uncharged, but deaths have a budget of their own; a job that kills its workers is poison."""
    if job.rescues >= settings.JOB_MAX_RESCUES:
        fault = Fault("queues.errors.Poison", f"its worker died {job.rescues + 1} times while running it")
        return die(job, fault, why="poison", outcome=Outcome.LOST)
    return _return(job, State.WAITING, Outcome.LOST, attempt=F("attempt") - 1, rescues=F("rescues") + 1, run_at=Now())


def time_out(job: Job, *, backoff_seconds: float) -> bool:
    """It ran longer than it declared: charged as an error, and its late finish is void."""
    fault = Fault("queues.errors.TimedOut", f"ran longer than its {job.timeout_seconds} seconds")
    if job.attempt >= job.max_attempts:
        return die(job, fault, why="attempts", outcome=Outcome.TIMED_OUT)
    run_at = Now() + timedelta(seconds=jittered(backoff_seconds))
    return _return(job, State.DELAYED, Outcome.TIMED_OUT, fault, run_at=run_at)


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
            cancel_reason="",
            progress=0,
            progress_message="",
            error="",
        )
    )


def renew(who: str, running: Collection[UUID]) -> int:
    """Lengthen the leases of the jobs `who` is running, on the database's clock, unless they are over their own time.

    A locked row is being finished: to wait for it would let the other leases run out, and no rescue takes it either.
    """
    ours = Job.objects.within_time().filter(pk__in=running, state=State.ACTIVE, leased_by=who)
    with transaction.atomic():
        free = list(ours.select_for_update(skip_locked=True).values_list("pk", flat=True))
        until = Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
        return Job.objects.filter(pk__in=free).update(leased_until=until)


def _return(job: Job, to: State, outcome: Outcome, fault: Fault | None = None, **fields: Any) -> bool:
    """Back for another run; a job that was asked to stop meanwhile ends here instead."""
    with transaction.atomic():
        asked_at = _held(job).select_for_update().values_list("cancel_requested_at", flat=True).first()
        if asked_at is not None:
            return stop(job, fault)
        return _move(job, to, outcome, fault, **fields)


def _held(job: Job) -> JobQuerySet:
    """The row, for as long as it is in the state, generation and lease the caller saw."""
    return Job.objects.filter(pk=job.pk, state=job.state, generation=job.generation, lease_token=job.lease_token)


def _move(job: Job, to: State, outcome: Outcome, fault: Fault | None = None, **fields: Any) -> bool:
    """The one guarded UPDATE."""
    if fault is not None:
        fields["error"] = fault.message
    with transaction.atomic():
        if not _held(job).update(state=to, **NO_LEASE, **fields):
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


def _storable(text: str) -> str:
    """As PostgreSQL can keep it: no NUL, no half of a surrogate pair; an error may say anything."""
    return text.replace("\x00", "\N{REPLACEMENT CHARACTER}").encode("utf-8", "replace").decode()
