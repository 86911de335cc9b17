"""Many small jobs for one message: each with a claim, a lease, an attempt and an outcome of its own."""

from datetime import timedelta
from itertools import groupby
from typing import Any
from uuid import uuid4

import pytest
from celery import current_app
from celery.app.trace import build_tracer
from django.db.models.functions import Now

from queues import executor, mending, transitions, worker
from queues.cancelling import cancel
from queues.declare import QUEUES
from queues.enqueue import enqueue_many
from queues.errors import RetryLater
from queues.models import Attempt, DeadLetter, Job, Outcome, Pause, State
from queues.tests import effects
from queues.tests.given import OWNER, at_once, column, outcomes, row

pytestmark = pytest.mark.django_db
QUEUE = QUEUES["test.chunked"]


def waiting(count: int, name: str = "test-small") -> list[Job]:
    """So many more jobs, in their order."""
    known = set(Job.objects.values_list("pk", flat=True))
    enqueue_many(name, [{}] * count)
    return list(Job.objects.exclude(pk__in=known).order_by("id"))


def run(name: str = "test-small") -> tuple[str, Any]:
    """A message read by a worker: Celery's state, and what it was told."""
    task, task_id, args = current_app.tasks[name], str(uuid4()), (QUEUE.chunk,)
    request = {"id": task_id, "task": name, "args": args, "kwargs": {}, "retries": 0, "hostname": "here"}
    traced = build_tracer(name, task, app=current_app)(task_id, args, {}, request)  # type: ignore[arg-type]
    return ("SUCCESS" if traced.info is None else traced.info.state), traced.retval


def claim(most: int = 5) -> list[Job]:
    return transitions.claim_next("test-small", most, uuid4(), 1)


def states(jobs: list[Job]) -> list[str]:
    return [row(job).state for job in jobs]


def test_a_message_is_worth_as_many_as_the_queue_says():
    jobs = waiting(12)

    told = [run()[1]["completed"] for _ in range(3)]

    assert told == [5, 5, 2]
    chunks = [row(job).chunk_id for job in jobs]
    assert [len(list(group)) for _, group in groupby(chunks)] == [5, 5, 2]
    assert {row(job).task_id for job in jobs} == set(map(str, chunks))


def test_who_comes_too_late_finds_nothing():
    waiting(3)

    assert [run()[1] for _ in range(2)] == [{"outcome": "chunk", "completed": 3}, {"outcome": "stale"}]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_each_job_is_claimed_by_one():
    jobs = waiting(40)

    taken = [job for claimed in at_once(*[lambda: claim(9)] * 6) for job in claimed]

    assert len(taken) == len(set(taken)) >= 9
    assert {job.generation for job in taken} == {1}
    assert Job.objects.filter(state=State.WAITING).count() == len(jobs) - len(taken)


def test_the_best_comes_first_and_other_names_stay():
    late, early, urgent = waiting(3)
    other = waiting(1, "test-small-slow")
    column(early, run_at=Now() - timedelta(minutes=9))
    column(urgent, priority=1)

    assert claim(2) == [urgent, early]

    assert states([late, *other]) == [State.WAITING] * 2


def test_a_pause_leaves_nothing_for_the_messages_that_lie_in_redis():
    jobs = waiting(2)
    Pause.objects.create(queue="test.chunked", paused_by="owner")

    assert run()[1] == {"outcome": "stale"}

    assert states(jobs) == [State.WAITING] * 2


def test_what_lost_a_worker_comes_alone():
    first, second, third, fourth = waiting(4)
    column(second, rescues=1)

    assert [claim() for _ in range(4)] == [[first], [second], [third, fourth], []]


def test_of_a_chunk_whose_worker_died_each_comes_alone():
    jobs = waiting(3)
    claim()
    Job.objects.update(leased_until=Now() - timedelta(seconds=1))

    assert mending.rescue_expired() == 3

    assert [claim() for _ in range(4)] == [[jobs[0]], [jobs[1]], [jobs[2]], []]


def test_one_message_is_worth_what_must_be_alone_too(script):
    jobs = waiting(5)
    column(jobs[2], rescues=1)
    together = []
    script(lambda ctx: together.append(Job.objects.filter(state=State.ACTIVE).count()))

    assert run()[1] == {"outcome": "chunk", "completed": 5}

    assert together == [2, 2, 1, 2, 2]


def test_one_whose_time_is_over_is_cancelled_and_the_others_complete():
    over, other = waiting(2)
    column(over, expires_at=Now())

    assert run()[1] == {"outcome": "chunk", "completed": 1}

    assert (row(over).cancel_reason, states([over, other])) == ("expired", [State.CANCELLED, State.COMPLETED])


def test_all_complete_each_with_its_attempt():
    jobs = waiting(5)

    state, told = run()

    assert (state, told) == ("SUCCESS", {"outcome": "chunk", "completed": 5})
    assert states(jobs) == [State.COMPLETED] * 5
    assert [outcomes(job) for job in jobs] == [[(1, Outcome.COMPLETED)]] * 5
    assert set(Attempt.objects.values_list("chunk_id", flat=True)) == {row(jobs[0]).chunk_id}


def test_they_run_in_their_order(script):
    ran = []
    jobs = waiting(5)
    script(lambda ctx: ran.append(ctx.job_id))

    run()

    assert ran == [job.pk for job in jobs]


def test_one_that_fails_fails_alone(script):
    jobs = waiting(5)
    errors = {jobs[1].pk: ValueError("no"), jobs[3].pk: RetryLater("they are down")}

    def work(ctx):
        if ctx.job_id in errors:
            raise errors[ctx.job_id]

    script(work)
    state, told = run()

    assert (state, told) == ("SUCCESS", {"outcome": "chunk", "completed": 3, "retried": 2})
    assert states(jobs) == ["completed", "delayed", "completed", "delayed", "completed"]
    assert [(row(job).attempt, outcomes(job)) for job in (jobs[1], jobs[3])] == [
        (1, [(1, Outcome.ERROR)]),
        (0, [(1, Outcome.POSTPONED)]),
    ]


def test_each_has_its_own_budget(script):
    jobs = waiting(2)
    Job.objects.filter(pk=jobs[0].pk).update(attempt=2)
    script(lambda ctx: 1 / 0)

    _, told = run()

    assert told == {"outcome": "chunk", "failed": 1, "retried": 1}
    assert states(jobs) == [State.DEAD, State.DELAYED]
    assert DeadLetter.objects.get().pk == jobs[0].pk


def test_one_with_effects_finishes_with_them():
    jobs = waiting(3, "test-small-slow")

    run("test-small-slow")

    assert states(jobs) == [State.COMPLETED] * 3
    assert effects.left() == sorted(job.pk for job in jobs)


def test_one_asked_to_stop_while_it_ran_is_cancelled_and_the_others_complete(script):
    jobs = waiting(3)

    def work(ctx):
        if ctx.job_id == jobs[1].pk:
            cancel(job_id=jobs[1].pk, actor=OWNER, reason="no")

    script(work)
    run()

    assert states(jobs) == [State.COMPLETED, State.CANCELLED, State.COMPLETED]


def test_what_a_slow_chunk_has_no_time_for_goes_back_uncharged(script, monkeypatch):
    monkeypatch.setattr(executor, "CHUNK_SECONDS", -1)
    jobs = waiting(3)

    _, told = run()

    assert told == {"outcome": "chunk", "returned": 3}
    assert [(row(job).state, row(job).attempt, outcomes(job)) for job in jobs] == [
        (State.WAITING, 0, [(1, Outcome.RETURNED)])
    ] * 3


def test_a_worker_that_stops_takes_none(monkeypatch):
    monkeypatch.setattr(executor, "is_stopping", lambda: True)
    jobs = waiting(2)

    assert run()[1] == {"outcome": "returned"}

    assert [(row(job).state, row(job).generation) for job in jobs] == [(State.WAITING, 0)] * 2


def test_a_subject_that_hears_of_success_hears_of_each(script, subject):
    heard = []
    subject(on_done=lambda job: heard.append(job.pk))
    enqueue_many("test-small", [{}] * 2, subject=("thing", "1"))

    run()

    assert heard == list(Job.objects.order_by("id").values_list("pk", flat=True))


def test_the_leases_of_a_chunk_are_renewed_by_its_task():
    waiting(3)
    claimed = claim()
    Job.objects.update(leased_until=Now() + timedelta(seconds=1))

    assert transitions.renew(claimed[0].leased_by, [row(claimed[0]).task_id]) == 3

    assert not Job.objects.filter(leased_until__lt=Now() + timedelta(seconds=5)).exists()


def test_of_a_chunk_that_ran_over_nobody_is_charged_and_each_comes_alone():
    jobs = waiting(3)
    claim()
    Job.objects.update(started_at=Now() - timedelta(seconds=61))

    assert worker.end_overdue() == 3

    assert [(row(job).attempt, row(job).rescues, row(job).state) for job in jobs] == [(0, 1, State.WAITING)] * 3
    assert [claim() for _ in range(3)] == [[job] for job in jobs]


def test_one_that_runs_over_alone_is_charged():
    (job,) = waiting(1)
    claim()
    Job.objects.update(started_at=Now() - timedelta(seconds=61))

    worker.end_overdue()

    assert (row(job).attempt, row(job).state) == (1, State.DELAYED)
