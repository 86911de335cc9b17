"""A time as a person says it, in their own time zone, and as we keep it: a moment, and the zone it was said in.

A time that does not exist there (clocks put forward) is refused; of one that comes twice, the first is meant.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

from django.utils import timezone

LONGEST_AHEAD = timedelta(days=366)
ZONES_OFFERED = (
    "UTC", "Europe/London", "Europe/Lisbon", "Europe/Paris", "Europe/Berlin", "Europe/Madrid", "Europe/Rome",
    "Europe/Warsaw", "Europe/Athens", "Europe/Helsinki", "Europe/Kyiv", "Europe/Istanbul", "Europe/Moscow",
    "Africa/Lagos", "Africa/Cairo", "Africa/Nairobi", "Africa/Johannesburg", "Asia/Jerusalem", "Asia/Riyadh",
    "Asia/Dubai", "Asia/Karachi", "Asia/Kolkata", "Asia/Dhaka", "Asia/Bangkok", "Asia/Shanghai", "Asia/Singapore",
    "Asia/Seoul", "Asia/Tokyo", "Australia/Perth", "Australia/Sydney", "Pacific/Auckland", "America/Sao_Paulo",
    "America/Argentina/Buenos_Aires", "America/New_York", "America/Toronto", "America/Chicago", "America/Mexico_City",
    "America/Denver", "America/Los_Angeles", "Pacific/Honolulu",
)  # fmt: skip


class BadMoment(ValueError):
    """It cannot be meant; the message says why, for whoever typed it."""


@dataclass(frozen=True)
class Moment:
    at: datetime
    zone: str

    @property
    def in_words(self) -> str:
        return spoken(self.at, self.zone)


def read_moment(local: str, zone: str) -> Moment:
    """`local` as a browser sends it (2026-12-01T09:00). Raises BadMoment."""
    zone = zone.strip() or "UTC"
    if zone not in available_timezones():
        raise BadMoment("Name the time zone like Europe/Berlin, or UTC.")
    try:
        naive = datetime.strptime(local.strip()[:16], "%Y-%m-%dT%H:%M")
    except ValueError:
        raise BadMoment("Give a day and a time.") from None
    at = naive.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    if at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) != naive:
        raise BadMoment("There is no such time on that day: the clocks are put forward. Choose another.")
    if at <= timezone.now():
        raise BadMoment("That is in the past. Choose a later time.")
    if at > timezone.now() + LONGEST_AHEAD:
        raise BadMoment("That is more than a year ahead. Choose an earlier time.")
    return Moment(at, zone)


def spoken(at: datetime, zone: str) -> str:
    """Where it was said, and in UTC where that differs: 1 December 2026, 09:00 (Europe/Berlin; 08:00 UTC)."""
    there = at.astimezone(ZoneInfo(zone))
    words = f"{there.day} {there:%B %Y, %H:%M}"
    if zone == "UTC":
        return f"{words} UTC"
    universal = at.astimezone(UTC)
    day = "" if universal.date() == there.date() else f"{universal.day} {universal:%B}, "
    return f"{words} ({zone}; {day}{universal:%H:%M} UTC)"
