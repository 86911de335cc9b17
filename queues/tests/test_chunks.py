"""Many small jobs in one message: each with a claim, a lease, an attempt and an outcome of its own."""

from datetime import timedelta
from typing import Any

import pytest
from celery import current_app
from celery.app.trace import build_tracer
from django.db.models.functions import Now

from queues import executor, transitions, worker
from queues.cancelling import cancel
from queues.declare import QUEUES
from queues.enqueue import enqueue_many
from queues.errors import RetryLater
from queues.models import Attempt, DeadLetter, Job, Outcome, State
from queues.tests import effects
from queues.tests.given import OWNER, outcomes, row

pytestmark = pytest.mark.django_db
QUEUE = QUEUES["test.chunked"]


def handed(count: int, name: str = "test-small", payload: dict[str, Any] | None = None) -> list[Job]:
    """So many jobs, handed over in their order."""
    enqueue_many(name, [payload or {}] * count)
    return [row(job) for job in transitions.hand_over(QUEUE, most=100, window=100, slots=100)]


def run(jobs: list[Job]) -> tuple[str, Any]:
    """The message read by a worker: Celery's state, and what it was told."""
    task = current_app.tasks[jobs[0].name]
    args = ([[str(job.pk), job.generation] for job in jobs],)
    request = {"id": jobs[0].task_id, "task": task.name, "args": args, "kwargs": {}, "retries": 0, "hostname": "here"}
    traced = build_tracer(task.name, task, app=current_app)(jobs[0].task_id, args, {}, request)  # type: ignore[arg-type]
    return ("SUCCESS" if traced.info is None else traced.info.state), traced.retval


def states(jobs: list[Job]) -> list[str]:
    return [row(job).state for job in jobs]


def test_a_message_carries_as_many_as_the_queue_says():
    jobs = handed(12)

    chunks = [job.chunk_id for job in jobs]
    assert len(set(chunks)) == 3
    assert [chunks.count(chunk) for chunk in dict.fromkeys(chunks)] == [5, 5, 2]
    assert {job.task_id for job in jobs} == {str(chunk) for chunk in chunks}


def test_a_chunk_handed_over_again_is_another_message():
    before = handed(2)
    transitions.undispatch_queue("test.chunked")

    after = transitions.hand_over(QUEUE, most=100, window=100, slots=100)

    assert [job.pk for job in after] == [job.pk for job in before]
    assert after[0].chunk_id != before[0].chunk_id


def test_all_complete_each_with_its_attempt():
    jobs = handed(5)

    state, told = run(jobs)

    assert (state, told) == ("SUCCESS", {"outcome": "chunk", "completed": 5})
    assert states(jobs) == [State.COMPLETED] * 5
    assert [outcomes(job) for job in jobs] == [[(1, Outcome.COMPLETED)]] * 5
    assert set(Attempt.objects.values_list("chunk_id", flat=True)) == {jobs[0].chunk_id}


def test_they_run_in_their_order(script):
    ran = []
    jobs = handed(5)
    script(lambda ctx: ran.append(ctx.job_id))

    run(jobs)

    assert ran == [job.pk for job in jobs]


def test_one_that_fails_fails_alone(script):
    jobs = handed(5)
    errors = {jobs[1].pk: ValueError("no"), jobs[3].pk: RetryLater("they are down")}

    def work(ctx):
        if ctx.job_id in errors:
            raise errors[ctx.job_id]

    script(work)
    state, told = run(jobs)

    assert (state, told) == ("SUCCESS", {"outcome": "chunk", "completed": 3, "retried": 2})
    assert states(jobs) == ["completed", "delayed", "completed", "delayed", "completed"]
    assert [(row(job).attempt, outcomes(job)) for job in (jobs[1], jobs[3])] == [
        (1, [(1, Outcome.ERROR)]),
        (0, [(1, Outcome.POSTPONED)]),
    ]


def test_each_has_its_own_budget(script):
    jobs = handed(2)
    Job.objects.filter(pk=jobs[0].pk).update(attempt=2)
    script(lambda ctx: 1 / 0)

    _, told = run(jobs)

    assert told == {"outcome": "chunk", "failed": 1, "retried": 1}
    assert states(jobs) == [State.DEAD, State.DELAYED]
    assert DeadLetter.objects.get().pk == jobs[0].pk


def test_one_with_effects_finishes_with_them():
    jobs = handed(3, "test-small-slow")

    run(jobs)

    assert states(jobs) == [State.COMPLETED] * 3
    assert effects.left() == sorted(job.pk for job in jobs)


def test_a_message_read_twice_changes_nothing():
    jobs = handed(3)
    run(jobs)

    _, told = run(jobs)

    assert told == {"outcome": "chunk", "stale": 3}
    assert Attempt.objects.count() == 3


def test_one_asked_to_stop_while_it_ran_is_cancelled_and_the_others_complete(script):
    jobs = handed(3)

    def work(ctx):
        if ctx.job_id == jobs[1].pk:
            cancel(job_id=jobs[1].pk, actor=OWNER, reason="no")

    script(work)
    run(jobs)

    assert states(jobs) == [State.COMPLETED, State.CANCELLED, State.COMPLETED]


def test_what_a_slow_chunk_has_no_time_for_goes_back_uncharged(script, monkeypatch):
    monkeypatch.setattr(executor, "CHUNK_SECONDS", -1)
    jobs = handed(3)

    _, told = run(jobs)

    assert told == {"outcome": "chunk", "returned": 3}
    assert [(row(job).state, row(job).attempt, outcomes(job)) for job in jobs] == [
        (State.WAITING, 0, [(1, Outcome.RETURNED)])
    ] * 3


def test_a_subject_that_hears_of_success_hears_of_each(script, subject):
    heard = []
    subject(on_done=lambda job: heard.append(job.pk))
    enqueue_many("test-small", [{}] * 2, subject=("thing", "1"))
    jobs = transitions.hand_over(QUEUE, most=100, window=100, slots=100)

    run(jobs)

    assert heard == [job.pk for job in jobs]


def test_the_leases_of_a_chunk_are_renewed_by_its_task():
    jobs = handed(3)
    claimed = transitions.claim([(job.pk, job.generation) for job in jobs], 1)
    Job.objects.update(leased_until=Now() + timedelta(seconds=1))

    assert transitions.renew(claimed[0].leased_by, [jobs[0].task_id]) == 3

    assert not Job.objects.filter(leased_until__lt=Now() + timedelta(seconds=5)).exists()


def test_of_a_chunk_that_ran_over_nobody_is_charged_and_each_travels_alone():
    jobs = handed(3)
    transitions.claim([(job.pk, job.generation) for job in jobs], 1)
    Job.objects.update(started_at=Now() - timedelta(seconds=61))

    assert worker.end_overdue() == 3

    assert [(row(job).attempt, row(job).rescues, row(job).state) for job in jobs] == [(0, 1, State.WAITING)] * 3
    again = transitions.hand_over(QUEUE, most=100, window=100, slots=100)
    assert len({job.chunk_id for job in again}) == 3


def test_one_that_runs_over_alone_is_charged():
    jobs = handed(1)
    transitions.claim([(jobs[0].pk, 1)], 1)
    Job.objects.update(started_at=Now() - timedelta(seconds=61))

    worker.end_overdue()

    assert (row(jobs[0]).attempt, row(jobs[0]).state) == (1, State.DELAYED)
