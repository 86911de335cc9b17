"""The first job of an idle queue goes ahead of its hand-over, and a relay that has time takes it."""

from uuid import uuid4

import pytest

from queues import relay, transitions
from queues.models import Pause, State
from queues.tests.given import dispatched, put, row
from queues.tests.test_relay import messages, worker
from queues.waking import Call

pytestmark = pytest.mark.django_db


def test_a_job_that_goes_ahead_waits_until_it_is_claimed(redis):
    job = put()

    assert relay.send_ahead(Call("test.queue", job.pk, "test-job"), redis, {"test.queue"})

    assert (row(job).state, row(job).generation) == (State.WAITING, 0)
    assert messages(redis) == [(f"{job.pk}.1", str(job.pk), 1)]
    taken = transitions.claim((job.pk, 1), 1)
    assert (taken.generation, taken.attempt, row(job).state) == (1, 1, State.ACTIVE)
    assert row(job).dispatched_at == taken.started_at
    assert transitions.claim((job.pk, 1), 1) is None


def test_one_that_went_ahead_and_was_lost_is_handed_over_and_its_copy_stale(redis):
    job = put()
    relay.send_ahead(Call("test.queue", job.pk, "test-job"), redis, {"test.queue"})

    assert relay.tick(redis) == 1

    assert messages(redis) == [(f"{job.pk}.1", str(job.pk), 1)] * 2
    assert [transitions.claim((job.pk, 1), 1) == job for _ in range(2)] == [True, False]


def test_one_that_went_ahead_of_a_pause_is_not_claimed(redis):
    job = put()
    relay.send_ahead(Call("test.queue", job.pk, "test-job"), redis, {"test.queue"})
    Pause.objects.create(queue="test.queue", paused_by="owner")

    assert transitions.claim((job.pk, 1), 1) is None

    assert (row(job).state, row(job).attempt) == (State.WAITING, 0)


@pytest.mark.parametrize(
    "call", [Call("test.queue"), Call("another", uuid4(), "test-job"), Call("test.queue", uuid4(), "of-tomorrow")]
)
def test_what_may_not_go_ahead_or_is_not_known_here_is_left_to_be_handed_over(redis, call):
    assert not relay.send_ahead(call, redis, {"test.queue"})

    assert messages(redis) == []


@pytest.mark.parametrize(("jobs", "under_way", "has_time"), [(9, 7, True), (9, 5, False), (1, 0, False)])
def test_a_window_filled_by_a_few_need_not_be_looked_at_soon(redis, jobs, under_way, has_time):
    worker(slots=4)  # a window of 8
    for _ in range(under_way):
        dispatched(put())
    for _ in range(jobs):
        put()

    done = relay.hand_over_all(redis, relay.capacities())

    assert (done.handed, done.has_time) == (min(jobs, 8 - under_way), has_time)
