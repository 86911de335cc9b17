"""Counts days anew from their events: what stood for them is replaced, in the caller's transaction.

Never adds to what is there. So it does not matter how often a day is counted, nor what was cut short before: the
figures of a day are those of its events, late ones and all. Every figure comes from one look at the events.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import connection

from analytics import partitions
from analytics.models import Dimension, EventType, Grain
from analytics.ranges import Range, day_of, first_id, start_of

PAUSE = "30 minutes"
_COLUMNS = {
    EventType.PAGE_VIEW: "page_views",
    EventType.ARTICLE_VIEW: "article_views",
    EventType.CLICK: "clicks",
    EventType.PLACEMENT_CLICK: "placement_clicks",
    EventType.SEARCH: "searches",
    EventType.DASHBOARD_VIEW: "dashboard_views",
}
_NAMES = ", ".join(_COLUMNS.values())
_COUNTS = ", ".join(f"count(*) FILTER (WHERE type = '{type}')::int AS {name}" for type, name in _COLUMNS.items())
_SUMS = ", ".join(f"sum({name})::int AS {name}" for name in _COLUMNS.values())  # of integers: of bigints it is slow
# What is the same for most of a visitor's events is grouped once, and each breakdown is made from those few rows.
_TRAITS = ("referrer", "device", "browser", "os", "utm_source", "utm_medium", "utm_campaign")
_ALWAYS_THERE = ("referrer", "device", "browser", "os")

_SETTINGS = "SET LOCAL work_mem = '64MB'; SET LOCAL jit = off"
# Which hour and day a moment is in, ranges.py alone says: PostgreSQL is given where each hour begins.
_LOOK = f"""
CREATE TEMP TABLE counting_hours ON COMMIT DROP AS
SELECT * FROM unnest(%(hours)s::int[], %(starts)s::timestamptz[], %(days_of)s::date[], %(day_starts)s::timestamptz[])
    AS hours (hour, start, day, day_start);
CREATE TEMP TABLE counting_events ON COMMIT DROP AS
SELECT width_bucket(at, %(starts)s::timestamptz[]) AS hour, id, at, type, visitor, article_id, placement_id, label,
    results, {", ".join(_TRAITS)}
FROM {partitions.TABLE} WHERE id >= %(first)s AND id < %(end)s;
CREATE TEMP TABLE counting_visitors ON COMMIT DROP AS
SELECT hour, visitor, {", ".join(_TRAITS)}, {_COUNTS}
FROM counting_events GROUP BY hour, visitor, {", ".join(_TRAITS)};
CREATE TEMP TABLE counting_readers ON COMMIT DROP AS
SELECT hour, visitor, article_id, {_COUNTS}
FROM counting_events WHERE article_id IS NOT NULL GROUP BY hour, visitor, article_id;
ANALYZE counting_hours, counting_visitors, counting_readers;
"""
_DONE = "DROP TABLE counting_events, counting_hours, counting_visitors, counting_readers"
_FORGET = f"""
DELETE FROM analytics_analyticsaggregate
WHERE dimension IN ({", ".join(f"'{name}'" for name in Dimension.values)})
    AND grain IN ('{Grain.HOUR}', '{Grain.DAY}') AND bucket >= %(start)s AND bucket < %(stop)s;
DELETE FROM analytics_articlestatsdaily WHERE day = ANY(%(days)s);
DELETE FROM analytics_searchdaily WHERE day = ANY(%(days)s);
DELETE FROM analytics_engagementdaily WHERE day = ANY(%(days)s);
"""
# A visitor is one in the hour, and one in the day: hence the two steps.
_BREAKDOWN = f"""
WITH each AS MATERIALIZED (%(each)s), of_hours AS (
    SELECT hour, value, {_SUMS}, count(*) AS visitors FROM each GROUP BY 1, 2
), of_visitors AS (
    SELECT day_start, value, visitor, {_SUMS} FROM each JOIN counting_hours USING (hour) GROUP BY 1, 2, 3
)
INSERT INTO analytics_analyticsaggregate (dimension, grain, bucket, value, {_NAMES}, visitors)
SELECT '%(dimension)s', '{Grain.HOUR}', start, value::text, {_NAMES}, visitors
FROM of_hours JOIN counting_hours USING (hour)
UNION ALL
SELECT '%(dimension)s', '{Grain.DAY}', day_start, value::text, {_SUMS}, count(*) FROM of_visitors GROUP BY 3, 4
"""
# A link is seen when its article is opened while it stands.
_STOOD = """
(SELECT hour, visitor, p.id AS placement_id, e.type FROM counting_events e
    JOIN articles_placement p ON p.article_id = e.article_id AND e.at >= p.live_since
        AND (p.ended_at IS NULL OR e.at < p.ended_at)
    WHERE e.type = 'article_view'
UNION ALL
SELECT hour, visitor, placement_id, type FROM counting_events WHERE placement_id IS NOT NULL) AS stood
"""
_LINKS = f"(SELECT hour, visitor, placement_id, {_COUNTS} FROM {_STOOD} GROUP BY 1, 2, 3) AS links"
_ARTICLES = f"""
INSERT INTO analytics_articlestatsdaily (day, article_id, views, readers, clicks, placement_clicks)
SELECT day, article_id, sum(article_views), count(*) FILTER (WHERE article_views > 0), sum(clicks),
    sum(placement_clicks)
FROM (
    SELECT day, article_id, visitor, {_SUMS} FROM counting_readers JOIN counting_hours USING (hour) GROUP BY 1, 2, 3
) AS readers GROUP BY 1, 2
"""
_SEARCHES = """
INSERT INTO analytics_searchdaily (day, query, searches, visitors, without_result)
SELECT day, label, count(*), count(DISTINCT visitor), count(*) FILTER (WHERE results = 0)
FROM counting_events JOIN counting_hours USING (hour) WHERE type = 'search' GROUP BY 1, 2
"""
# A visit begins with an event that has no other of its visitor in the half hour before it, and ends likewise; how long
# it was is the sum of the pauses in it.
_ENGAGEMENT = f"""
WITH marked AS (
    SELECT day, type, at - lag(at) OVER by_id AS pause, lead(at) OVER by_id - at AS until_next
    FROM counting_events JOIN counting_hours USING (hour) WINDOW by_id AS (PARTITION BY day, visitor ORDER BY id)
), told AS (
    SELECT *, pause IS NULL OR pause > interval '{PAUSE}' AS begins,
        until_next IS NULL OR until_next > interval '{PAUSE}' AS ends, type IN ('page_view', 'article_view') AS is_view
    FROM marked
)
INSERT INTO analytics_engagementdaily (day, visitors, visits, bounces, views, seconds)
SELECT day, count(*) FILTER (WHERE pause IS NULL), count(*) FILTER (WHERE begins),
    count(*) FILTER (WHERE begins AND ends AND is_view), count(*) FILTER (WHERE is_view),
    coalesce(sum((date_part('epoch', pause) * 1000)::int) FILTER (WHERE NOT begins), 0) / 1000
FROM told GROUP BY day
"""


def count_days(days: Sequence[date]) -> list[date]:
    """Replace every figure of these days, which follow one another; the days counted.

    A day some of whose events were dropped (partitions.drop_old) keeps the figures it has.
    """
    kept = partitions.kept_since()
    days = [day for day in days if start_of(day) >= kept]
    if days:
        with connection.cursor() as cursor:
            cursor.execute(_SETTINGS)
            cursor.execute(_LOOK, _bounds(days))
            cursor.execute(_FORGET, _bounds(days))
            for statement in (*_breakdowns(), _ARTICLES, _SEARCHES, _ENGAGEMENT, _DONE):
                cursor.execute(statement)
    return list(days)


def _bounds(days: Sequence[date]) -> dict[str, Any]:
    range = Range(days[0], days[-1])
    starts = range.each_hour()
    days_of = [day_of(start) for start in starts]
    return {
        "first": first_id(range.start),
        "end": first_id(range.end),
        "start": range.start,
        "stop": range.end,
        "days": list(days),
        "hours": [number for number, _ in enumerate(starts, 1)],
        "starts": starts,
        "days_of": days_of,
        "day_starts": [start_of(day) for day in days_of],
    }


def _breakdowns() -> list[str]:
    whole = "counting_visitors"
    return [
        _breakdown(Dimension.ALL, "''", whole),
        *(_breakdown(trait, trait, whole if trait in _ALWAYS_THERE else _those_with(trait)) for trait in _TRAITS),
        _of_single(Dimension.ARTICLE, "SELECT *, article_id AS value FROM counting_readers"),
        _of_single(Dimension.PLACEMENT, f"SELECT *, placement_id AS value FROM {_LINKS}"),
    ]


def _breakdown(dimension: str, value: str, source: str) -> str:
    """Of rows of which an hour's visitor may have several with the same value."""
    return _of_single(dimension, f"SELECT hour, {value} AS value, visitor, {_SUMS} FROM {source} GROUP BY 1, 2, 3")


def _of_single(dimension: str, each: str) -> str:
    return _BREAKDOWN % {"dimension": dimension, "each": each}


def _those_with(trait: str) -> str:
    return f"(SELECT * FROM counting_visitors WHERE {trait} <> '') AS named"
