"""What became of the jobs, asked of PostgreSQL alone: an independent witness, which runs none of the product's code."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg
from psycopg.rows import dict_row

from tests.crash import rescues
from tests.crash.kills import ENQUEUED, TWINS, Kill, lines

MOST_DEATHS = 3  # of its workers, that a job may survive
OURS = "queue LIKE 'crash.%%'"
UNENDED = f"SELECT count(*) AS n FROM queues_job WHERE {OURS} AND state NOT IN ('completed', 'dead', 'cancelled')"
_JOBS = f"SELECT id::text, state FROM queues_job WHERE {OURS}"
_WITHOUT_EFFECT = f"""
SELECT id::text FROM queues_job WHERE {OURS} AND state = 'completed' AND (payload->>'effect')::bool
    AND NOT EXISTS (SELECT FROM queues_test_effect WHERE job_id = id)
"""
_TWICE = """
SELECT job_id::text AS id FROM queues_test_effect GROUP BY 1 HAVING count(*) > 1
UNION SELECT job_id::text FROM queues_attempt WHERE outcome = 'completed' GROUP BY 1 HAVING count(*) > 1
"""
_OF_NO_COMPLETED = """
SELECT job_id::text AS id FROM queues_test_effect
WHERE NOT EXISTS (SELECT FROM queues_job WHERE id = job_id AND state = 'completed')
"""
_WRONGLY_CHARGED = f"""
SELECT id::text FROM queues_job AS job WHERE {OURS} AND state = 'completed' AND (
    attempt <> (payload->>'fails')::int + 1 OR attempt > max_attempts OR rescues > {MOST_DEATHS}
    OR rescues <> (SELECT count(*) FROM queues_attempt WHERE job_id = job.id AND outcome = 'lost'))
"""
# Counters, the deltas not folded yet, and the rows: in one statement, and so of one moment.
DRIFT = """
WITH counted AS (
    SELECT queue, state, n FROM queues_counter CROSS JOIN LATERAL (VALUES
        ('waiting', waiting), ('dispatched', dispatched), ('active', active), ('delayed', delayed), ('dead', dead),
        ('completed', completed - pruned_completed), ('cancelled', cancelled - pruned_cancelled)) AS c (state, n)
    UNION ALL SELECT queue, now, n FROM queues_delta WHERE now IS NOT NULL
    UNION ALL SELECT queue, was, -n FROM queues_delta WHERE was IS NOT NULL
    UNION ALL SELECT queue, state, -count(*) FROM queues_job GROUP BY 1, 2
), drifts AS (SELECT sum(n) AS n FROM counted GROUP BY queue, state)
SELECT coalesce(sum(abs(n)), 0)::int AS n FROM drifts
"""
# A delta moves what it counts from one column to another, so the counters alone must add up.
CONSERVATION = """
SELECT coalesce(sum(abs(
    enqueued - waiting - dispatched - active - delayed - completed - dead - cancelled - deleted)), 0)::int AS n
FROM queues_counter
"""


@dataclass(frozen=True)
class Verdict:
    """Of each sort the ids of the jobs; all but `dead` must be empty, and `dead` when nobody was killed too often."""

    jobs: int
    lost: list[str]
    done_twice: list[str]
    effects_of_no_completed: list[str]
    wrongly_charged: list[str]
    dead: list[str]
    drift: int
    conservation: int
    twins_refused: int
    rescued: list[rescues.Rescue] = field(repr=False)
    leases_run_out: int = 0


def judge(database_url: str, folder: Path, kills: Sequence[Kill]) -> Verdict:
    """Everything in one transaction: of one moment."""
    with psycopg.connect(database_url, row_factory=dict_row) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ

        def rows(sql: str) -> list[dict[str, Any]]:
            return connection.execute(sql, []).fetchall()

        def ids(sql: str) -> list[str]:
            return [row["id"] for row in rows(sql)]

        state_of = {row["id"]: row["state"] for row in rows(_JOBS)}
        acknowledged = lines(folder / ENQUEUED)
        ended = ("completed", "dead", "cancelled")
        lost = {id for id in {*acknowledged, *state_of} if state_of.get(id) not in ended}
        found, run_out = rescues.found(rows(rescues.ATTEMPTS), kills)
        return Verdict(
            jobs=len(state_of),
            lost=sorted(lost | set(ids(_WITHOUT_EFFECT))),
            done_twice=ids(_TWICE),
            effects_of_no_completed=ids(_OF_NO_COMPLETED),
            wrongly_charged=ids(_WRONGLY_CHARGED),
            dead=[id for id, state in state_of.items() if state in ("dead", "cancelled")],
            drift=rows(DRIFT)[0]["n"],
            conservation=rows(CONSERVATION)[0]["n"],
            twins_refused=len(lines(folder / TWINS)),
            rescued=found,
            leases_run_out=run_out,
        )
