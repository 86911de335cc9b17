"""The same figures, worked out by DuckDB from the same events: another engine, other time zones, other SQL."""

from collections.abc import Sequence
from typing import Any

import duckdb

from analytics.models import AnalyticsEvent

_FIELDS = ("at", "type", "visitor", "person", "article_id", "placement_id", "label", "results", "referrer", "device")
_MORE = ("browser", "os", "utm_source", "utm_medium", "utm_campaign", "path")
_TYPES = ("TIMESTAMPTZ", "VARCHAR", *("BIGINT",) * 4, "VARCHAR", "BIGINT", *("VARCHAR",) * 8)
_KINDS = ("page_view", "article_view", "click", "placement_click", "search", "dashboard_view")


class Independent:
    """Knows the events it is given and a time zone whose hours are those of UTC, shifted by whole ones."""

    def __init__(self, events: Sequence[AnalyticsEvent], zone: str) -> None:
        self._db = duckdb.connect()
        self._db.execute(f"SET TimeZone = '{zone}'")
        names = (*_FIELDS, *_MORE)
        given = [[getattr(event, name) for event in events] for name in names]
        columns = ", ".join(f'unnest(?::{kind}[]) AS "{name}"' for name, kind in zip(names, _TYPES, strict=True))
        self._db.execute(f"CREATE TABLE e AS SELECT {columns}", given)
        self._db.execute('ALTER TABLE e RENAME COLUMN "at" TO moment')

    def ask(self, sql: str) -> list[tuple[Any, ...]]:
        return self._db.execute(sql).fetchall()

    def breakdown(self, dimension: str, grain: str) -> dict[tuple[str, str], tuple[int, ...]]:
        """By (bucket, value): a day as its date, an hour as its moment in UTC."""
        value = {"all": "''", "article": "article_id::VARCHAR", "placement": "placement_id::VARCHAR"}.get(
            dimension, dimension
        )
        bucket = "moment::DATE::VARCHAR" if grain == "day" else "(epoch(moment)::BIGINT // 3600 * 3600)::VARCHAR"
        kept = (
            "" if dimension in ("all", "referrer", "device", "browser", "os") else f"WHERE coalesce({value}, '') <> ''"
        )
        counts = ", ".join(f"sum(CASE WHEN type = '{kind}' THEN 1 ELSE 0 END)::BIGINT" for kind in _KINDS)
        rows = self.ask(f"SELECT {bucket}, {value}, {counts}, count(DISTINCT visitor) FROM e {kept} GROUP BY 1, 2")
        return {(bucket, value): tuple(found) for bucket, value, *found in rows}
