"""The nightly check: counters against rows, and our record of runs against Celery's.

It publishes what it finds and must never mend it: a difference is a fault somewhere, and somebody has to look.
"""

from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from queues.counting import COUNTS, Counts
from queues.declare import JOBS
from queues.models import Counter, Recount, State

log = structlog.get_logger("queues")
WITNESSED = timedelta(hours=24)
PRUNING_MAY_LAG = timedelta(hours=1)
EXAMPLES = 10

# One statement, one snapshot: a transition is in both or in neither.
_BOTH = f"""
WITH grouped AS (SELECT queue, state, count(*) AS n FROM queues_job GROUP BY queue, state),
    rows AS (SELECT queue, json_object_agg(state, n) AS by_state FROM grouped GROUP BY queue)
SELECT rows.by_state, counted.*, queue FROM rows FULL JOIN ({COUNTS}) AS counted USING (queue)
"""
# Celery's word against ours. No word is no contradiction: results may be off, or their writer was killed. Nor is it one
# that a process was lost (Celery says that of work which had finished too), or that a chunk failed, some of whose jobs
# had finished. An attempt that is missing says nothing where its row may have been pruned.
_CONTRADICTED = """
WITH told AS MATERIALIZED (
    SELECT task_id, task_name, status, coalesce(result, '') AS result,
        CASE WHEN task_id ~ '^[0-9a-f-]{36}[.][0-9]{1,9}$' THEN split_part(task_id, '.', 1)::uuid END AS job_id,
        CASE WHEN task_id ~ '^[0-9a-f-]{36}[.][0-9]{1,9}$' THEN split_part(task_id, '.', 2)::int END AS generation,
        CASE WHEN task_id ~ '^[0-9a-f-]{36}$' THEN task_id::uuid END AS chunk_id,
        substring(result FROM '"completed": ([0-9]{1,9})')::int AS completed
    FROM django_celery_results_taskresult WHERE date_done > statement_timestamp() - %(witnessed)s
), of_chunks AS (
    SELECT chunk_id, count(*) AS n FROM queues_attempt
    WHERE chunk_id IN (SELECT chunk_id FROM told) AND outcome = 'completed' GROUP BY chunk_id
), contradicted AS (
    SELECT task_id FROM told JOIN queues_attempt AS ours USING (job_id, generation)
    WHERE outcome = 'completed' AND status <> 'SUCCESS' AND result NOT LIKE '%%"exc_type": "WorkerLostError"%%'
    UNION ALL
    SELECT task_id FROM told LEFT JOIN queues_attempt AS ours USING (job_id, generation)
    WHERE told.job_id IS NOT NULL AND status = 'SUCCESS' AND result LIKE '%%"outcome": "completed"%%' AND CASE
        WHEN outcome IS NOT NULL THEN outcome <> 'completed'
        ELSE task_name = ANY(%(kept)s) OR EXISTS (SELECT FROM queues_job WHERE id = told.job_id) END
    UNION ALL
    SELECT task_id FROM told LEFT JOIN of_chunks USING (chunk_id)
    WHERE told.chunk_id IS NOT NULL AND status = 'SUCCESS' AND task_name = ANY(%(kept)s)
        AND told.completed > coalesce(of_chunks.n, 0)
)
SELECT task_id, count(*) OVER () FROM contradicted LIMIT %(examples)s
"""


def recount() -> Recount:
    """Count all rows, compare, and keep the outcome; drift is how many rows the counters are off, never cancelled out.

    Takes seconds at a million rows, and holds no lock meanwhile.
    """
    rows, drifts = _drifts()
    contradicted = _contradicted()
    now = timezone.now()
    counters = [Counter(queue=queue, drift=drift, recounted_at=now) for queue, drift in sorted(drifts.items())]
    with transaction.atomic():
        Counter.objects.bulk_create(
            counters, update_conflicts=True, unique_fields=("queue",), update_fields=("drift", "recounted_at")
        )
        return Recount.objects.create(at=now, jobs=rows, drift=sum(drifts.values()), contradicted=contradicted)


def _drifts() -> tuple[int, dict[str, int]]:
    """How many rows there are, and by how many each queue's counter is off."""
    total, drifts = 0, {}
    with connection.cursor() as cursor:
        cursor.execute(_BOTH)
        for by_state, is_counted, *counted, queue in cursor.fetchall():
            rows = {state: (by_state or {}).get(state, 0) for state in State.values}
            expected = _expected(Counts(*counted) if is_counted else Counts())
            off = {state: rows[state] - expected[state] for state in State.values if rows[state] != expected[state]}
            if off:
                log.error("recount_drift", queue=queue, rows_beyond_counter=off)
            total += sum(rows.values())
            drifts[queue] = sum(map(abs, off.values()))
    return total, drifts


def _expected(counted: Counts) -> dict[str, int]:
    """How many rows there must be in each state."""
    return {
        State.WAITING: counted.waiting,
        State.DISPATCHED: counted.dispatched,
        State.ACTIVE: counted.active,
        State.DELAYED: counted.delayed,
        State.COMPLETED: counted.completed - counted.pruned_completed,
        State.DEAD: counted.dead,
        State.CANCELLED: counted.cancelled - counted.pruned_cancelled,
    }


def _contradicted() -> int:
    """How many runs of the last 24 hours (or messages with a chunk of them) Celery's record tells otherwise."""
    safe = WITNESSED + PRUNING_MAY_LAG
    kept = [job.name for job in JOBS.values() if (job.queue.retention or settings.JOB_RETENTION) > safe]
    window: dict[str, Any] = {"witnessed": WITNESSED, "kept": kept, "examples": EXAMPLES}
    with connection.cursor() as cursor:
        cursor.execute(_CONTRADICTED, window)
        found = cursor.fetchall()
    if found:
        log.error("recount_contradicted", runs=found[0][1], tasks=[task_id for task_id, _ in found])
    return int(found[0][1]) if found else 0
