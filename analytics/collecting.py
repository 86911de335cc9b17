"""Keeps what browsers tell of themselves: every good event of a batch once, each bad one refused by itself.

What it answers is stored: the batch is one statement, committed before the answer. It reads no cookie of its own and
keeps no address: a masked one, and a hash that means nothing tomorrow.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.addresses import masked_ip
from analytics import partitions
from analytics.agents import read_agent
from analytics.events import BadEvent, Event, read_event
from analytics.visitors import person_of, visitor_of
from articles.models import Article, Placement

MOST = 100
_COLUMNS = {
    "id": "uuid",
    "at": "timestamptz",
    "type": "text",
    "article_id": "bigint",
    "placement_id": "bigint",
    "path": "text",
    "label": "text",
    "results": "int",
    "referrer": "text",
    "utm_source": "text",
    "utm_medium": "text",
    "utm_campaign": "text",
    "meta": "jsonb",
}
_SENDER = ("visitor", "person", "device", "browser", "os", "masked_ip")
_KEEP = f"""
INSERT INTO {partitions.TABLE} ({", ".join(_COLUMNS)}, {", ".join(_SENDER)})
SELECT {", ".join(_COLUMNS)}, {", ".join(f"%({name})s" for name in _SENDER)}
FROM unnest({", ".join(f"%({name})s::{kind}[]" for name, kind in _COLUMNS.items())}) AS told ({", ".join(_COLUMNS)})
ON CONFLICT DO NOTHING RETURNING id
"""


@dataclass(frozen=True)
class Sender:
    """Whose browser it is. `user_id` is a signed-in customer's."""

    address: str
    agent: str
    user_id: int | None = None


@dataclass(frozen=True)
class Refused:
    """`index` is its place in the batch, `id` what it called itself, if that can be said."""

    index: int
    id: str
    code: str
    message: str


@dataclass(frozen=True)
class Receipt:
    """Every event of the batch is in one of these. `duplicates` were here before."""

    accepted: int = 0
    duplicates: int = 0
    refused: list[Refused] = field(default_factory=list)


def collect(told: Sequence[object], *, sender: Sender) -> Receipt:
    """Keep a batch of at most MOST events."""
    read, refused = _read(told, timezone.now())
    known = _Known(read.values())
    rows = dict[Any, tuple[Any, ...]]()
    for index, event in read.items():
        try:
            rows.setdefault(event.id, known.row_of(event))
        except BadEvent as fault:
            refused.append(Refused(index, str(event.id), fault.code, str(fault)))
    accepted = _keep(list(rows.values()), sender) if rows else 0
    refused.sort(key=lambda each: each.index)
    return Receipt(accepted, len(told) - len(refused) - accepted, refused)


def _read(told: Sequence[object], now: datetime) -> tuple[dict[int, Event], list[Refused]]:
    read, refused = dict[int, Event](), list[Refused]()
    for index, one in enumerate(told):
        try:
            read[index] = read_event(one, now)
        except BadEvent as fault:
            refused.append(Refused(index, _id_of(one), fault.code, str(fault)))
    return read, refused


class _Known:
    """The articles and live paid links that a batch speaks of, looked up at once."""

    def __init__(self, events: Any) -> None:
        about = {event.article_id for event in events if event.article_id}
        ids = {event.placement_id for event in events if event.placement_id}
        self._articles = set(Article.objects.filter(pk__in=about).values_list("pk", flat=True)) if about else set()
        clicked = {event.article_id for event in events if event.href}
        self._placements = dict[int, int]()
        self._hrefs = dict[tuple[int, str], int]()
        if ids or clicked:
            standing = Placement.objects.filter(pk__in=ids) | Placement.objects.live().filter(article__in=clicked)
            for pk, article_id, href in standing.order_by("-pk").values_list("pk", "article_id", "href"):
                self._placements[pk] = article_id
                self._hrefs[article_id, href] = pk

    def row_of(self, event: Any) -> tuple[Any, ...]:
        """In the order of _COLUMNS. Raises BadEvent for an article or paid link that is not there."""
        article_id, placement_id = event.article_id, None
        if event.type == "placement_click":
            placement_id = event.placement_id or self._hrefs.get((article_id, event.href))
            if placement_id not in self._placements:
                raise BadEvent("no_such_placement", "placementId, href: there is no such paid link")
            article_id = self._placements[placement_id]
        elif article_id and article_id not in self._articles:
            raise BadEvent("no_such_article", "articleId: there is no such article")
        said = (event.path, event.label, event.results, _referrer(event.referrer))
        campaign = (event.utm.source, event.utm.medium, event.utm.campaign)
        meta = json.dumps(event.meta) if event.meta else None
        return (event.id, event.at, event.type, article_id, placement_id, *said, *campaign, meta)


def _keep(rows: list[tuple[Any, ...]], sender: Sender) -> int:
    """How many were new. A month nobody made ahead is made now."""
    agent = read_agent(sender.agent)
    given = dict(zip(_COLUMNS, (list(column) for column in zip(*rows, strict=True)), strict=True)) | {
        "visitor": visitor_of(sender.address, sender.agent),
        "person": person_of(sender.user_id) if sender.user_id else None,
        "device": agent.device,
        "browser": agent.browser,
        "os": agent.os,
        "masked_ip": masked_ip(sender.address),
    }
    try:
        return _insert(given)
    except DatabaseError as error:
        if "no partition of relation" not in str(error):
            raise
    times = [row[1] for row in rows]
    partitions.create_between(min(times), max(times))
    return _insert(given)


def _insert(given: dict[str, Any]) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_KEEP, given)
        return int(cursor.rowcount)


def _referrer(host: str) -> str:
    """Our own pages lead to each other: that is nobody's referral."""
    return "" if host == settings.SITE_URL.partition("//")[2].partition(":")[0].removeprefix("www.") else host


def _id_of(told: object) -> str:
    return str(told.get("id", ""))[:36] if isinstance(told, dict) else ""
