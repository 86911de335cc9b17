"""What the reads of this room answer with. Nothing here reads or writes."""

from dataclasses import dataclass
from datetime import date, datetime

COUNTED = ("page_views", "article_views", "clicks", "placement_clicks", "searches", "dashboard_views", "visitors")


@dataclass(frozen=True)
class Totals:
    """`visitors` of several days are those of each day together: nobody is known again on another day."""

    page_views: int = 0
    article_views: int = 0
    clicks: int = 0
    placement_clicks: int = 0
    searches: int = 0
    dashboard_views: int = 0
    visitors: int = 0

    @property
    def views(self) -> int:
        """Pages and articles; an article that is opened is an article view and no page view."""
        return self.page_views + self.article_views

    @property
    def events(self) -> int:
        return self.views + self.clicks + self.placement_clicks + self.searches + self.dashboard_views


@dataclass(frozen=True)
class Compared:
    """A range, and as many days just before it."""

    now: Totals
    before: Totals

    def change(self, figure: str) -> float | None:
        """0.25 is a quarter more; None when there was nothing before."""
        then = getattr(self.before, figure)
        return (getattr(self.now, figure) - then) / then if then else None


@dataclass(frozen=True)
class Point:
    """One day, or one hour, that begins at `start`."""

    start: datetime
    totals: Totals


@dataclass(frozen=True)
class Row:
    """One value of a dimension."""

    value: str
    totals: Totals


@dataclass(frozen=True)
class ArticleRow:
    """`title` and `slug` are empty when there is no such article any more."""

    article_id: int
    title: str
    slug: str
    views: int
    readers: int
    clicks: int
    placement_clicks: int


@dataclass(frozen=True)
class ArticleDay:
    day: date
    views: int = 0
    readers: int = 0
    clicks: int = 0
    placement_clicks: int = 0


@dataclass(frozen=True)
class SearchRow:
    query: str
    searches: int
    visitors: int
    without_result: int


@dataclass(frozen=True)
class Engagement:
    """A visit is a visitor's events of one day without a pause of half an hour. The ratios are None without visits."""

    visitors: int = 0
    visits: int = 0
    bounces: int = 0
    views: int = 0
    seconds: int = 0

    @property
    def bounce_rate(self) -> float | None:
        return self.bounces / self.visits if self.visits else None

    @property
    def views_per_visit(self) -> float | None:
        return self.views / self.visits if self.visits else None

    @property
    def seconds_per_visit(self) -> float | None:
        return self.seconds / self.visits if self.visits else None


@dataclass(frozen=True)
class EngagementDay:
    day: date
    engagement: Engagement


@dataclass(frozen=True)
class PlacementDay:
    day: date
    views: int
    clicks: int


@dataclass(frozen=True)
class PlacementFigures:
    """`views`: how often its article was opened while the link stood in it; `clicks`: on that link."""

    views: int
    clicks: int
    days: list[PlacementDay]
