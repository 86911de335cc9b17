"""Throughput and depth over time, for the charts. Reads the minutes only, so it is a second or two behind."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import connection
from django.utils import timezone

_BEGINNING = datetime(2001, 1, 1, tzinfo=UTC)


class Span(StrEnum):
    """How far back a chart looks: an hour by the minute, a day by quarters of an hour, a week by two hours."""

    HOUR = "hour"
    DAY = "day"
    WEEK = "week"

    @property
    def bucket(self) -> timedelta:
        return {Span.HOUR: timedelta(minutes=1), Span.DAY: timedelta(minutes=15), Span.WEEK: timedelta(hours=2)}[self]

    @property
    def points(self) -> int:
        return {Span.HOUR: 60, Span.DAY: 96, Span.WEEK: 84}[self]


@dataclass(frozen=True)
class Point:
    """What happened in the bucket that begins `at`, and how many stood in which state at its end."""

    at: datetime
    enqueued: int
    completed: int
    failed: int
    retried: int
    waiting: int
    active: int
    delayed: int


# First what each queue's depth was before the first bucket: a relay looks once a minute wherever anything stands, so a
# queue without a row for a day stands empty. Then bucket by bucket: a quarter of the time one GROUP BY of a week took.
_ROWS = """
SELECT %(first)s::timestamptz - %(width)s::interval, queue, 0, 0, 0, 0, before.waiting, before.active, before.delayed
FROM queues_counter AS counter CROSS JOIN LATERAL (
    SELECT waiting, active, delayed FROM queues_minute AS m
    WHERE m.queue = counter.queue AND m.minute < %(first)s AND m.minute >= %(first)s - interval '1 day'
    ORDER BY m.minute DESC LIMIT 1
) AS before
WHERE %(queue)s::text IS NULL OR queue = %(queue)s
UNION ALL
SELECT at, its.queue, its.enqueued, its.completed, its.dead, its.retried, ended.waiting, ended.active, ended.delayed
FROM generate_series(%(first)s::timestamptz, %(last)s, %(width)s) AS at CROSS JOIN LATERAL (
    SELECT queue, sum(enqueued)::int AS enqueued, sum(completed)::int AS completed, sum(dead)::int AS dead,
        sum(retried)::int AS retried, max(minute) AS last
    FROM queues_minute
    WHERE minute >= at AND minute < at + %(width)s AND (%(queue)s::text IS NULL OR queue = %(queue)s)
    GROUP BY queue
) AS its JOIN queues_minute AS ended ON ended.queue = its.queue AND ended.minute = its.last
ORDER BY 1
"""


def history(queue: str | None, span: Span) -> list[Point]:
    """`span.points` buckets, oldest first, the last one still going on; None: of all queues together.

    Where nothing was noted nothing happened, and the depth is the last one known.
    """
    now = timezone.now()
    last = now - (now - _BEGINNING) % span.bucket
    first = last - span.bucket * (span.points - 1)
    window: dict[str, Any] = {"queue": queue, "first": first, "last": last, "width": span.bucket}
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, window)
        rows = cursor.fetchall()
    return _points([first + span.bucket * place for place in range(span.points)], rows)


def _points(starts: Iterable[datetime], rows: list[tuple[Any, ...]]) -> list[Point]:
    """Rows are (bucket, queue, four events, three depths), oldest bucket first."""
    depths: dict[str, tuple[int, int, int]] = {}
    points, place = [], 0
    for at in starts:
        events = [0, 0, 0, 0]
        while place < len(rows) and rows[place][0] <= at:
            bucket, queue, *measured = rows[place]
            if bucket == at:
                events = [total + n for total, n in zip(events, measured[:4], strict=True)]
            depths[queue] = (measured[4], measured[5], measured[6])
            place += 1
        enqueued, completed, failed, retried = events
        waiting, active, delayed = (sum(depth[i] for depth in depths.values()) for i in range(3))
        points.append(Point(at, enqueued, completed, failed, retried, waiting, active, delayed))
    return points
