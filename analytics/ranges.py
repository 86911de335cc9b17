"""Days of the site's time zone, and the moments at which they begin.

A day is what the calendar of ANALYTICS_TIME_ZONE says: 23 or 25 hours long when the clocks change. An hour is a
calendar hour of that zone; the one that is repeated in autumn is two.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone

ONE_DAY = timedelta(days=1)
FIRST_DAY, LAST_DAY = date(1990, 1, 1), date(2200, 1, 1)
HOUR = timedelta(hours=1)
LONGEST_DAYS = 800


class NotARange(ValueError):
    """It ends before it begins, or is longer than LONGEST_DAYS."""


def site_zone() -> ZoneInfo:
    return ZoneInfo(settings.ANALYTICS_TIME_ZONE)


def today() -> date:
    return day_of(timezone.now())


def day_of(moment: datetime) -> date:
    return moment.astimezone(site_zone()).date()


def start_of(day: date) -> datetime:
    """In UTC. Where midnight is skipped, the moment of the skip."""
    return datetime.combine(day, time.min, tzinfo=site_zone()).astimezone(UTC)


def hour_of(moment: datetime) -> datetime:
    """When the calendar hour began that `moment` is in, in UTC."""
    local = moment.astimezone(site_zone())
    return moment.astimezone(UTC) - timedelta(
        minutes=local.minute, seconds=local.second, microseconds=local.microsecond
    )


def first_id(moment: datetime) -> UUID:
    """The smallest UUIDv7 of that millisecond: events are partitioned, and found, by their ids."""
    return UUID(int=milliseconds(moment) << 80)


def milliseconds(moment: datetime) -> int:
    return (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)


@dataclass(frozen=True)
class Range:
    """Whole days, both included. Raises NotARange, also where there can be no events or the calendar ends."""

    first: date
    last: date

    def __post_init__(self) -> None:
        if self.first < FIRST_DAY or self.last > LAST_DAY:
            raise NotARange(f"{self.first} to {self.last}")
        if not ONE_DAY <= self.last - self.first + ONE_DAY <= LONGEST_DAYS * ONE_DAY:
            raise NotARange(f"{self.first} to {self.last}")

    @classmethod
    def last_days(cls, days: int) -> "Range":
        """So many days up to and with today."""
        return cls(today() - (days - 1) * ONE_DAY, today())

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1

    @property
    def start(self) -> datetime:
        return start_of(self.first)

    @property
    def end(self) -> datetime:
        """The first moment after it."""
        return start_of(self.last + ONE_DAY)

    def each_day(self) -> list[date]:
        return [self.first + number * ONE_DAY for number in range(self.days)]

    def each_hour(self) -> list[datetime]:
        """When each began: as many as there were, also when the clocks change."""
        found, moment = [self.start], hour_of(self.start) + HOUR
        while moment < self.end:
            found.append(moment)
            moment = hour_of(moment + HOUR)
        return found

    def previous(self) -> "Range":
        """As many days, just before. Raises NotARange."""
        return Range(self.first - self.days * ONE_DAY, self.first - ONE_DAY)
