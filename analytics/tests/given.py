"""Events for tests, written as the door writes them but for the visitor, who is named."""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from analytics import partitions, snapshot
from analytics.models import AnalyticsEvent, EventType
from analytics.ranges import Range, milliseconds

CHROME = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605 Version/18.0 Mobile/15E148 Safari/604.1"
)


def id_at(moment: datetime) -> UUID:
    """A UUIDv7 of that moment."""
    return UUID(
        int=milliseconds(moment) << 80 | 0x7 << 76 | random.getrandbits(12) << 64 | 0x2 << 62 | random.getrandbits(62)
    )


def event(type: str, *, at: datetime, visitor: int = 1, **more: Any) -> AnalyticsEvent:
    at = at.replace(microsecond=at.microsecond // 1000 * 1000)
    return AnalyticsEvent(id=id_at(at), at=at, type=type, visitor=visitor, **more)


def put(type: str, *, at: datetime, visitor: int = 1, **more: Any) -> AnalyticsEvent:
    """`more` are the event's other fields: path, label, article_id, device, referrer …"""
    partitions.create_between(at, at)
    made = event(type, at=at, visitor=visitor, **more)
    made.save(force_insert=True)
    return made


def counted(range: Range) -> None:
    """The days of the range, counted now."""
    snapshot.rebuild(range)


def many(number: int, *, first: datetime, last: datetime, seed: int = 7) -> list[AnalyticsEvent]:
    """Events of every kind from `first` up to `last`, of visitors who come in bursts; the same for the same seed."""
    chance = random.Random(seed)
    partitions.create_between(first, last)
    span = last - first
    made = []
    while len(made) < number:
        start, visitor = first + span * chance.random(), chance.randrange(60)
        traits = {
            "person": chance.choice([None, None, 1000 + visitor % 9]),
            "referrer": chance.choice(["", "search.example", "news.example"]),
            "device": chance.choice(["desktop", "mobile"]),
            "browser": chance.choice(["Chrome", "Firefox", "Safari"]),
            "os": chance.choice(["Windows", "iOS"]),
            "utm_source": chance.choice(["", "", "letter"]),
            "utm_medium": chance.choice(["", "email"]),
            "utm_campaign": chance.choice(["", "spring"]),
        }
        for _ in range(chance.randrange(1, 6)):
            start += timedelta(seconds=chance.randrange(1, 2400))
            if start < last:
                made.append(_any(chance, start, visitor, traits))
    AnalyticsEvent.objects.bulk_create(made[:number])
    return made[:number]


def _any(chance: random.Random, at: datetime, visitor: int, traits: dict[str, Any]) -> AnalyticsEvent:
    type = chance.choice([*EventType.values, "article_view", "page_view"])
    about: dict[str, Any] = {}
    if type in ("article_view", "placement_click") or chance.random() < 0.2:
        about["article_id"] = chance.randrange(1, 8)
    if type == "placement_click":
        about["placement_id"] = chance.randrange(1, 4)
    if type == "search":
        about |= {"label": chance.choice(["tea", "water", "kettle"]), "results": chance.choice([0, 3, None])}
    return event(type, at=at, visitor=visitor, path=chance.choice(["/", "/basket/"]), **about, **traits)


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)
