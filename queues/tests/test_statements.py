"""What PostgreSQL makes of the statements of a job's way: none is planned anew each time, none reads a whole table."""

import pytest
from django.db import connection

from queues import transitions
from queues.declare import QUEUES
from queues.enqueue import enqueue_many
from queues.models import Job, State
from queues.tests.given import PID, claimed, put

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


@pytest.mark.parametrize(("queue", "name"), [("test.queue", "test-job"), ("test.chunked", "test-small")])
def test_a_few_of_a_backlog_are_handed_over_and_claimed_by_plans_that_are_kept(queue, name):
    """A small queue beside a long one: it is the one for which a plan of its own looks cheaper."""
    enqueue_many(name, ({} for _ in range(BACKLOG)))
    enqueue_many("test-rated", ({} for _ in range(ELSEWHERE)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE queues_job")
    beginnings = ("WITH room", "UPDATE queues_job AS job SET", "WITH done")
    before, reads = [planned_anew(beginning) for beginning in beginnings], whole_reads()

    for _ in range(TIMES):
        handed = transitions.hand_over(QUEUES[queue], most=10, window=BACKLOG, slots=BACKLOG)
        (job,) = transitions.claim([(handed[0].pk, handed[0].generation)], PID)
        assert transitions.complete_without_effects(job)

    anew = [planned_anew(beginning) - times for beginning, times in zip(beginnings, before, strict=True)]
    assert max(anew) <= PLANNED_ANEW
    assert whole_reads() == reads
    assert Job.objects.filter(state=State.COMPLETED).count() == TIMES


def test_a_queue_that_is_no_longer_declared_for_chunks_sends_its_jobs_alone():
    job = put("test-small")
    (chunked,) = transitions.hand_over(QUEUES["test.chunked"], most=1, window=1, slots=1)
    transitions.undispatch(job.pk, chunked.generation)
    Job.objects.update(queue="test.queue", name="test-job")

    (alone,) = transitions.hand_over(QUEUES["test.queue"], most=1, window=1, slots=1)

    assert chunked.chunk_id is not None and alone.chunk_id is None
    assert alone.task_id == f"{job.pk}.2"


def test_a_finish_looks_at_its_own_job_and_at_no_other_that_is_active():
    mine, *others = [put() for _ in range(31)]
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE queues_job")  # none is active, so that the planner would go through those that are
    (job, *_) = [claimed(one) for one in (mine, *others)]
    before = rows_by_index()

    assert transitions.complete_without_effects(job)

    assert rows_by_index() - before <= 5
