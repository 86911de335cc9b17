"""What the figures are measured from, each in one statement: the oldest that waits, the last hour's completions, waits
and runs. Reads only; what is not folded yet counts as well.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from queues.sql import rows

# From one priority of a queue to the next lower one along the index of what waits, looking at one row of each: nothing
# that waits is counted or sorted. Of what was handed to Redis there is a window's worth.
_OLDEST = """
WITH RECURSIVE level AS (
    SELECT first.* FROM unnest(%(queues)s::text[]) AS asked (queue) CROSS JOIN LATERAL (
        SELECT queue, priority, run_at FROM queues_job
        WHERE queue = asked.queue AND state = 'waiting' ORDER BY priority DESC, run_at LIMIT 1
    ) AS first
    UNION ALL
    SELECT next.* FROM level CROSS JOIN LATERAL (
        SELECT queue, priority, run_at FROM queues_job
        WHERE queue = level.queue AND state = 'waiting' AND priority < level.priority
        ORDER BY priority DESC, run_at LIMIT 1
    ) AS next
)
SELECT queue, greatest(0, extract(epoch FROM statement_timestamp() - min(run_at)))::float8
FROM (SELECT queue, run_at FROM level UNION ALL SELECT queue, run_at FROM queues_job WHERE state = 'dispatched') AS due
GROUP BY queue
"""
_HOUR_AGO = "date_trunc('minute', statement_timestamp()) - interval '60 minutes'"
_THROUGHPUT = f"""
SELECT queue, round(sum(n * share))::int, sum(n)::int FROM (
    SELECT queue, n, CASE date_trunc('minute', statement_timestamp()) - minute
        WHEN interval '0' THEN 1
        WHEN interval '1 minute' THEN 1 - extract(second FROM statement_timestamp()) / 60
        ELSE 0 END AS share
    FROM (
        SELECT queue, minute, completed AS n FROM queues_minute WHERE minute > {_HOUR_AGO} AND completed > 0
        UNION ALL
        SELECT queue, date_trunc('minute', at), n FROM queues_delta WHERE now = 'completed' AND was IS NOT NULL
    ) AS completions
    WHERE minute > {_HOUR_AGO}
) AS shares
GROUP BY queue
"""
_HISTOGRAMS = f"""
SELECT queue, kind, json_object_agg(bucket, n) FROM (
    SELECT queue, kind, bucket, sum(n)::int AS n FROM (
        SELECT queue, 'wait' AS kind, bucket, n::int FROM queues_minute, jsonb_each_text(wait) AS of_wait (bucket, n)
        WHERE minute > {_HOUR_AGO}
        UNION ALL
        SELECT queue, 'run', bucket, n::int FROM queues_minute, jsonb_each_text(run) AS of_run (bucket, n)
        WHERE minute > {_HOUR_AGO}
        UNION ALL
        SELECT queue, 'wait', wait_bucket::text, n FROM queues_delta WHERE wait_bucket IS NOT NULL AND at > {_HOUR_AGO}
        UNION ALL
        SELECT queue, 'run', run_bucket::text, n FROM queues_delta WHERE run_bucket IS NOT NULL AND at > {_HOUR_AGO}
    ) AS measured
    GROUP BY 1, 2, 3
) AS summed
GROUP BY 1, 2
"""


@dataclass(frozen=True)
class Throughput:
    """Completions: of the last 60 seconds, closely, and of this minute and the 59 before it.

    They are kept by the minute, so of the previous minute counts the share that lies within the last 60 seconds.
    """

    per_minute: int = 0
    per_hour: int = 0


@dataclass(frozen=True)
class Histograms:
    """The last hour's waits that a claim ended, and runs that ended, by bucket (see queues.histograms)."""

    wait: dict[str, int]
    run: dict[str, int]


def oldest_waiting(queues: Iterable[str]) -> dict[str, float]:
    """Seconds since the first of those that wait was due; queues where none waits are left out."""
    return dict(rows(_OLDEST, {"queues": list(queues)}))  # type: ignore[arg-type]


def throughput() -> dict[str, Throughput]:
    return {queue: Throughput(*rest) for queue, *rest in rows(_THROUGHPUT)}


def histograms() -> dict[str, Histograms]:
    found: dict[str, Histograms] = {}
    for queue, kind, histogram in rows(_HISTOGRAMS):
        getattr(found.setdefault(queue, Histograms({}, {})), kind).update(histogram)
    return found
