"""What PostgreSQL makes of the statements of a job's way: none is planned anew each time, none reads a whole table."""

from uuid import uuid4

import pytest
from django.db import connection
from redis import Redis

from queues import relay, transitions
from queues.declare import QUEUES
from queues.enqueue import enqueue_many
from queues.models import Job, State
from queues.relay import Capacity
from queues.tests.given import PID, claimed, put, row

BACKLOG, ELSEWHERE, TIMES = 200, 3_000, 12
PLANNED_ANEW = 5  # so many times at first, before PostgreSQL compares

pytestmark = pytest.mark.django_db


def planned_anew(beginning: str) -> int:
    """How often, for the prepared statements that begin so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(custom_plans), 0) FROM pg_prepared_statements WHERE ltrim(statement, E'\\n ') LIKE %s",
            [beginning + "%"],
        )
        (times,) = cursor.fetchone()
        return int(times)


def whole_reads() -> int:
    return counted("seq_scan")


def rows_by_index() -> int:
    return counted("idx_tup_fetch")


def counted(what: str) -> int:
    """Of the jobs' table, in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {what} FROM pg_stat_xact_user_tables WHERE relname = 'queues_job'")
        (times,) = cursor.fetchone()
        return int(times)


def taken_by_name(redis: Redis) -> Job | None:
    handed = transitions.hand_over(QUEUES["test.queue"], most=10, window=BACKLOG, slots=BACKLOG)
    return transitions.claim((handed[0].pk, handed[0].generation), PID)


def taken_as_next(redis: Redis) -> Job:
    relay.hand_over_of(["test.chunked"], redis, {"test.chunked": Capacity(window=BACKLOG, slots=BACKLOG)})
    (job,) = transitions.claim_next("test-small", 1, uuid4(), PID)
    return job


@pytest.mark.parametrize(("name", "taken"), [("test-job", taken_by_name), ("test-small", taken_as_next)])
def test_a_few_of_a_backlog_are_handed_over_and_claimed_by_plans_that_are_kept(redis, name, taken):
    """A small queue beside a long one: it is the one for which a plan of its own looks cheaper."""
    enqueue_many(name, ({} for _ in range(BACKLOG)))
    enqueue_many("test-rated", ({} for _ in range(ELSEWHERE)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE queues_job")
    beginnings = ("WITH room", "WITH free", "UPDATE queues_job AS job SET", "WITH done")
    before, reads = [planned_anew(beginning) for beginning in beginnings], whole_reads()

    for _ in range(TIMES):
        assert transitions.complete_without_effects(taken(redis))

    anew = [planned_anew(beginning) - times for beginning, times in zip(beginnings, before, strict=True)]
    assert max(anew) <= PLANNED_ANEW
    assert whole_reads() == reads
    assert Job.objects.filter(state=State.COMPLETED).count() == TIMES


def test_a_queue_that_is_no_longer_declared_for_chunks_sends_its_jobs_alone():
    job = put("test-small")
    (chunked,) = transitions.claim_next("test-small", 1, uuid4(), PID)
    transitions.give_back(chunked)
    Job.objects.update(queue="test.queue", name="test-job")

    (alone,) = transitions.hand_over(QUEUES["test.queue"], most=1, window=1, slots=1)

    assert (chunked.chunk_id is None, row(job).chunk_id) == (False, None)
    assert alone.task_id == row(job).task_id == f"{job.pk}.2"


def test_a_finish_looks_at_its_own_job_and_at_no_other_that_is_active():
    mine, *others = [put() for _ in range(31)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE queues_job")  # none is active, so that the planner would go through those that are
    (job, *_) = [claimed(one) for one in (mine, *others)]
    before = rows_by_index()

    assert transitions.complete_without_effects(job)

    assert rows_by_index() - before <= 5
