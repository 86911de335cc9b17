"""The last quarter of an hour, minute by minute, straight from the events. Reads only."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import TruncMinute
from django.utils import timezone

from analytics.models import AnalyticsEvent, EventType
from analytics.ranges import first_id

MINUTES = 15
SHOWN = 10
_MINUTE = timedelta(minutes=1)
_VIEWS = (EventType.PAGE_VIEW, EventType.ARTICLE_VIEW)


@dataclass(frozen=True)
class Minute:
    start: datetime
    views: int
    events: int
    visitors: int


@dataclass(frozen=True)
class Counted:
    value: str
    events: int


@dataclass(frozen=True)
class Realtime:
    """`minutes` are MINUTES, the oldest first, the last one under way; `pages` and `referrers` the most seen ones."""

    visitors: int
    events: int
    minutes: list[Minute]
    pages: list[Counted]
    referrers: list[Counted]
    types: list[Counted]


def realtime(now: datetime | None = None) -> Realtime:
    """What happened in the minute of `now` and the fourteen before it."""
    last = (now or timezone.now()).replace(second=0, microsecond=0)
    starts = [last - number * _MINUTE for number in reversed(range(MINUTES))]
    seen = AnalyticsEvent.objects.filter(id__gte=first_id(starts[0]), id__lt=first_id(last + _MINUTE))
    views, minutes = seen.filter(type__in=_VIEWS), _minutes(starts, seen)
    return Realtime(
        visitors=seen.values("visitor").distinct().count(),
        events=sum(minute.events for minute in minutes),
        minutes=minutes,
        pages=_most(views.exclude(path=""), "path"),
        referrers=_most(views.exclude(referrer=""), "referrer"),
        types=_most(seen, "type"),
    )


def _minutes(starts: list[datetime], seen: QuerySet[AnalyticsEvent]) -> list[Minute]:
    counted = seen.values(start=TruncMinute("at", tzinfo=UTC)).annotate(
        views=Count("pk", filter=Q(type__in=_VIEWS)), events=Count("pk"), visitors=Count("visitor", distinct=True)
    )
    found = {row["start"]: Minute(**row) for row in counted}
    return [found.get(start, Minute(start, 0, 0, 0)) for start in starts]


def _most(seen: QuerySet[AnalyticsEvent], field: str) -> list[Counted]:
    """The most frequent first, and by name where they are equal."""
    rows = seen.values_list(field).annotate(events=Count("pk")).order_by("-events", field)
    return [Counted(*row) for row in rows[:SHOWN]]
