"""What PostgreSQL makes of the statements of a job's way: none is planned anew each time, none reads a whole table."""

import pytest
from django.db import connection

from queues import transitions
from queues.declare import QUEUES
from queues.enqueue import enqueue_many
from queues.models import Job
from queues.tests.given import PID

BACKLOG, TIMES = 3_000, 12
KEPT_AFTER = 5  # so many times PostgreSQL plans a statement anew before it compares

pytestmark = pytest.mark.django_db


def plans(beginning: str) -> list[tuple[int, int]]:
    """Of each prepared statement: how often a plan was made anew, and how often the kept one served."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT custom_plans, generic_plans FROM pg_prepared_statements WHERE ltrim(statement, E'\\n ') LIKE %s",
            [beginning + "%"],
        )
        return cursor.fetchall()


def whole_reads() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT seq_scan FROM pg_stat_xact_user_tables WHERE relname = 'queues_job'")
        (reads,) = cursor.fetchone()
        return int(reads)


@pytest.mark.parametrize(("queue", "name"), [("test.queue", "test-job"), ("test.chunked", "test-small")])
def test_a_few_of_a_backlog_are_handed_over_and_claimed_by_plans_that_are_kept(queue, name):
    enqueue_many(name, ({} for _ in range(BACKLOG)))
    with connection.cursor() as cursor:
        cursor.execute("DEALLOCATE ALL")
        cursor.execute("ANALYZE queues_job")
    before = whole_reads()

    for _ in range(TIMES):
        handed = transitions.hand_over(QUEUES[queue], most=10, window=BACKLOG, slots=BACKLOG)
        (job,) = transitions.claim([(handed[0].pk, handed[0].generation)], PID)
        assert transitions.complete_without_effects(job)

    assert Job.objects.filter(state="completed").count() == TIMES
    for beginning in ("WITH room", "UPDATE queues_job AS job SET", "WITH done"):
        assert plans(beginning) == [(KEPT_AFTER, TIMES - 2 - KEPT_AFTER)], beginning
    assert whole_reads() == before
