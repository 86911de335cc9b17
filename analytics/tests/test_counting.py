"""What is counted, beside what another engine counts in the same events: exactly the same."""

import builtins
from collections import defaultdict
from datetime import date, timedelta

import pytest

from analytics import partitions, queries, snapshot
from analytics.figures import COUNTED, Engagement, Totals
from analytics.models import (
    AnalyticsAggregate,
    AnalyticsEvent,
    ArticleStatsDaily,
    Dimension,
    EngagementDaily,
    Grain,
    SearchDaily,
)
from analytics.ranges import Range, day_of
from analytics.tests import given
from analytics.tests.given import utc
from analytics.tests.independent import Independent
from articles.models import Placement
from articles.tests.given import BODY, approved, go_live, published_article, sold, with_link

pytestmark = pytest.mark.django_db
BERLIN = "Europe/Berlin"
# 28 March: 23 hours; 31 October: 25.
SPRING = Range(date(2027, 3, 26), date(2027, 3, 30))
AUTUMN = Range(date(2026, 10, 23), date(2026, 10, 27))


@pytest.fixture(params=[SPRING, AUTUMN], ids=["spring", "autumn"])
def told(request, settings):
    """A few days over a change of clocks, and what DuckDB makes of them."""
    settings.ANALYTICS_TIME_ZONE = BERLIN
    range = request.param
    events = given.many(3000, first=range.start, last=range.end)
    given.counted(range)
    return range, events, Independent(events, BERLIN)


def stored(dimension: str, grain: str) -> dict[tuple[str, str], tuple[int, ...]]:
    rows = AnalyticsAggregate.objects.filter(dimension=dimension, grain=grain)
    named = {Grain.DAY: lambda at: str(day_of(at)), Grain.HOUR: lambda at: str(int(at.timestamp()))}[grain]
    return {(named(row.bucket), row.value): tuple(getattr(row, name) for name in COUNTED) for row in rows}


def test_every_breakdown_by_hour_and_day_over_a_change_of_clocks(told):
    _, _, independent = told

    for dimension in Dimension.values:
        for grain in Grain.values:
            expected = independent.breakdown(dimension, grain)
            assert expected
            assert stored(dimension, grain) == expected, (dimension, grain)


def test_articles_searches_and_visits_of_each_day(told):
    range, events, independent = told
    views = "count(*) FILTER (WHERE type = 'article_view')"
    articles = independent.ask(
        f"SELECT moment::DATE, article_id, {views}, count(DISTINCT CASE WHEN type = 'article_view' THEN visitor END),"
        " count(*) FILTER (WHERE type = 'click'), count(*) FILTER (WHERE type = 'placement_click')"
        " FROM e WHERE article_id IS NOT NULL GROUP BY ALL ORDER BY 1, 2"
    )
    searches = independent.ask(
        "SELECT moment::DATE, label, count(*), count(DISTINCT visitor), count(*) FILTER (WHERE results = 0)"
        " FROM e WHERE type = 'search' GROUP BY ALL ORDER BY 1, 2"
    )

    assert (
        list(ArticleStatsDaily.objects.order_by("day", "article_id").values_list(*_fields(ArticleStatsDaily)))
        == articles
    )
    assert list(SearchDaily.objects.order_by("day", "query").values_list(*_fields(SearchDaily))) == searches
    found = {
        row.day: Engagement(row.visitors, row.visits, row.bounces, row.views, row.seconds)
        for row in EngagementDaily.objects.all()
    }
    assert found == visits_of(events)
    assert queries.engagement(range).visits == sum(each.visits for each in found.values())


def _fields(model):
    return [field.name for field in model._meta.fields if field.name != "pk"]


def visits_of(events: list[AnalyticsEvent]) -> dict[date, Engagement]:
    """One after the other, as one would with a pencil."""
    of_visitors = defaultdict(list)
    for event in sorted(events, key=lambda event: event.id):
        of_visitors[day_of(event.at), event.visitor].append(event)
    visits = defaultdict(list)
    for (day, visitor), made in of_visitors.items():
        visit = [made[0]]
        for event in made[1:]:
            if event.at - visit[-1].at > timedelta(minutes=30):
                visits[day].append((visitor, visit))
                visit = []
            visit.append(event)
        visits[day].append((visitor, visit))
    return {day: _engagement(of_day) for day, of_day in visits.items()}


def _engagement(visits) -> Engagement:
    views = [[event for event in visit if event.type in ("page_view", "article_view")] for _, visit in visits]
    return Engagement(
        visitors=len({visitor for visitor, _ in visits}),
        visits=len(visits),
        bounces=sum(len(visit) == 1 == len(seen) for (_, visit), seen in zip(visits, views, strict=True)),
        views=sum(len(seen) for seen in views),
        seconds=sum((visit[-1].at - visit[0].at for _, visit in visits), timedelta()) // timedelta(seconds=1),
    )


@pytest.mark.parametrize(("range", "day", "hours"), [(SPRING, date(2027, 3, 28), 23), (AUTUMN, date(2026, 10, 25), 25)])
def test_a_day_on_which_the_clocks_change_has_the_hours_it_had(settings, range, day, hours):
    settings.ANALYTICS_TIME_ZONE = BERLIN
    of_day = Range(day, day)
    for number in builtins.range(hours):
        given.put("page_view", at=of_day.start + timedelta(hours=number, minutes=30), path="/")
    given.put("page_view", at=of_day.start - timedelta(milliseconds=1), path="/")
    given.put("page_view", at=of_day.end, path="/")
    given.counted(range)

    by_hour = queries.series(of_day, Grain.HOUR)

    assert [point.totals.page_views for point in by_hour] == [1] * hours
    assert queries.totals(of_day) == Totals(page_views=hours, visitors=1)


def test_hours_and_days_of_a_zone_with_half_an_hour(settings):
    settings.ANALYTICS_TIME_ZONE = "Asia/Kolkata"
    given.put("page_view", at=utc(2026, 11, 1, 18, 29), path="/")
    given.put("page_view", at=utc(2026, 11, 1, 18, 31), path="/")
    given.counted(Range(date(2026, 11, 1), date(2026, 11, 2)))

    starts = (
        AnalyticsAggregate.objects.filter(dimension="all", grain="hour")
        .order_by("bucket")
        .values_list("bucket", flat=True)
    )

    assert list(starts) == [utc(2026, 11, 1, 17, 30), utc(2026, 11, 1, 18, 30)]
    days = [
        (point.start, point.totals.page_views) for point in queries.series(Range(date(2026, 11, 1), date(2026, 11, 2)))
    ]
    assert days == [(utc(2026, 10, 31, 18, 30), 1), (utc(2026, 11, 1, 18, 30), 1)]


def test_counting_a_day_again_changes_nothing_and_another_day_stays_as_it_was():
    given.many(500, first=utc(2026, 11, 3), last=utc(2026, 11, 6))
    given.counted(Range(date(2026, 11, 3), date(2026, 11, 5)))
    before = _everything()

    given.counted(Range(date(2026, 11, 4), date(2026, 11, 4)))

    assert before["rows"] and _everything() == before


def test_a_day_whose_events_were_dropped_keeps_its_figures(settings, monkeypatch):
    given.put("page_view", at=utc(2026, 10, 20, 12), path="/")
    given.counted(Range(date(2026, 10, 20), date(2026, 10, 20)))
    before = _everything()
    monkeypatch.setattr(partitions, "kept_since", lambda: utc(2026, 11, 1))
    AnalyticsEvent.objects.all().delete()

    assert snapshot.rebuild(Range(date(2026, 10, 20), date(2026, 10, 21))) == []

    assert _everything() == before


def test_a_paid_link_is_seen_while_it_stands_and_only_then():
    article = published_article()
    go_live(approved(article, with_link(BODY)), sold(subject="42"))
    placement = Placement.objects.get()
    Placement.objects.update(live_since=utc(2026, 11, 3, 12), ended_at=utc(2026, 11, 5, 12))
    for day in (3, 4, 5):
        for hour in (11, 12, 13):
            given.put("article_view", at=utc(2026, 11, day, hour), article_id=article.pk, visitor=hour)
    given.put("placement_click", at=utc(2026, 11, 4, 14), article_id=article.pk, placement_id=placement.pk)
    given.counted(Range(date(2026, 11, 3), date(2026, 11, 5)))

    found = queries.placement_figures("order", "42")

    assert (found.views, found.clicks) == (6, 1)
    assert [(each.day.day, each.views, each.clicks) for each in found.days] == [(3, 2, 0), (4, 3, 1), (5, 1, 0)]
    assert queries.placement_figures("order", "43").days == []


def _everything() -> dict[str, list]:
    models = (AnalyticsAggregate, ArticleStatsDaily, SearchDaily, EngagementDaily)
    rows = [sorted(model.objects.values_list(), key=str) for model in models]
    return {"rows": rows}
