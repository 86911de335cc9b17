"""How many jobs each queue has in each state: its counter and the deltas not folded yet, read in one statement.

What a delta means for a counter is said here and nowhere else; rows of jobs are never counted here.
"""

from dataclasses import dataclass
from datetime import datetime

from queues.sql import rows


def _state(name: str) -> str:
    return f"CASE WHEN now = '{name}' THEN n WHEN was = '{name}' THEN -n ELSE 0 END"


def _ever(name: str) -> str:
    """A row that pruning takes stays counted."""
    return f"CASE WHEN now = '{name}' THEN n WHEN was = '{name}' AND now IS NOT NULL THEN -n ELSE 0 END"


def _pruned(name: str) -> str:
    return f"CASE WHEN now IS NULL AND was = '{name}' THEN n ELSE 0 END"


# What each delta adds to each column of its queue's counter.
_GAINS = {
    "enqueued": "CASE WHEN was IS NULL THEN n ELSE 0 END",
    "waiting": _state("waiting"),
    "dispatched": _state("dispatched"),
    "active": _state("active"),
    "delayed": _state("delayed"),
    "completed": _ever("completed"),
    "dead": _state("dead"),
    "cancelled": _ever("cancelled"),
    "deleted": "CASE WHEN now IS NULL AND was NOT IN ('completed', 'cancelled') THEN n ELSE 0 END",
    "pruned_completed": _pruned("completed"),
    "pruned_cancelled": _pruned("cancelled"),
}
COLUMNS = tuple(_GAINS)


def gains(deltas: str) -> str:
    """SQL: what the rows of `deltas` add to each queue's counter."""
    sums = ", ".join(f"sum({gain})::bigint AS {column}" for column, gain in _GAINS.items())
    return f"SELECT queue, {sums} FROM {deltas} GROUP BY queue"


_SUMS = ", ".join(f"sum({column})::bigint AS {column}" for column in COLUMNS)
COUNTS = f"""
SELECT queue, {_SUMS}, max(recounted_at) AS recounted_at, coalesce(sum(drift), 0)::bigint AS drift
FROM (
    SELECT queue, {", ".join(COLUMNS)}, recounted_at, drift FROM queues_counter
    UNION ALL
    SELECT *, NULL, NULL FROM ({gains("queues_delta")}) AS pending
) AS both_of_them
GROUP BY queue
"""


@dataclass(frozen=True)
class Counts:
    """One queue's counter, brought up to this moment."""

    enqueued: int = 0
    waiting: int = 0
    dispatched: int = 0
    active: int = 0
    delayed: int = 0
    completed: int = 0
    dead: int = 0
    cancelled: int = 0
    deleted: int = 0
    pruned_completed: int = 0
    pruned_cancelled: int = 0
    recounted_at: datetime | None = None
    drift: int = 0


def counts() -> dict[str, Counts]:
    """Of every queue that ever had a job, declared or not."""
    return {queue: Counts(*rest) for queue, *rest in rows(COUNTS)}
