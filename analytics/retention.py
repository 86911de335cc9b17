"""Who came back: of the signed-in customers first seen in a day or week, how many were seen later. Reads only.

Everybody else is a visitor of one day, whom nobody can know again: they are in no cohort.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from django.db import connection

from analytics.partitions import TABLE
from analytics.ranges import ONE_DAY, Range, day_of, today

_SEEN = f"""
SELECT person, date_bin('15 minutes', at, '2000-01-01 00:00+00') AS quarter FROM {TABLE}
WHERE person IS NOT NULL AND at < %(end)s GROUP BY 1, 2
"""


class Period(StrEnum):
    DAY = "day"
    WEEK = "week"

    @property
    def days(self) -> int:
        return 7 if self == Period.WEEK else 1

    def start_of(self, day: date) -> date:
        """Weeks begin on Monday."""
        return day - timedelta(days=day.weekday()) if self == Period.WEEK else day


@dataclass(frozen=True)
class Cohort:
    """`people` were first seen in the period that begins at `start`; `returned[n]` of them also in the n-th after it.

    `returned[0]` is `people`. None: that period has not begun, or is after the range.
    """

    start: date
    people: int
    returned: list[int | None]


def retention(range: Range, period: Period) -> list[Cohort]:
    """A cohort for each period of the range, the earliest first. First seen is as far back as events are kept."""
    periods = _periods(range, period)
    seen = _seen(range, period)
    places = {start: place for place, start in enumerate(periods)}
    met = defaultdict[int, list[int]](lambda: [0] * len(periods))
    for days in seen.values():
        first = places.get(min(days))
        if first is not None:
            for day in days:
                met[first][places[day] - first] += 1
    begun = sum(start <= today() for start in periods)
    return [_cohort(start, met[place], begun - place) for place, start in enumerate(periods)]


def _periods(range: Range, period: Period) -> list[date]:
    found, start = [], period.start_of(range.first)
    while start <= range.last:
        found.append(start)
        start += period.days * ONE_DAY
    return found


def _seen(range: Range, period: Period) -> dict[int, set[date]]:
    """The periods in which each person was seen, up to the end of the range."""
    found = defaultdict[int, set[date]](set)
    starts = dict[datetime, date]()
    with connection.cursor() as cursor:
        cursor.execute(_SEEN, {"end": range.end})
        for person, quarter in cursor.fetchall():
            if quarter not in starts:
                starts[quarter] = period.start_of(day_of(quarter))
            found[person].add(starts[quarter])
    return found


def _cohort(start: date, met: list[int], begun: int) -> Cohort:
    """`begun`: how many periods have begun since, its own among them."""
    returned = [count if number < begun else None for number, count in enumerate(met)]
    return Cohort(start, met[0], returned)
