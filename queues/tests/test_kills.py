"""Real processes, really killed: no job is lost and none has its effect twice."""

import os
import signal
from contextlib import suppress
from typing import Any

import pytest
from django.db import connection
from redis import Redis

from queues import identity
from queues.models import Attempt, Job, Outcome, State, Worker
from queues.tests import effects
from queues.tests.conftest import CHILDREN_REDIS_URL
from queues.tests.given import put, row, terminate_other_connections, until
from queues.tests.processes import stage

pytestmark = pytest.mark.django_db(transaction=True)
READY = "ready"


def unfinished() -> list[Any]:
    left = Job.objects.exclude(state=State.COMPLETED)
    return [*left.values("state", "attempt", "rescues", "leased_until", "run_at", "error"), *Worker.objects.values()]


@pytest.fixture
def system():
    effects.forget_all()
    with stage(CHILDREN_REDIS_URL) as started:
        yield started


@pytest.fixture
def children_redis():
    with Redis.from_url(CHILDREN_REDIS_URL) as redis:
        yield redis


def count(**those: Any) -> int:
    return Job.objects.filter(**those).count()


def test_kills_wipes_and_lost_connections_lose_nothing_and_double_nothing(system, children_redis):
    relay, worker = system.relay(), system.worker()
    for process in (relay, worker):
        process.until_said(READY)
    jobs = [put("test-slow", {"seconds": 0.25, "note": str(number)}) for number in range(60)]
    half_way = len(jobs) // 4

    until(lambda: count(state=State.COMPLETED) >= half_way, what="a quarter done")
    until(lambda: count(state=State.ACTIVE))
    worker.kill()
    successor = system.worker()
    children_redis.flushdb()
    relay.kill()
    second_relay = system.relay()
    until(lambda: count(state=State.COMPLETED) >= 2 * half_way, what="half done")
    children_redis.flushdb()
    terminate_other_connections()
    until(lambda: count(state=State.COMPLETED) == len(jobs), what=unfinished)

    assert effects.left() == sorted(job.pk for job in jobs)
    assert set(Job.objects.values_list("attempt", flat=True)) == {1}
    assert Attempt.objects.filter(outcome=Outcome.LOST).count() >= 1
    assert [second_relay.end(), successor.end()] == [0, 0]
    assert "Traceback" not in second_relay.said()


def test_on_sigterm_what_can_finish_does_and_the_rest_is_returned_uncharged(system):
    relay, worker = system.relay(), system.worker()
    worker.until_said(READY)
    short, long = put("test-slow", {"seconds": 1}), put("test-slow", {"seconds": 30})
    until(lambda: count(state=State.ACTIVE) == 2, what="both running")
    late = put("test-slow")
    relay.kill()

    assert worker.end() == 0

    assert row(short).state == State.COMPLETED
    assert (row(long).state, row(long).attempt, row(long).rescues) == (State.WAITING, 0, 0)
    assert long.attempts.get().outcome == Outcome.RETURNED
    assert row(late).state in (State.WAITING, State.DISPATCHED, State.COMPLETED)
    assert effects.left().count(long.pk) == 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM queues_worker")
        assert cursor.fetchone() == (0,)


def test_a_killed_child_costs_nobody_anything_and_none_survives_its_main_process(system):
    relay, worker = system.relay(), system.worker("batch")
    worker.until_said(READY)
    job, long = put("test-forked", {"seconds": 2}), put("test-forked", {"seconds": 30})
    until(lambda: count(state=State.ACTIVE) == 2, what="both running")
    os.kill(row(job).leased_pid or 0, signal.SIGKILL)

    until(lambda: row(job).state == State.COMPLETED, what="the job of the killed child")
    assert (row(job).attempt, row(job).rescues, effects.left()) == (1, 1, [job.pk])
    child = row(long).leased_pid
    assert child and child != worker.popen.pid
    assert relay.end() == 0
    assert worker.end() == 0

    assert (row(long).state, row(long).attempt) == (State.WAITING, 0)
    until(lambda: identity.pid_is_gone(child), seconds=5, what="the child's end")
    until(lambda: not _group(worker.popen.pid), seconds=5, what="the end of every child")


@pytest.mark.parametrize("pool", ["io", "batch"])
def test_a_worker_whose_loop_stands_still_gives_back_what_it_has_and_ends(system, pool):
    relay, worker = system.relay(), system.start("worker", pool, JOB_STANDSTILL_SECONDS="1")
    worker.until_said(READY)
    job = put("test-slow" if pool == "io" else "test-forked", {"seconds": 30})
    until(lambda: count(state=State.ACTIVE), what="it runs")
    relay.kill()

    worker.popen.send_signal(signal.SIGUSR2)

    assert worker.popen.wait(20) == 1
    assert "loop_stands_still" in worker.said() and "worker_process.py" in worker.said()
    assert (row(job).state, row(job).attempt, row(job).rescues) == (State.WAITING, 0, 0)
    assert Worker.objects.count() == 0


def test_a_service_that_is_away_is_one_clear_line_and_a_failure(system):
    no_database = {"DATABASE_URL": "postgresql://nobody:tops3cret@127.0.0.1:1/none"}
    no_redis = {"REDIS_URL": "redis://:tops3cret@127.0.0.1:1/0"}
    started = [
        (system.start("relay", **no_database), "cannot reach PostgreSQL at 127.0.0.1:1"),
        (system.start("worker", "io", **no_redis), "cannot reach Redis at 127.0.0.1:1"),
        (system.start("worker", "batch", **no_database), "cannot reach PostgreSQL at 127.0.0.1:1"),
    ]

    for process, line in started:
        assert process.popen.wait(30) == 1
        said = process.said().strip()
        assert line in said and "tops3cret" not in said
        assert len(said.splitlines()) == 1, said


def _group(leader: int) -> bool:
    with suppress(ProcessLookupError):
        os.killpg(leader, 0)
        return True
    return False
