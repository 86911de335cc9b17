"""The figures of any range of days, from what was counted (counting.py). Reads only, and never an event.

They are as old as the last `process-snapshot`: `as_of` says when that was.
"""

from collections.abc import Collection, Iterable
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.db.models import F, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Lower

from analytics.figures import (
    COUNTED,
    ArticleDay,
    ArticleRow,
    Compared,
    Engagement,
    EngagementDay,
    PlacementDay,
    PlacementFigures,
    Point,
    Row,
    SearchRow,
    Totals,
)
from analytics.models import (
    AnalyticsAggregate,
    ArticleStatsDaily,
    Checkpoint,
    Dimension,
    EngagementDaily,
    Grain,
    SearchDaily,
)
from analytics.ranges import Range, day_of, start_of
from articles.models import Article, Placement

_READ = ("views", "readers", "clicks", "placement_clicks")
ARTICLE_SORTS = ("title", *_READ)
_ENGAGED = ("visitors", "visits", "bounces", "views", "seconds")
_SEARCHED = ("searches", "visitors", "without_result")


class Order(StrEnum):
    ASC = "asc"
    DESC = "desc"


def as_of() -> datetime | None:
    """When events were last counted; None before the first time."""
    return Checkpoint.objects.values_list("run_at", flat=True).first()


def totals(range: Range) -> Totals:
    """Of everything, over the range."""
    return _summed(_counted(range, Dimension.ALL, Grain.DAY))


def compared(range: Range) -> Compared:
    """The range beside as many days just before it."""
    return Compared(now=totals(range), before=totals(range.previous()))


def series(range: Range, grain: Grain = Grain.DAY) -> list[Point]:
    """Every day, or every hour, of the range in order: zeros where nothing happened."""
    return dimension_series(range, Dimension.ALL, "", grain)


def by_dimension(range: Range, dimension: Dimension, *, limit: int = 50) -> list[Row]:
    """The values with the most visitors first. Without campaign there is no row; without referrer it is ""."""
    rows: Any = _counted(range, dimension, Grain.DAY).values("value").annotate(**_sums(COUNTED))
    return [Row(row["value"], _totals(row)) for row in rows.order_by("-visitors_sum", "value")[:limit]]


def dimension_series(range: Range, dimension: Dimension, value: str, grain: Grain = Grain.DAY) -> list[Point]:
    """As `series`, of one value."""
    rows = _counted(range, dimension, grain).filter(value=value).values("bucket", *COUNTED)
    found = {row.pop("bucket"): Totals(**row) for row in rows}
    starts = range.each_hour() if grain == Grain.HOUR else [start_of(day) for day in range.each_day()]
    return [Point(start, found.get(start, Totals())) for start in starts]


def articles(range: Range, *, sort: str = "views", order: Order | None = None, limit: int = 50) -> list[ArticleRow]:
    """The first by `sort`, one of ARTICLE_SORTS; raises ValueError for another. Titles whatever their capitals."""
    if sort not in ARTICLE_SORTS:
        raise ValueError(sort)
    rows: Any = ArticleStatsDaily.objects.filter(day__range=(range.first, range.last)).values("article_id")
    titles = Article.objects.filter(pk=OuterRef("article_id")).values_list(Lower("title"))
    summed = rows.annotate(**_sums(_READ), title=Subquery(titles))
    by = F(f"{sort}_sum" if sort in _READ else sort)
    first = by.desc if (order or usual_order(sort)) == Order.DESC else by.asc
    found = list(summed.order_by(first(nulls_last=True), "article_id")[:limit])
    named = Article.objects.in_bulk([row["article_id"] for row in found])
    return [_article_row(row, named.get(row["article_id"])) for row in found]


def usual_order(sort: str) -> Order:
    """Titles as in a dictionary, of everything else the most first."""
    return Order.ASC if sort == "title" else Order.DESC


def article_series(range: Range, article_id: int) -> list[ArticleDay]:
    """Every day of the range in order."""
    rows = ArticleStatsDaily.objects.filter(article_id=article_id, day__range=(range.first, range.last))
    found = {row["day"]: ArticleDay(**row) for row in rows.values("day", *_READ)}
    return [found.get(day, ArticleDay(day)) for day in range.each_day()]


def searches(range: Range, *, limit: int = 50) -> list[SearchRow]:
    """What was searched for most, first; capitals apart."""
    rows: Any = SearchDaily.objects.filter(day__range=(range.first, range.last)).values("query")
    found = rows.annotate(**_sums(_SEARCHED)).order_by("-searches_sum", "query")[:limit]
    return [SearchRow(row["query"], *(row[f"{name}_sum"] for name in _SEARCHED)) for row in found]


def engagement(range: Range) -> Engagement:
    found = EngagementDaily.objects.filter(day__range=(range.first, range.last)).aggregate(**_sums(_ENGAGED))
    return Engagement(*(found[f"{name}_sum"] or 0 for name in _ENGAGED))


def engagement_series(range: Range) -> list[EngagementDay]:
    """Every day of the range in order."""
    rows = EngagementDaily.objects.filter(day__range=(range.first, range.last)).values("day", *_ENGAGED)
    found = {row.pop("day"): Engagement(**row) for row in rows}
    return [EngagementDay(day, found.get(day, Engagement())) for day in range.each_day()]


def readers_of(article_ids: Collection[int], *, days: int = 30) -> dict[int, int]:
    """The readers of each article in the last `days`, today included: each day's together; 0 for one nobody read."""
    range = Range.last_days(days)
    rows = ArticleStatsDaily.objects.filter(article_id__in=article_ids, day__range=(range.first, range.last))
    found = dict(rows.values_list("article_id").annotate(readers_sum=Sum("readers")))
    return {article_id: found.get(article_id, 0) for article_id in article_ids}


def placement_figures(subject_type: str, subject_id: str) -> PlacementFigures:
    """What the links of a subject got, ("order", its id) say, on each day that anything happened."""
    standing = Placement.objects.filter(subject_type=subject_type, subject_id=subject_id)
    ids = [str(id) for id in standing.values_list("pk", flat=True)]
    rows = AnalyticsAggregate.objects.filter(dimension=Dimension.PLACEMENT, grain=Grain.DAY, value__in=ids)
    counted = rows.values("bucket").annotate(views=Sum("article_views"), clicks=Sum("placement_clicks"))
    days = [PlacementDay(_day(row["bucket"]), row["views"], row["clicks"]) for row in counted.order_by("bucket")]
    return PlacementFigures(sum(day.views for day in days), sum(day.clicks for day in days), days)


def _counted(range: Range, dimension: Dimension, grain: Grain) -> QuerySet[AnalyticsAggregate]:
    within = {"bucket__gte": range.start, "bucket__lt": range.end}
    return AnalyticsAggregate.objects.filter(dimension=dimension, grain=grain, **within)


def _summed(rows: QuerySet[AnalyticsAggregate]) -> Totals:
    return _totals(rows.aggregate(**_sums(COUNTED)))


def _sums(names: Iterable[str]) -> dict[str, Any]:
    return {f"{name}_sum": Sum(F(name)) for name in names}


def _totals(row: dict[str, Any]) -> Totals:
    return Totals(**{name: row[f"{name}_sum"] or 0 for name in COUNTED})


def _article_row(row: dict[str, Any], article: Article | None) -> ArticleRow:
    named = (article.title, article.slug) if article else ("", "")
    return ArticleRow(row["article_id"], *named, *(row[f"{name}_sum"] for name in _READ))


def _day(bucket: datetime) -> date:
    return day_of(bucket)
