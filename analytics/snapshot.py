"""From new events to figures: which days they fall in is found, and those days are counted anew.

What is new is known by the transaction that wrote it. A transaction below the oldest one still open can bring no more
events, so everything from the checkpoint up to there is seen once and nothing is passed over, however late a commit.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from django.db import connection, transaction
from django.utils import timezone

from analytics.counting import count_days
from analytics.models import Checkpoint
from analytics.partitions import TABLE
from analytics.ranges import ONE_DAY, Range, day_of

NAME = "events"
DAYS_AT_ONCE = 7
_LOCK = "SELECT pg_advisory_xact_lock(hashtext('analytics.counting'))"
_NOW = "SELECT pg_snapshot_xmin(s)::text::bigint, pg_snapshot_xmax(s)::text::bigint FROM pg_current_snapshot() AS s"
_NEW = f"""
SELECT date_bin('15 minutes', at, '2000-01-01 00:00+00') AS quarter, count(*) FROM {TABLE}
WHERE xid >= %(since)s::text::xid8 AND xid < %(until)s::text::xid8 GROUP BY quarter
"""  # every zone's days begin with a quarter of an hour
_ANY = "9223372036854775807"


@dataclass(frozen=True)
class Counted:
    """`events` that were new, and the days that were counted anew."""

    events: int
    days: list[date]


def process() -> Counted:
    """Bring every figure up to date. One transaction: all of it, or as if it had never begun.

    Two at once follow one another, and the second finds nothing new.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_LOCK)
        checkpoint, _ = Checkpoint.objects.get_or_create(name=NAME)
        cursor.execute(_NOW)
        until, newest = cursor.fetchone()
        new = _new(checkpoint.xid, until, newest)
        counted = [day for days in _runs(sorted(new)) for day in count_days(days)]
        Checkpoint.objects.filter(name=NAME).update(xid=until, run_at=timezone.now())
    return Counted(sum(new.values()), counted)


def rebuild(range: Range, *, tell: Callable[[int, str], None] = lambda percent, message: None) -> list[date]:
    """Count every day of the range anew, a week at a time; the days counted. Cut short, the rest stands as it was."""
    counted: list[date] = []
    for days in _runs(range.each_day()):
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_LOCK)
            counted += count_days(days)
        tell(100 * ((days[-1] - range.first).days + 1) // range.days, f"counted up to {days[-1]}")
    return counted


def _new(since: int, until: int, newest: int) -> Counter[date]:
    """How many events each day has of transactions from `since` on and below `until`.

    A checkpoint from the future is another server's: the database was restored into this one, where transactions
    began anew. What was not counted there has numbers beyond it, what came since has small ones.
    """
    if since <= newest:
        return _by_day(since, str(until))
    return _by_day(since, _ANY) + _by_day(0, str(until))


def _by_day(since: int, until: str) -> Counter[date]:
    found: Counter[date] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(_NEW, {"since": since, "until": until})
        for quarter, events in cursor.fetchall():
            found[day_of(quarter)] += events
    return found


def _runs(days: Sequence[date]) -> Iterator[Sequence[date]]:
    """Days in order, split where one is missing and after DAYS_AT_ONCE."""
    breaks = [number for number, (day, next) in enumerate(pairwise(days), 1) if next - day != ONE_DAY]
    for start, stop in pairwise([0, *breaks, len(days)]):
        for first in range(start, stop, DAYS_AT_ONCE):
            yield days[first : min(first + DAYS_AT_ONCE, stop)]
