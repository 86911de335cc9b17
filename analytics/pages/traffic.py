"""What readers did: the overview and everything counted by day."""

from django.utils import timezone

from analytics import queries
from analytics.figures import EngagementDay, Point, Row
from analytics.models import Dimension, Grain
from analytics.pages.asking import Asked
from analytics.pages.sheet import Card, Cell, Head, Linked, Sheet, Sorted, Table, bars, number, share
from analytics.queries import Order
from analytics.ranges import Range, day_of, site_zone

CARDS = (
    ("Visitors", "visitors"),
    ("Views", "views"),
    ("Article views", "article_views"),
    ("Clicks on paid links", "placement_clicks"),
    ("Searches", "searches"),
)
SOURCES = {
    "Referrers": (Dimension.REFERRER, "Direct, or not told"),
    "Devices": (Dimension.DEVICE, "Not known"),
    "Browsers": (Dimension.BROWSER, "Not known"),
    "Systems": (Dimension.OS, "Not known"),
    "Campaign sources": (Dimension.UTM_SOURCE, "-"),
    "Campaign media": (Dimension.UTM_MEDIUM, "-"),
    "Campaigns": (Dimension.UTM_CAMPAIGN, "-"),
}
ARTICLE_HEADS = (
    ("Article", "title"),
    ("Readers", "readers"),
    ("Views", "views"),
    ("Clicks", "clicks"),
    ("Clicks on paid links", "placement_clicks"),
)
ONE = ("Visitors", "Views", "Clicks on paid links", "Searches")
HOURS_FOR_DAYS = 2
GROUPS = {
    "referrers": ("Where readers came from", ("Referrers",)),
    "devices": ("What they read with", ("Devices", "Browsers", "Systems")),
    "campaigns": ("Campaigns", ("Campaign sources", "Campaign media", "Campaigns")),
}


def overview(span: Range) -> Sheet:
    """Hour by hour too where there are few enough to look at."""
    compared, days = queries.compared(span), queries.series(span)
    hours = queries.series(span, Grain.HOUR) if span.days <= HOURS_FOR_DAYS else []
    tables = [Table("Days", ("Day", *ONE), [_one(_linked(point), point) for point in days])]
    if hours:
        begun = [_one(_hour(point), point) for point in hours if point.start <= timezone.now()]
        tables = [Table("Hours", (f"Hour, {site_zone().key}", *ONE), begun), *tables]
    return Sheet(
        title="Overview",
        lead="Visitors of several days are those of each day together: nobody is known again on another day.",
        cards=[Card(words, number(getattr(compared.now, of)), compared.change(of)) for words, of in CARDS],
        chart_title="Visitors by hour" if hours else "Visitors by day",
        bars=bars([(_hour(p) if hours else f"{day_of(p.start):%d %b}", p.totals.visitors) for p in hours or days]),
        tables=tables,
    )


def _one(name: Cell, point: Point) -> list[Cell]:
    of = point.totals
    return [name, of.visitors, of.views, of.placement_clicks, of.searches]


def _linked(point: Point) -> Linked:
    """A day, which leads to its hours."""
    day = day_of(point.start)
    return Linked(str(day), f"?{Asked(Range(day, day)).days}")


def _hour(point: Point) -> str:
    """Of the two by one name when the clocks are put back, each with the name of its time."""
    local = point.start.astimezone(site_zone())
    comes_twice = local.utcoffset() != local.replace(fold=1 - local.fold).utcoffset()
    return f"{local:%Y-%m-%d %H:%M %Z}" if comes_twice else f"{local:%Y-%m-%d %H:%M}"


def articles(asked: Asked) -> Sheet:
    found = queries.articles(asked.span, sort=asked.sort, order=asked.order)
    rows = [
        (a.title or f"article {a.article_id}, gone", a.readers, a.views, a.clicks, a.placement_clicks) for a in found
    ]
    return Sheet(
        title="Articles",
        lead="Fifty at most, in the order of the column you choose.",
        tables=[Table("Articles", [_head(words, sort, asked) for words, sort in ARTICLE_HEADS], rows)],
        chart_title="Readers of the first ten",
        bars=bars([(str(row[0])[:32], a.readers) for row, a in zip(rows[:10], found, strict=False)]),
    )


def _head(words: str, sort: str, asked: Asked) -> Head:
    order: Sorted = "" if sort != asked.sort else "ascending" if asked.order == Order.ASC else "descending"
    return Head(words, f"?{asked.sorted_by(sort).query}", order)


def searches(span: Range) -> Sheet:
    rows = [(s.query, s.searches, s.visitors, s.without_result) for s in queries.searches(span)]
    heads = ("Looked for", "Searches", "Visitors", "Without a result")
    return Sheet(
        "Searches",
        "What readers looked for here; what they did not find is an article to write.",
        [Table("Searches", heads, rows)],
    )


def engagement(span: Range) -> Sheet:
    all_days, days = queries.engagement(span), queries.engagement_series(span)
    rows = [_day(day) for day in days]
    return Sheet(
        title="Engagement",
        lead="A visit is a visitor's reading of one day without half an hour's pause; it bounced with a single view.",
        cards=[
            Card("Visits", number(all_days.visits)),
            Card("Bounced", share(all_days.bounce_rate)),
            Card("Views a visit", number(all_days.views_per_visit)),
            Card("Time a visit", number(all_days.seconds_per_visit, " s")),
        ],
        chart_title="Visits by day",
        bars=bars([(f"{d.day:%d %b}", d.engagement.visits) for d in days]),
        tables=[Table("Engagement", ("Day", "Visits", "Bounced", "Views a visit", "Time a visit"), rows)],
    )


def _day(day: EngagementDay) -> list[Cell]:
    of = day.engagement
    seconds = number(of.seconds_per_visit, " s")
    return [f"{day.day:%Y-%m-%d}", of.visits, share(of.bounce_rate), number(of.views_per_visit), seconds]


def sources(span: Range, group: str) -> Sheet:
    title, names = GROUPS[group]
    tables = [_source(name, queries.by_dimension(span, SOURCES[name][0]), SOURCES[name][1]) for name in names]
    return Sheet(title, "The fifty first of each, most visitors first.", tables)


def _source(name: str, rows: list[Row], without: str) -> Table:
    heads = (name.rstrip("s"), "Visitors", "Views", "Clicks on paid links")
    return Table(
        name, heads, [(r.value or without, r.totals.visitors, r.totals.views, r.totals.placement_clicks) for r in rows]
    )
