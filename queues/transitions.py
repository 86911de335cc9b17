"""Every change of a job's state: one guarded UPDATE each, with its attempt, its log line and its subject's reaction.

Each returns whether it happened; zero rows is an answer, never an error. No other module writes Job.state.
"""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, connection, transaction
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest, Now

from queues import identity, sql
from queues.backoff import jittered, postponement_seconds
from queues.deadletters import bury
from queues.declare import JOBS, Queue, names_of
from queues.faults import Fault
from queues.ids import task_id
from queues.models import Attempt, Job, JobQuerySet, Outcome, State
from queues.statements import CLAIM, CLAIM_NEXT, COLUMNS, COMPLETE, HAND_OVER
from queues.subjects import subject_of
from queues.together import Together

log = structlog.get_logger("queues")
_ID, _GENERATION = map(COLUMNS.index, ("id", "generation"))
Message = tuple[UUID, int]  # of a job, and its generation
Ended = tuple[Job, dict[str, Any]]  # a job and its result
NO_LEASE: Mapping[str, Any] = {"lease_token": None, "leased_until": None, "leased_by": "", "leased_pid": None}


class Handed(NamedTuple):
    """What a message says of a job; a row of HAND_OVER. To make a whole Job of it took most of the relay's time.

    `room`: how many jobs of its queue could have gone with it.
    """

    pk: UUID
    generation: int
    name: str
    attempt: int
    priority: int
    run_at: datetime | None
    room: int = 1

    @property
    def task_id(self) -> str:
        return task_id(self.pk, self.generation)


def claim(message: Message, pid: int) -> Job | None:
    """Take a message's job for this worker, charging it an attempt; None when the message is stale, or the job's time
    is over.

    Must not be called inside a transaction that must be safe on disk.
    """
    return next(iter(_taken(_CLAIMS.ask((*message, pid)))), None)


def claim_next(name: str, most: int, chunk_id: UUID, pid: int) -> list[Job]:
    """Take the next waiting jobs of this name of a chunked queue, at most so many, in their order, as `claim` does."""
    given = {"queue": JOBS[name].queue.name, "name": name, "most": most, "chunk_id": chunk_id, "pid": pid}
    rows = sql.rows(CLAIM_NEXT, given | {"who": identity.me(), "lease": settings.JOB_LEASE_SECONDS})
    return _taken(rows)


def complete(job: Job, result: dict[str, Any]) -> bool:
    """Fenced finish, in the transaction of the effects: False means the lease is lost and they must be rolled back."""
    if not complete_all([(job, result)]):
        return False
    subject_of(job).on_done(job)
    return True


def complete_without_effects(job: Job) -> bool:
    """Fenced finish of a job whose subject need not hear of it, in one statement with others of this process."""
    is_ours = _FINISHES.ask((job, {}))
    if is_ours:
        _note(job, "completed")
    return is_ours


def complete_all(ended: Sequence[Ended]) -> set[UUID]:
    """Finish jobs of this worker whose subjects need not hear of it, in one statement; returns those it finished.

    The others have lost their lease, or were asked to stop.
    """
    done = {job.pk for (job, _), is_ours in zip(ended, _finished(ended), strict=True) if is_ours}
    _note_all([job for job, _ in ended if job.pk in done], "completed")
    return done


def delay(job: Job, fault: Fault, *, seconds: float) -> bool:
    """A charged failure with attempts left: back after `seconds`, more or less."""
    run_at = Now() + timedelta(seconds=jittered(seconds))
    return _return(job, State.DELAYED, Outcome.ERROR, fault, run_at=run_at, postponements=0, postponed_since=None)


def may_postpone(job: Job) -> bool:
    """Whether the outage the job meets has lasted less than JOB_LATER_MAX_SECONDS."""
    assert job.started_at is not None
    return (job.started_at - job.outage_since).total_seconds() < settings.JOB_LATER_MAX_SECONDS


def postpone(job: Job, fault: Fault, *, after_seconds: float | None, since: datetime | None) -> bool:
    """Back later, the attempt not charged: an outage began at `since`, or (None) we hold it back ourselves."""
    seconds = postponement_seconds(job.postponements if since else 0, after_seconds)
    return _return(
        job,
        State.DELAYED,
        Outcome.POSTPONED,
        fault,
        run_at=Now() + timedelta(seconds=seconds),
        attempt=F("attempt") - 1,
        postponements=F("postponements") + 1,
        postponed_since=since,
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
    """Return a running job unfinished and uncharged (shutdown), or one that its chunk had no time for."""
    return _return(job, State.WAITING, Outcome.RETURNED, attempt=F("attempt") - 1)


def send_alone(job: Job) -> bool:
    """Its chunk ran over somebody's time, and whose cannot be told: uncharged, and it travels alone from now on."""
    return _return(job, State.WAITING, Outcome.RETURNED, attempt=F("attempt") - 1, rescues=F("rescues") + 1)


def rescue(job: Job) -> bool:
    """Its worker died: uncharged and in its old place, but deaths have a budget of their own; a job that kills its
    workers is poison."""
    if job.rescues >= settings.JOB_MAX_RESCUES:
        fault = Fault("queues.errors.Poison", f"its worker died {job.rescues + 1} times while running it")
        return die(job, fault, why="poison", outcome=Outcome.LOST)
    return _return(job, State.WAITING, Outcome.LOST, attempt=F("attempt") - 1, rescues=F("rescues") + 1)


def time_out(job: Job, *, backoff_seconds: float) -> bool:
    """It ran longer than it declared: charged as an error, and its late finish is void."""
    fault = Fault("queues.errors.TimedOut", f"ran longer than its {job.timeout_seconds} seconds")
    if job.attempt >= job.max_attempts:
        return die(job, fault, why="attempts", outcome=Outcome.TIMED_OUT)
    run_at = Now() + timedelta(seconds=jittered(backoff_seconds))
    return _return(job, State.DELAYED, Outcome.TIMED_OUT, fault, run_at=run_at)


def hand_over(queue: Queue, *, most: int, window: int, slots: int) -> list[Handed]:
    """Mark up to `most` waiting rows of `queue` as handed to Celery, each under a new generation, in their order.

    No more than `window` are in Redis and no more than `slots` in Redis and under way together. A job this release
    does not declare waits for one that does: in a deploy, versions overlap.
    """
    given = {"queue": queue.name, "names": names_of(queue), "most": most, "window": window, "slots": slots}
    return sorted(map(Handed._make, sql.rows(HAND_OVER, given)), key=_place)


def dispatch(jobs: list[Job]) -> None:
    """Mark these very rows, which the caller has to himself, as handed over: what draining does."""
    Job.objects.filter(pk__in=[job.pk for job in jobs], state=State.WAITING).update(
        state=State.DISPATCHED, generation=F("generation") + 1, dispatched_at=Now(), chunk_id=None
    )
    for job in jobs:
        job.generation, job.state, job.chunk_id = job.generation + 1, State.DISPATCHED, None


def undispatch(job_id: UUID, generation: int) -> bool:
    """The message was not sent, or nobody will read it: wait again. Its copies are stale once it is sent anew."""
    moved = Job.objects.filter(pk=job_id, generation=generation, state=State.DISPATCHED).update(state=State.WAITING)
    if moved:
        log.info("undispatched", job=str(job_id))
    return bool(moved)


def undispatch_queue(queue: str) -> int:
    """All that the queue has in Redis waits again, its messages stale: what a pause does at once."""
    return _waiting_again(Job.objects.filter(queue=queue, state=State.DISPATCHED), "undispatched")


def undispatch_since(moment: datetime) -> int:
    """All that was handed over since then waits again: who did it died, and the messages may not have been sent."""
    return _waiting_again(Job.objects.filter(state=State.DISPATCHED, dispatched_at__gte=moment), "undispatched")


def promote_due() -> int:
    """Delayed jobs whose time has come wait from now on."""
    return _waiting_again(Job.objects.filter(state=State.DELAYED, run_at__lte=Now()), "due")


def run_now(job: Job) -> bool:
    """Bring a delayed job forward."""
    moved = Job.objects.filter(pk=job.pk, state=State.DELAYED).update(state=State.WAITING, run_at=Now())
    if moved:
        _note(job, "brought_forward")
    return bool(moved)


def revive(job: Job) -> bool:
    """A dead job starts over in place: both budgets fresh, history kept."""
    moved = Job.objects.filter(pk=job.pk, state=State.DEAD).update(
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
    if moved:
        _note(job, "replayed")
    return bool(moved)


def renew(who: str, running: Collection[str]) -> int:
    """Lengthen the leases of the jobs `who` is running (Celery's task ids), unless they are over their own time.

    On the database's clock. A locked row is being finished: to wait for it would let the other leases run out, and no
    rescue takes it either.
    """
    jobs = [task.partition(".")[0] for task in running if "." in task]
    chunks = [task for task in running if "." not in task]
    ours = Job.objects.within_time().filter(Q(pk__in=jobs) | Q(chunk_id__in=chunks), state=State.ACTIVE, leased_by=who)
    with transaction.atomic():
        free = list(ours.select_for_update(skip_locked=True).values_list("pk", flat=True))
        until = Now() + timedelta(seconds=settings.JOB_LEASE_SECONDS)
        return Job.objects.filter(pk__in=free).update(leased_until=until)


def progress(job: Job, percent: int, message: str) -> bool:
    """How far a running job is; its words are for people, and not for the log."""
    moved = _held(job).update(progress=percent, progress_message=message)
    if moved:
        _note(job, "progress", percent=percent)
    return bool(moved)


def _waiting_again(jobs: JobQuerySet, event: str) -> int:
    """One line for all of them."""
    moved = jobs.update(state=State.WAITING)
    if moved:
        log.info(event, jobs=moved)
    return moved


def _claimed(asked: Sequence[tuple[UUID, int, int]], on: Any) -> list[list[sql.Row]]:
    """Of each message its job's row; of two copies of a message one has it, and the other is stale."""
    ids, generations, pids = map(sql.array, zip(*asked, strict=True))
    given = {"ids": ids, "generations": generations, "pids": pids, "who": identity.me()}
    rows = sql.rows(CLAIM, given | {"lease": settings.JOB_LEASE_SECONDS}, on)
    of = {(row[_ID], row[_GENERATION]): row for row in rows}
    return [[of.pop(message)] if (message := (job, generation)) in of else [] for job, generation, _ in asked]


def _taken(rows: Sequence[sql.Row]) -> list[Job]:
    """The jobs of these rows, without those whose time was over before they began."""
    taken = sorted(map(_job, rows), key=_place)
    for job in filter(_is_expired, taken):
        stop(job, reason="expired")
    jobs = [job for job in taken if not _is_expired(job)]
    _note_all(jobs, "claimed")
    return jobs


def _place(job: Any) -> tuple[int, datetime, UUID]:
    """In the line of its queue."""
    return (-job.priority, job.run_at, job.pk)


def _finished(ended: Sequence[Ended], on: Any = connection) -> list[bool]:
    """Whether each was still this worker's, and nobody had asked it to stop."""
    given = {
        "ids": sql.array(job.pk for job, _ in ended),
        "tokens": sql.array(job.lease_token for job, _ in ended),
        "results": [json.dumps(result) for _, result in ended],
        "who": ended[0][0].leased_by,
    }
    done = {job_id for (job_id,) in sql.rows(COMPLETE, given, on)}
    return [job.pk in done for job, _ in ended]


_CLAIMS, _FINISHES = Together(_claimed), Together(_finished)


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
            _keep_attempt(job, outcome, fault or Fault())
    _note(job, _event(to, outcome), outcome=outcome.value, to=to.value, error=fault.message if fault else "")
    return True


def _event(to: State, outcome: Outcome) -> str:
    """The names the field knows: failed for good, stalled for a worker lost, retried for what comes back."""
    if to == State.DEAD:
        return "failed"
    if outcome in (Outcome.LOST, Outcome.RETURNED):
        return "stalled" if outcome == Outcome.LOST else "returned"
    return "retried" if to == State.DELAYED else outcome.value


def _keep_attempt(job: Job, outcome: Outcome, fault: Fault) -> None:
    assert job.started_at is not None, "only what ran has an attempt"
    Attempt.objects.create(
        job_id=job.pk,
        generation=job.generation,
        number=job.attempt,
        worker=job.leased_by,
        outcome=outcome,
        error_type=fault.type,
        error=fault.message,
        traceback=fault.traceback,
        chunk_id=job.chunk_id,
        started_at=job.started_at,
        finished_at=Greatest(Value(job.started_at), Now()),
    )


def _job(row: sql.Row) -> Job:
    return Job.of(dict(zip(COLUMNS, row, strict=True)))


def _is_expired(job: Job) -> bool:
    return job.expires_at is not None and job.started_at is not None and job.expires_at <= job.started_at


def _note_all(jobs: list[Job], event: str) -> None:
    """One line; of the jobs of a chunk one line for all."""
    if len(jobs) == 1:
        _note(jobs[0], event)
    elif jobs:
        log.info(event, jobs=[str(job.pk) for job in jobs], name=jobs[0].name, queue=jobs[0].queue)


def _note(job: Job, event: str, **facts: Any) -> None:
    facts = {name: fact for name, fact in facts.items() if fact}
    log.info(
        event, job=str(job.pk), name=job.name, queue=job.queue, attempt=job.attempt, subject=job.subject_id, **facts
    )
