"""The nightly recount: silent while all is well, and loud about every row and run that is not as it was counted."""

import logging
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone
from django_celery_results.models import TaskResult

from queues.declare import JOBS, QUEUES
from queues.draining import drain
from queues.folding import fold
from queues.models import Attempt, Counter, Delta, Job, Outcome, Recount, State
from queues.recounting import recount
from queues.schedule import scheduled
from queues.tests.given import column, put, row

pytestmark = pytest.mark.django_db
QUEUE = "test.queue"


def found() -> tuple[int, int, int]:
    seen = recount()
    assert seen == Recount.objects.latest("id")
    return (seen.jobs, seen.drift, seen.contradicted)


def errors(caplog) -> list[tuple[str, Any]]:
    lines = [record.msg for record in caplog.records if record.levelno == logging.ERROR]
    return [(line["event"], line.get("rows_beyond_counter") or line.get("tasks")) for line in lines]


@pytest.fixture
def run() -> Job:
    """A job that was run and has completed, and Celery's record of it."""
    job = put()
    drain()
    assert TaskResult.objects.get().status == "SUCCESS"
    return row(job)


def chunk_of(n: int, completed: int, *, status: str = "SUCCESS") -> TaskResult:
    """As a chunk leaves it: one record of Celery's, an attempt of each job."""
    chunk_id, now = uuid4(), timezone.now()
    for _ in range(n):
        done = column(put("test-small"), state=State.COMPLETED, generation=1, finished_at=now)
        Attempt.objects.create(
            job=done, generation=1, number=1, outcome="completed", chunk_id=chunk_id, started_at=now, finished_at=now
        )
    return TaskResult.objects.create(
        task_id=str(chunk_id),
        task_name="test-small",
        status=status,
        result=f'{{"outcome": "chunk", "completed": {completed}}}',
    )


def test_counters_and_rows_agree_folded_or_not(run, caplog):
    put(), put(run_at=timezone.now() + timedelta(hours=1)), column(put("test-small"), state=State.DEAD)
    fold()
    column(put(), state=State.CANCELLED), column(put(), state=State.COMPLETED).delete(), put("test-small")

    assert found() == (6, 0, 0)

    assert errors(caplog) == []
    assert set(Counter.objects.values_list("queue", "drift")) == {(QUEUE, 0), ("test.chunked", 0)}
    assert Counter.objects.get(pk=QUEUE).recounted_at == Recount.objects.get().at


def test_pruned_rows_are_not_missed(run):
    run.delete()
    fold()

    assert found()[:2] == (0, 0)


def test_a_row_beyond_the_counter_is_drift(caplog):
    put(), put("test-small")
    fold()
    Counter.objects.filter(pk=QUEUE).update(waiting=0)

    assert found() == (2, 1, 0)

    assert errors(caplog) == [("recount_drift", {"waiting": 1})]
    assert dict(Counter.objects.values_list("queue", "drift")) == {QUEUE: 1, "test.chunked": 0}


def test_a_row_too_many_does_not_make_up_for_one_too_few(caplog):
    put()
    fold()
    Counter.objects.filter(pk=QUEUE).update(waiting=0, active=1)

    assert found() == (1, 2, 0)

    assert errors(caplog) == [("recount_drift", {"waiting": 1, "active": -1})]


def test_nothing_is_mended():
    put()
    fold()
    Counter.objects.filter(pk=QUEUE).update(waiting=5)

    assert [found(), found()] == [(1, 4, 0)] * 2


def test_a_queue_without_a_counter_is_drift_too():
    put()
    Delta.objects.all().delete()

    assert found() == (1, 1, 0)

    counter = Counter.objects.get()
    assert (counter.queue, counter.drift, counter.waiting) == (QUEUE, 1, 0)


def test_a_counter_without_rows_is_drift_too():
    Counter.objects.create(queue="gone.queue", dead=3)

    assert found() == (0, 3, 0)


def test_celerys_record_of_a_completed_run_that_says_otherwise_contradicts(run, caplog):
    TaskResult.objects.update(status="RETRY")

    assert found() == (1, 0, 1)

    assert errors(caplog) == [("recount_contradicted", [run.task_id])]


@pytest.mark.parametrize("outcome", [Outcome.LOST, Outcome.ERROR])
def test_celerys_record_of_a_run_that_did_not_complete_for_us_contradicts(run, outcome):
    Attempt.objects.update(outcome=outcome)

    assert found() == (1, 0, 1)


def test_celerys_record_of_a_run_we_know_nothing_of_contradicts(run):
    Attempt.objects.all().delete()

    assert found() == (1, 0, 1)


def test_a_job_that_is_gone_before_its_time_contradicts(run):
    Attempt.objects.all().delete(), run.delete()

    assert found() == (0, 0, 1)


def test_a_job_that_was_pruned_early_because_its_queue_says_so_does_not(run, monkeypatch):
    brief = SimpleNamespace(retention=timedelta(hours=1), name=QUEUE)
    monkeypatch.setitem(JOBS, "test-job", SimpleNamespace(name="test-job", queue=brief, every_seconds=None))
    Attempt.objects.all().delete(), run.delete()

    assert found() == (0, 0, 0)


def test_no_record_of_celerys_is_no_contradiction(run):
    TaskResult.objects.all().delete()

    assert found() == (1, 0, 0)


def test_a_process_lost_after_the_finish_is_no_contradiction(run):
    TaskResult.objects.update(status="FAILURE", result='{"exc_type": "WorkerLostError", "exc_message": ["signal 9"]}')

    assert found() == (1, 0, 0)


def test_a_failed_run_that_celery_calls_failed_is_no_contradiction(script):
    def fail(ctx):
        raise ValueError("no")

    script(fail)
    put()
    drain(advance=True, only="test-job")

    assert sorted(TaskResult.objects.values_list("status", flat=True)) == ["FAILURE", "RETRY", "RETRY"]
    assert found() == (2, 0, 0)


def test_only_the_last_day_is_witnessed(run):
    TaskResult.objects.update(status="RETRY", date_done=timezone.now() - timedelta(hours=25))

    assert found() == (1, 0, 0)


def test_a_record_of_something_else_is_left_alone(run):
    for task_id in ("", "celery.ping", f"{run.pk}.x", f"{uuid4()}.99999999999", "x" * 36):
        TaskResult.objects.create(task_id=task_id, status="FAILURE", result=None)

    assert found() == (1, 0, 0)


@pytest.mark.parametrize(("said", "contradicted"), [(3, 0), (2, 0), (4, 1)])
def test_a_chunk_that_claims_more_completions_than_we_have_contradicts(said, contradicted):
    chunk_of(3, said)

    assert found() == (3, 0, contradicted)


def test_a_chunk_that_failed_after_some_of_its_jobs_had_finished_does_not():
    chunk_of(3, 0, status="FAILURE")

    assert found() == (3, 0, 0)


def test_it_is_a_nightly_job_and_leaves_what_it_found():
    Counter.objects.create(queue="gone.queue", dead=3)
    assert scheduled()["recount-jobs"].every_seconds == 86_400
    assert JOBS["recount-jobs"].queue is QUEUES["dlq"]
    job = put("recount-jobs")

    drain()

    assert (row(job).state, row(job).result) == (State.COMPLETED, {"jobs": 1, "drift": 3, "contradicted": 0})
