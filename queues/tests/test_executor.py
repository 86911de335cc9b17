"""What becomes of a job, run through drain(): the real executor and Celery's own autoretry, no broker."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from celery.app.trace import build_tracer
from django.db import connection
from django.db.models.functions import Now
from django_celery_results.models import TaskResult

from queues import stopping, transitions
from queues.cancelling import cancel
from queues.context import Context
from queues.draining import drain
from queues.errors import HeldBack, Permanent, RetryLater
from queues.models import Attempt, DeadLetter, Job, Outcome, State
from queues.tests.given import OWNER, column, dispatched, outcomes, put, row
from queues.tests.sample_jobs import NotWorthIt

pytestmark = pytest.mark.django_db


class Unpicklable(Exception):
    def __init__(self, *, response: int) -> None:
        super().__init__(f"answered {response}")


def raising(error: BaseException) -> Any:
    def run(ctx: Context) -> None:
        raise error

    return run


def wait(job: Job) -> float:
    """Seconds from the end of the last run to the next."""
    ended = job.attempts.latest("generation").finished_at
    assert ended is not None
    return (row(job).run_at - ended).total_seconds()


def message(job: Job) -> Any:
    """Celery runs the message once more; its state and what it answered."""
    task = current_app.tasks[job.name]
    task_id, args = f"{job.pk}.{job.generation}", (str(job.pk), job.generation)
    request = {"id": task_id, "args": args, "kwargs": {}, "retries": job.attempt, "delivery_info": {}}
    answer = build_tracer(task.name, task, app=current_app)(task_id, args, {}, request)
    return answer.info.state if answer.info else "SUCCESS", answer.retval


def test_errors_are_charged_back_off_and_end_in_a_dead_letter(script):
    script(lambda ctx: raising(ValueError(f"no {ctx.attempt}"))(ctx))
    job = put(subject=("thing", "3"))

    waits = []
    for _ in range(2):
        assert drain() == [("test-job", "RETRY")]
        waiting = row(job)
        assert waiting.state == State.DELAYED and waiting.error == f"no {waiting.attempt}"
        waits.append(wait(job))
        column(job, run_at=Now())
    assert drain(only="test-job") == [("test-job", "FAILURE")]

    assert 0.79 <= waits[0] <= 1.21 and 1.59 <= waits[1] <= 2.41
    dead = row(job)
    assert (dead.state, dead.attempt, dead.error) == (State.DEAD, 3, "no 3")
    assert outcomes(job) == [(1, Outcome.ERROR), (2, Outcome.ERROR), (3, Outcome.ERROR)]
    letter = DeadLetter.objects.get()
    assert (letter.job_id, letter.queue, letter.name, letter.why) == (job.pk, "test.queue", "test-job", "attempts")
    assert (letter.payload, letter.subject_type, letter.subject_id) == ({"note": ""}, "thing", "3")
    assert (letter.error_type, letter.error) == ("builtins.ValueError", "no 3")
    assert [kept["error"] for kept in letter.attempts] == ["no 1", "no 2", "no 3"]
    assert all("raise error\nValueError: no" in kept["traceback"] for kept in letter.attempts)
    assert all(kept["finished_at"] > kept["started_at"] for kept in letter.attempts)
    notice = Job.objects.get(name="dead-letter-received")
    assert (notice.queue, notice.payload, notice.state) == ("dlq", {"job_id": str(job.pk)}, State.WAITING)
    assert drain() == [("dead-letter-received", "SUCCESS")]


def test_each_dispatch_has_its_task_result(script):
    script(raising(ValueError("no")))
    job = put()

    drain(advance=True, only="test-job")

    rows = TaskResult.objects.order_by("task_id").values_list("task_id", "status", "task_name")
    assert list(rows) == [
        (f"{job.pk}.1", "RETRY", "test-job"),
        (f"{job.pk}.2", "RETRY", "test-job"),
        (f"{job.pk}.3", "FAILURE", "test-job"),
    ]


def test_a_success_after_an_error_keeps_both_attempts(script):
    script(raising(ValueError("no")))
    job = put()
    drain()
    script(lambda ctx: None)

    assert drain(advance=True) == [("test-job", "SUCCESS")]

    assert outcomes(job) == [(1, Outcome.ERROR), (2, Outcome.COMPLETED)]
    assert (row(job).state, row(job).error, DeadLetter.objects.count()) == (State.COMPLETED, "", 0)


def test_the_cap_bounds_the_backoff(script, settings):
    settings.JOB_BACKOFF_MAX_SECONDS = 1
    settings.JOB_BACKOFF_SECONDS = 64
    script(raising(RetryLater("no")))
    job = put()

    drain()

    assert wait(job) < 1.21


@pytest.mark.parametrize("error", [Permanent("never"), NotWorthIt("never")])
def test_a_permanent_error_dies_at_once(script, error):
    script(raising(error))
    job = put()

    assert drain(only="test-job") == [("test-job", "FAILURE")]

    letter = DeadLetter.objects.get()
    assert (row(job).state, row(job).attempt) == (State.DEAD, 1)
    assert (letter.why, letter.error, len(letter.attempts)) == ("permanent", "never", 1)


def test_an_error_that_cannot_be_pickled_is_kept_as_it_was(script):
    script(lambda ctx: raising(Unpicklable(response=503))(ctx))
    job = put()

    drain()

    attempt = job.attempts.get()
    assert (attempt.error_type, attempt.error) == ("queues.tests.test_executor.Unpicklable", "answered 503")
    assert "raise error" in attempt.traceback


@pytest.mark.parametrize("text", ["a\x00b", "\ud800"])
def test_an_error_in_words_that_postgresql_cannot_keep_is_charged_like_any(script, text):
    script(raising(ValueError(text)))
    job = put()

    assert drain() == [("test-job", "RETRY")]

    assert (row(job).state, row(job).attempt) == (State.DELAYED, 1)
    assert outcomes(job) == [(1, Outcome.ERROR)]


def test_long_errors_are_cut(script):
    script(raising(ValueError("x" * 50_000)))
    job = put()

    drain()

    attempt = job.attempts.get()
    assert (len(row(job).error), len(attempt.error), len(attempt.traceback)) == (2_000, 2_000, 12_000)


def test_a_job_that_calls_exit_is_charged(script):
    script(raising(SystemExit(1)))
    job = put()

    assert drain() == [("test-job", "RETRY")]

    assert (row(job).state, row(job).attempt) == (State.DELAYED, 1)


def test_an_outage_is_not_charged_and_waits_longer_each_time(script, settings):
    settings.JOB_BACKOFF_SECONDS = 10
    script(raising(RetryLater("they are down")))
    job = put()

    waits = []
    for _ in range(3):
        assert drain() == [("test-job", "RETRY")]
        waits.append(wait(job))
        column(job, run_at=Now())

    postponed = row(job)
    assert (postponed.state, postponed.attempt, postponed.postponements) == (State.DELAYED, 0, 3)
    assert outcomes(job) == [(1, Outcome.POSTPONED)] * 3
    for waited, about in zip(waits, [10, 20, 40], strict=True):
        assert 0.79 * about <= waited <= 1.21 * about


@pytest.mark.parametrize(
    ("after", "least", "most"), [(3600, 3599.9, 3601), (float("inf"), 5999, 6001), (-5, 7.9, 12.1)]
)
def test_their_retry_after_is_honoured_up_to_the_end_of_our_patience(script, settings, after, least, most):
    settings.JOB_BACKOFF_SECONDS = 10
    settings.JOB_LATER_MAX_SECONDS = 6000
    script(raising(RetryLater("busy", after_seconds=after)))
    job = put()

    drain()

    assert least <= wait(job) <= most


def test_an_outage_dies_when_patience_is_over(script, settings):
    settings.JOB_LATER_MAX_SECONDS = 600
    script(raising(RetryLater("they are down")))
    job = put()
    drain()
    column(job, run_at=Now(), postponed_since=Now() - timedelta(seconds=601))

    assert drain(only="test-job") == [("test-job", "FAILURE")]

    assert (row(job).state, DeadLetter.objects.get().why) == (State.DEAD, "outage")
    assert DeadLetter.objects.get().error == "they are down"


def test_a_new_outage_is_measured_from_its_own_beginning(script, settings):
    settings.JOB_LATER_MAX_SECONDS = 600
    script(raising(RetryLater("they are down")))
    job = put()
    drain()
    column(job, run_at=Now(), postponed_since=Now() - timedelta(seconds=601))
    script(raising(ValueError("they are back, and refuse")))
    drain()
    column(job, run_at=Now())
    script(raising(RetryLater("down again")))

    drain()

    assert (row(job).state, row(job).attempt, row(job).postponements) == (State.DELAYED, 1, 1)


@pytest.mark.parametrize("error", [ValueError("no"), RetryLater("later")])
def test_a_job_that_was_asked_to_stop_does_not_come_back_after_an_error(script, error):
    def run(ctx):
        cancel(job_id=ctx.job_id, actor=OWNER, reason="not wanted")
        raise error

    script(run)
    job = put()

    drain()

    stopped = row(job)
    assert (stopped.state, stopped.cancel_reason, stopped.error) == (State.CANCELLED, "not wanted", str(error))
    assert outcomes(job) == [(1, Outcome.CANCELLED)]


def test_a_stale_message_is_answered_as_stale():
    job = dispatched(put())
    transitions.undispatch(job.pk, job.generation)
    dispatched(job)

    assert message(job) == ("SUCCESS", {"outcome": "stale"})

    assert (row(job).state, row(job).generation, row(job).attempt) == (State.DISPATCHED, 2, 0)
    assert Attempt.objects.count() == 0


def test_a_message_delivered_twice_runs_once(script):
    runs = []
    script(lambda ctx: runs.append(1))
    job = dispatched(put())

    answers = [message(job)[1] for _ in range(2)]

    assert answers == [{"outcome": "completed"}, {"outcome": "stale"}]
    assert runs == [1]


def test_what_expired_before_it_ran_is_cancelled(script):
    script(raising(AssertionError("ran")))
    job = put(expires_at=put().created_at)

    assert ("test-job", "SUCCESS") in drain()

    assert (row(job).state, row(job).cancel_reason) == (State.CANCELLED, "expired")
    assert outcomes(job) == [(1, Outcome.CANCELLED)]


def test_what_has_not_expired_runs(script):
    job = put(expires_at=put().created_at + timedelta(minutes=1))

    drain()

    assert row(job).state == State.COMPLETED


def test_a_payload_that_no_longer_fits_dies_as_permanent():
    job = put("test-numbered", {"number": 1})
    column(job, payload={"number": "many"})

    assert drain(only="test-numbered") == [("test-numbered", "FAILURE")]

    letter = DeadLetter.objects.get()
    assert (letter.why, letter.error) == ("permanent", "the payload no longer fits test-numbered: 1 faults")


def test_a_stopping_worker_claims_nothing(monkeypatch):
    monkeypatch.setattr(stopping, "_STOPPING", threading.Event())
    stopping.stop_claiming()
    job = dispatched(put())

    assert message(job) == ("SUCCESS", {"outcome": "returned"})

    assert (row(job).state, row(job).attempt, Attempt.objects.count()) == (State.WAITING, 0, 0)


def test_drain_runs_in_the_order_of_the_queue(script):
    order = []
    script(lambda ctx: order.append(ctx.subject_id))
    for name, priority in [("first", 0), ("second", 0), ("urgent", 5)]:
        put(subject=("thing", name), priority=priority)

    drain()

    assert order == ["urgent", "first", "second"]


@pytest.mark.django_db(transaction=True)
def test_a_lost_connection_is_not_charged_and_not_left_to_the_next_run(script):
    def run(ctx):
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")

    script(run)
    job = put()
    assert drain(limit=1) == [("test-job", "RETRY")]
    assert (row(job).state, row(job).attempt, row(job).postponements) == (State.DELAYED, 0, 1)
    script(lambda ctx: None)

    assert drain(advance=True) == [("test-job", "SUCCESS")]


def test_what_is_held_back_outlasts_our_patience_with_outages_and_is_no_part_of_one(script, settings):
    settings.JOB_LATER_MAX_SECONDS = 600
    script(raising(HeldBack("the money is spent", after_seconds=300)))
    job = put()
    drain()
    for _ in range(9):
        column(job, run_at=Now())
        assert drain() == [("test-job", "RETRY")]
    held = row(job)
    assert (held.state, held.attempt, held.postponements, held.postponed_since) == (State.DELAYED, 0, 10, None)
    assert 299 <= wait(job) <= 301

    script(raising(RetryLater("they are down")))
    column(job, run_at=Now())
    drain()

    assert row(job).state == State.DELAYED
    assert row(job).postponed_since is not None
