"""A worker's side of the leases: what runs is renewed, what is overdue is charged, what is lost comes back."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from celery.worker.state import active_requests
from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from queues import identity, mending, stopping, transitions, worker
from queues.models import DeadLetter, Job, Outcome, Relay, State, Worker
from queues.tests.given import (
    at_once,
    claimed,
    column,
    dispatched,
    elsewhere,
    put,
    row,
    terminate_other_connections,
    until,
)

pytestmark = pytest.mark.django_db
POST = worker.Post("io", ["test.queue"], 4)
SOON = timedelta(seconds=3)


class Request(SimpleNamespace):
    """As much of a Celery request as the worker looks at."""

    __hash__ = object.__hash__


@pytest.fixture
def run():
    """`run(job)`: Celery runs it here until the test ends; `run.stop(job)`: no longer."""
    requests = {}

    def start(job):
        requests[job.pk] = Request(id=f"{job.pk}.{job.generation}")
        active_requests.add(requests[job.pk])

    start.stop = lambda job: active_requests.discard(requests.pop(job.pk))
    yield start
    for request in requests.values():
        active_requests.discard(request)


def dead_identity() -> str:
    """Of a process that really was, on this host, and is no more."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    started = identity._start_time(process.pid)
    process.wait()
    return f"{identity.HOST}:{process.pid}:{started}"


def left(job: Job) -> float:
    """Seconds until the lease runs out."""
    until = row(job).leased_until
    assert until is not None
    return (until - timezone.now()).total_seconds()


def test_a_claim_leases_for_ten_seconds():
    job = claimed(put())

    assert 9 < left(job) <= 10.1
    assert (job.leased_by, job.leased_pid) == (identity.me(), os.getpid())


def test_what_runs_is_renewed_and_what_no_longer_runs_is_not(run):
    running, dropped = claimed(put()), claimed(put())
    for job in (running, dropped):
        run(job)
        column(job, leased_until=Now() + SOON)
    run.stop(dropped)

    worker.keep(POST)

    assert left(running) > 9
    assert left(dropped) < 3.1


def test_another_workers_leases_are_not_ours_to_renew(run):
    job = column(claimed(put()), leased_by="elsewhere:1:1", leased_until=Now() + SOON)
    run(job)

    assert transitions.renew(identity.me(), worker.running()) == 0

    assert left(job) < 3.1


def test_a_lease_is_never_renewed_beyond_the_jobs_own_time(run):
    job = column(claimed(put("test-overdue")), started_at=Now() - timedelta(seconds=1.1), leased_until=Now() + SOON)
    run(job)

    assert transitions.renew(identity.me(), worker.running()) == 0

    assert left(job) < 3.1


@pytest.mark.django_db(transaction=True)
def test_a_long_finish_does_not_keep_the_other_leases_from_renewal(run):
    finishing, other = claimed(put()), claimed(put())
    for job in (finishing, other):
        run(job)
        column(job, leased_until=Now() + SOON)
    renewed = []

    def finish():
        with transaction.atomic():
            transitions.complete(finishing, {})
            renewed.append(elsewhere(lambda: transitions.renew(identity.me(), worker.running())))

    assert at_once(finish) == [None]

    assert renewed == [1]
    assert left(other) > 9


def test_an_overdue_job_is_charged_and_its_late_finish_is_void():
    job = column(claimed(put("test-overdue")), started_at=Now() - timedelta(seconds=1.1))

    assert worker.end_overdue() == 1

    late = row(job)
    assert (late.state, late.attempt, late.error) == (State.DELAYED, 1, "ran longer than its 1 seconds")
    assert job.attempts.get().outcome == Outcome.TIMED_OUT
    assert 0.7 < (late.run_at - timezone.now()).total_seconds() < 1.3
    assert transitions.complete(job, {}) is False


def test_an_overdue_job_dies_when_its_attempts_are_used_up():
    job = put("test-overdue")
    column(job, attempt=2)
    column(claimed(job), started_at=Now() - timedelta(seconds=1.1))

    worker.end_overdue()

    assert (row(job).state, DeadLetter.objects.get().why) == (State.DEAD, "attempts")


def test_a_job_within_its_time_is_left_alone():
    job = claimed(put("test-overdue"))

    assert worker.end_overdue() == 0
    assert row(job).state == State.ACTIVE


def test_the_child_that_runs_an_overdue_job_is_killed(child):
    column(claimed(put("test-overdue"), child.pid), started_at=Now() - timedelta(seconds=1.1))

    worker.end_overdue()

    assert child.wait(5) == -signal.SIGKILL


def test_a_beat_says_who_lives_and_since_when_a_slot_is_free(run):
    jobs = [claimed(put()) for _ in range(4)]
    worker.beat(POST)
    first = Worker.objects.get()
    worker.beat(POST)
    assert Worker.objects.get().free_since == first.free_since is not None

    for job in jobs:
        run(job)
    worker.beat(POST)
    full = Worker.objects.get()
    run.stop(jobs[0])
    worker.beat(POST)

    assert (first.identity, first.host, first.pid, first.slots) == (identity.me(), identity.HOST, os.getpid(), 4)
    assert (full.busy, full.free_since, full.beat_at > first.beat_at) == (4, None, True)
    assert (Worker.objects.get().busy, Worker.objects.get().free_since is None) == (3, False)


def test_dead_predecessors_of_this_host_are_forgotten_and_what_they_held_comes_back():
    gone = dead_identity()
    orphan = column(claimed(put()), leased_by=gone)
    mine = claimed(put())
    stranger = column(claimed(put()), leased_by="another-host:1:1")
    Worker.objects.create(identity=gone, host=identity.HOST, pid=1, pool="io", slots=4)
    Worker.objects.create(identity="another-host:1:1", host="another-host", pid=1, pool="io", slots=4)

    assert mending.release_the_dead() == 1

    assert (row(orphan).state, row(orphan).attempt, row(orphan).rescues) == (State.WAITING, 0, 1)
    assert (row(mine).state, row(stranger).state) == (State.ACTIVE, State.ACTIVE)
    assert Worker.objects.get().identity == "another-host:1:1"


def test_a_dead_predecessor_without_jobs_is_forgotten_too():
    Worker.objects.create(identity=dead_identity(), host=identity.HOST, pid=1, pool="io", slots=4)

    assert mending.release_the_dead() == 0

    assert Worker.objects.count() == 0


def test_what_a_dead_relay_of_this_host_may_not_have_sent_is_handed_over_again():
    sent = column(dispatched(put()), dispatched_at=Now() - timedelta(seconds=1))
    dead = Relay.objects.create(identity=dead_identity())
    others = [Relay.objects.create(identity=who) for who in (identity.me(), "another-host:1:1")]
    unsent = dispatched(put())

    assert mending.release_the_dead() == 0

    assert (row(unsent).state, row(sent).state) == (State.WAITING, State.DISPATCHED)
    assert not Relay.objects.filter(pk=dead.pk).exists()
    assert {relay.pk for relay in Relay.objects.all()} == {relay.pk for relay in others}


def test_what_living_relays_sent_is_left_alone():
    for who in (identity.me(), "another-host:1:1"):
        Relay.objects.create(identity=who)
    job = dispatched(put())

    mending.release_the_dead()

    assert row(job).state == State.DISPATCHED


def test_what_a_lost_child_ran_comes_back_at_once(child):
    lost, alive, own = claimed(put(), child.pid), claimed(put(), os.getppid()), claimed(put())
    assert worker.release_lost_children() == 0
    child.kill()
    child.wait()

    assert worker.release_lost_children() == 1

    assert (row(lost).state, row(lost).rescues, row(lost).attempt) == (State.WAITING, 1, 0)
    assert (row(alive).state, row(own).state) == (State.ACTIVE, State.ACTIVE)


def test_what_a_lost_child_had_not_claimed_waits_again_at_once():
    sent, taken, small = dispatched(put()), claimed(put()), put("test-small")
    for job in (sent, taken):
        worker.send_again_what_a_lost_child_took(job.task_id, [str(job.pk), job.generation])
    worker.send_again_what_a_lost_child_took(str(uuid4()), [20])

    assert [row(job).state for job in (sent, taken, small)] == [State.WAITING, State.ACTIVE, State.WAITING]


def test_everything_is_given_back_uncharged():
    mine = [claimed(put()) for _ in range(2)]
    theirs = column(claimed(put()), leased_by="elsewhere:1:1")

    assert worker.give_back_all() == 2

    for job in mine:
        assert (row(job).state, row(job).attempt, row(job).rescues) == (State.WAITING, 0, 0)
        assert job.attempts.get().outcome == Outcome.RETURNED
        assert transitions.complete(job, {}) is False
    assert row(theirs).state == State.ACTIVE


def test_a_child_whose_job_is_given_back_is_killed(child):
    claimed(put(), child.pid)

    worker.give_back_all()

    assert child.wait(5) == -signal.SIGKILL


@pytest.mark.django_db(transaction=True)
def test_the_keeper_beats_from_its_start_and_not_after_it_left(settings):
    settings.JOB_RENEWAL_SECONDS = 0.01
    job = column(claimed(put()), leased_by=dead_identity())
    keeper = worker.Keeper(POST)
    keeper.start()
    until(lambda: Worker.objects.exists())

    keeper.leave()

    until(lambda: not any(thread.name == "lease-keeper" for thread in threading.enumerate()))
    assert (Worker.objects.count(), row(job).state) == (0, State.WAITING)


@pytest.mark.django_db(transaction=True)
def test_the_keeper_outlives_a_broken_connection(settings):
    settings.JOB_RENEWAL_SECONDS = 0.01
    keeper = worker.Keeper(POST)
    keeper.start()
    until(lambda: Worker.objects.exists())

    terminate_other_connections()
    before = Worker.objects.get().beat_at
    until(lambda: Worker.objects.get().beat_at > before)

    keeper.leave()


@pytest.mark.django_db(transaction=True)
def test_at_the_deadline_what_still_runs_is_returned_and_the_process_ends(settings, monkeypatch):
    monkeypatch.setattr(stopping, "_STOPPING", threading.Event())
    settings.JOB_SHUTDOWN_SECONDS = 0.05
    job = claimed(put())
    ended = threading.Event()
    codes = []

    worker.Keeper(POST, lambda code: (codes.append(code), ended.set())).begin_shutdown()

    assert stopping.is_stopping() and ended.wait(5) and codes == [0]
    assert (row(job).state, row(job).attempt) == (State.WAITING, 0)
    assert Job.objects.count() == 1
