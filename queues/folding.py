"""Folds deltas into counters and minutes, in one transaction: killed at any point, it counts nothing twice or never.

Only one relay folds at a time; it must never wait for another.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from queues.counting import COLUMNS, gains
from queues.models import Counter, Minute, State

AT_ONCE = 20_000
_LOCK = 0x636F7079  # "copy": any number that nobody else takes
_EVENTS = ("enqueued", "completed", "dead", "cancelled", "retried", "stalled")
_DEPTHS = ("waiting", "active", "delayed")
_MEASURED = (*_EVENTS, "wait", "run", *_DEPTHS)
_DEPTH_OF = {
    State.WAITING: "waiting",
    State.DISPATCHED: "waiting",
    State.ACTIVE: "active",
    State.DELAYED: "delayed",
}

_IS_DUE = """
SELECT EXISTS (SELECT FROM queues_delta) OR EXISTS (
    SELECT FROM queues_counter AS c WHERE c.waiting + c.dispatched + c.active + c.delayed > 0 AND NOT EXISTS (
        SELECT FROM queues_minute AS m WHERE m.minute = date_trunc('minute', now()) AND m.queue = c.queue))
"""
_FOLD = f"""
WITH folded AS (
    DELETE FROM queues_delta WHERE id = ANY(ARRAY(SELECT id FROM queues_delta ORDER BY id LIMIT %s)) RETURNING *
), counted AS (
    INSERT INTO queues_counter (queue, {", ".join(COLUMNS)}, drift)
    SELECT *, 0 FROM ({gains("folded")}) AS gained ORDER BY queue COLLATE "C"
    ON CONFLICT (queue) DO UPDATE SET {", ".join(f"{c} = queues_counter.{c} + EXCLUDED.{c}" for c in COLUMNS)}
)
SELECT queue, date_trunc('minute', at), was, now, wait_bucket, run_bucket, sum(n)::int, count(*)
FROM folded GROUP BY 1, 2, 3, 4, 5, 6
"""


@dataclass(frozen=True)
class Change:
    """`n` jobs that went the same way in the same minute, out of `deltas` rows."""

    queue: str
    minute: datetime
    was: str | None
    now: str | None
    wait_bucket: int | None
    run_bucket: int | None
    n: int
    deltas: int


def fold() -> int:
    """Fold the oldest deltas, AT_ONCE at most; returns how many, 0 also when another relay is at it."""
    if not _is_due():
        return 0
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s), date_trunc('minute', now())", [_LOCK])
        is_alone, this_minute = cursor.fetchone()
        if not is_alone:
            return 0
        cursor.execute(_FOLD, [AT_ONCE])
        changes = [Change(*row) for row in cursor.fetchall()]
        _write_minutes(changes, this_minute)
    return sum(change.deltas for change in changes)


def _is_due() -> bool:
    """Deltas, or the first look at this minute's depth of a queue in which something stands."""
    with connection.cursor() as cursor:
        cursor.execute(_IS_DUE)
        (is_due,) = cursor.fetchone()
    return bool(is_due)


def _write_minutes(changes: Iterable[Change], this_minute: datetime) -> None:
    """Add the changes to their minutes, which nobody else writes while we hold the lock."""
    by_minute: dict[tuple[datetime, str], list[Change]] = defaultdict(list)
    for change in changes:
        by_minute[change.minute, change.queue].append(change)
    kept = _kept({this_minute, *(minute for minute, _ in by_minute)})
    depths = {counter.queue: _depth(counter) for counter in Counter.objects.all()}
    for queue, depth in depths.items():
        if any(depth.values()) and (this_minute, queue) not in kept:
            by_minute.setdefault((this_minute, queue), [])
    written = []
    for (minute, queue), its_changes in sorted(by_minute.items(), key=lambda item: item[0], reverse=True):
        row = kept.get((minute, queue)) or Minute(queue=queue, minute=minute)
        _add(row, its_changes)
        _set_depth(row, depths[queue], its_changes)
        written.append(row)
    Minute.objects.bulk_create(
        written, update_conflicts=True, unique_fields=("minute", "queue"), update_fields=_MEASURED
    )


def _kept(minutes: set[datetime]) -> dict[tuple[datetime, str], Minute]:
    """The rows there are, as new ones: without their ids they go into the same statement as those there are not."""
    rows = Minute.objects.filter(minute__in=minutes).values("queue", "minute", *_MEASURED)
    return {(row["minute"], row["queue"]): Minute(**row) for row in rows}


def _depth(counter: Counter) -> dict[str, int]:
    return {
        "waiting": counter.waiting + counter.dispatched,
        "active": counter.active,
        "delayed": counter.delayed,
    }


def _add(row: Minute, changes: Iterable[Change]) -> None:
    for change in changes:
        for event in _events(change):
            setattr(row, event, getattr(row, event) + change.n)
        _tally(row.wait, change.wait_bucket, change.n)
        _tally(row.run, change.run_bucket, change.n)


def _events(change: Change) -> list[str]:
    """What a change counts as. Rows that came in ended (they are older than the counters) are no throughput."""
    match change.was, change.now:
        case None, (State.WAITING | State.DELAYED):
            return ["enqueued"]
        case (None, _) | (_, None):
            return []
        case _, (State.COMPLETED | State.DEAD | State.CANCELLED) as ended:
            return [ended]
        case State.ACTIVE, State.DELAYED:
            return ["retried"]
        case State.ACTIVE, State.WAITING:
            return ["stalled"]
    return []


def _tally(histogram: dict[str, Any], bucket: int | None, n: int) -> None:
    if bucket is not None:
        histogram[str(bucket)] = histogram.get(str(bucket), 0) + n


def _set_depth(row: Minute, depth: dict[str, int], changes: Iterable[Change]) -> None:
    """The queue's depth at the end of this minute; `depth` goes back to what it was before it, for the one before."""
    for name in _DEPTHS:
        setattr(row, name, depth[name])
    for change in changes:
        for state, n in ((change.now, -change.n), (change.was, change.n)):
            if state in _DEPTH_OF:
                depth[_DEPTH_OF[State(state)]] += n
