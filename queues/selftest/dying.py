"""A job's way when it fails: it retries, dies, is kept and noted, is replayed and then completes."""

from collections.abc import Iterator
from functools import partial

from queues import letters
from queues.deadletters import NOTICE
from queues.models import Attempt, DeadLetter, Job, Outcome, State
from queues.queries import latest_job_of
from queues.replay import replay
from queues.selftest.jobs import ERROR, FAILS, SELFTEST
from queues.selftest.lines import Line, Untrue, until
from queues.selftest.rehearsal import ACTOR, REASON, Rehearsal, between, why
from queues.words import duration


def lines(rehearsal: Rehearsal) -> Iterator[Line]:
    """Raises Untrue."""
    job = rehearsal.enqueue(FAILS)
    job = rehearsal.until("made to fail", job, partial(_has_failed, times=1))
    first = _failed(job, 1)
    yield Line(
        "made to fail", f"attempt 1 of {job.max_attempts} did after {between(job.created_at, first.finished_at)}"
    )
    job = rehearsal.until("retried", job, partial(_has_failed, times=SELFTEST.attempts))
    yield Line("retried", f"{between(first.finished_at, _failed(job, 2).started_at)} later")
    job = rehearsal.until("dead letter", job, _is_dead)
    yield _kept(job, rehearsal.run)
    yield _noted(job, rehearsal.patience_seconds)
    yield from _replayed(job, rehearsal)


def _failed(job: Job, number: int) -> Attempt:
    return job.attempts.get(number=number, outcome=Outcome.ERROR)


def _has_failed(job: Job, *, times: int) -> bool:
    return job.attempts.filter(outcome=Outcome.ERROR).count() >= times


def _is_dead(job: Job) -> bool:
    return job.state == State.DEAD


def _kept(job: Job, run: str) -> Line:
    letter = DeadLetter.objects.get(pk=job.pk)
    errors = [attempt["error"] for attempt in letter.attempts]
    kept = (letter.queue, letter.payload, errors)
    is_whole = kept == (SELFTEST.name, {"run": run}, [ERROR] * SELFTEST.attempts)
    is_listed = letters.count(letters.Filter(ids=(job.pk,))) == 1
    if not (is_whole and is_listed):
        raise Untrue("dead letter", f"job {job.pk} is {'kept' if is_listed else 'not listed'}, but as {kept}")
    took = between(job.created_at, letter.died_at)
    return Line("dead letter", f"after {took}, with its queue, its payload and {len(errors)} errors")


def _noted(job: Job, patience_seconds: float) -> Line:
    """By the job that would call the owners; for this queue it calls nobody."""

    def look() -> Job | None:
        notice = latest_job_of("job", str(job.pk), NOTICE)
        return notice if notice and notice.state == State.COMPLETED else None

    notice = until(look, seconds=patience_seconds)
    if notice is None:
        waits = latest_job_of("job", str(job.pk), NOTICE)
        reason = why(waits) if waits else "It was never enqueued."
        raise Untrue("noted", f"{NOTICE} has not run within {duration(patience_seconds)}. {reason}")
    return Line("noted", f"{NOTICE} completed after {between(notice.created_at, notice.finished_at)}")


def _replayed(job: Job, rehearsal: Rehearsal) -> Iterator[Line]:
    replay(job_id=job.pk, actor=ACTOR, reason=REASON)
    letter = DeadLetter.objects.get(pk=job.pk)
    yield Line("replayed", f"job {job.pk}, on record with its reason")
    job = rehearsal.until("completed then", job, lambda job: job.state == State.COMPLETED)
    left = letters.count(letters.Filter(ids=(job.pk,)))
    yield Line("completed then", f"after {between(letter.replayed_at, job.finished_at)}", job.attempt == 1)
    yield Line("dead letters left", f"{left} of this run", left == 0)
