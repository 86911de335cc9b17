"""/api/owner/analytics: the figures the pages show, for owners, each kept for two minutes."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, cast

from pydantic import TypeAdapter
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from analytics import figures, queries
from analytics.api import asking
from analytics.api.described import describe
from analytics.caching import SECONDS, cached
from analytics.funnels import FunnelGroup, funnel
from analytics.realtime import Realtime, realtime
from analytics.retention import Cohort, retention
from analytics.sales import Sales, sales
from queues.refusing import refuse

PERMISSION = "analytics.call_api"


class MayCall(BasePermission):
    """Owners, by session or token. A person we know who is refused is put on record."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False
        if request.user.has_perm(PERMISSION):
            return True
        refuse(request._request)
        return False


class FiguresDoor(APIView):
    permission_classes = (MayCall,)
    permission = PERMISSION
    throttle_scope = "owner"

    def check_permissions(self, request: Request) -> None:
        """Whoever hammers is slowed down before being refused: each refusal is written down."""
        super().check_throttles(request)
        super().check_permissions(request)

    def check_throttles(self, request: Request) -> None:
        """Counted already."""

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response["Cache-Control"] = "private, no-store"
        return super().finalize_response(request, response, *args, **kwargs)


def door(
    name: str, query: type[asking.Nothing], kind: Any, read: Callable[[Any], Any], seconds: int = SECONDS
) -> type[FiguresDoor]:
    """A door that answers what `read` makes of the `query`, of type `kind`; the doc of `read` describes it."""

    def get(self: FiguresDoor, request: Request) -> Response:
        asked = asking.read(query, request.query_params)
        told = asked.model_dump(mode="json")
        found = cached(name, lambda: read(asked), kind=kind, seconds=seconds, **told)
        return Response(TypeAdapter(kind).dump_python(found, mode="json"))

    get.__doc__ = read.__doc__
    made = type(f"{name.title().replace('-', '')}Door", (FiguresDoor,), {"get": get})
    made.get = describe(f"owner_analytics_{name.replace('-', '_')}", query, kind)(get)  # type: ignore[attr-defined]
    return cast("type[FiguresDoor]", made)


def _overview(asked: asking.OfDays) -> figures.Compared:
    """The totals of the days, beside those of as many days before."""
    return queries.compared(asked.range())


def _series(asked: asking.Series) -> list[figures.Point]:
    """The totals of each day or hour."""
    return queries.series(*asked.grained())


def _dimension(asked: asking.ByDimension) -> list[figures.Row]:
    """The totals by referrer, device, browser, system, campaign, article or paid link."""
    return queries.by_dimension(asked.range(), asked.dimension, limit=asked.limit)


def _articles(asked: asking.Articles) -> list[figures.ArticleRow]:
    """The articles most read or clicked, or in another order."""
    return queries.articles(asked.range(), sort=asked.sort, order=asked.order, limit=asked.limit)


def _searches(asked: asking.Rows) -> list[figures.SearchRow]:
    """What was searched for."""
    return queries.searches(asked.range(), limit=asked.limit)


def _engagement(asked: asking.OfDays) -> list[figures.EngagementDay]:
    """Visits of each day, how long they were and how many ended with their first page."""
    return queries.engagement_series(asked.range())


def _funnel(asked: asking.FunnelQuery) -> list[FunnelGroup]:
    """How many went from step to step."""
    return funnel(asked.range(), asked.steps(), window=timedelta(hours=asked.window_hours), by=asked.by)


def _retention(asked: asking.Cohorts) -> list[Cohort]:
    """Who of the signed-in customers came back, by the day or week they were first seen."""
    return retention(asked.range(), asked.period)


def _realtime(asked: asking.Nothing) -> Realtime:
    """The last 15 minutes."""
    return realtime()


def _sales(asked: asking.OfDays) -> Sales:
    """Orders, revenue, refunds, and what they took."""
    return sales(asked.range())


def _as_of(asked: asking.Nothing) -> datetime | None:
    """When events were last counted."""
    return queries.as_of()


DOORS: tuple[tuple[str, type[FiguresDoor]], ...] = tuple(
    (name, door(name, *rest))
    for name, *rest in (
        ("as-of", asking.Nothing, datetime | None, _as_of),
        ("overview", asking.OfDays, figures.Compared, _overview),
        ("series", asking.Series, list[figures.Point], _series),
        ("dimension", asking.ByDimension, list[figures.Row], _dimension),
        ("articles", asking.Articles, list[figures.ArticleRow], _articles),
        ("searches", asking.Rows, list[figures.SearchRow], _searches),
        ("engagement", asking.OfDays, list[figures.EngagementDay], _engagement),
        ("funnel", asking.FunnelQuery, list[FunnelGroup], _funnel),
        ("retention", asking.Cohorts, list[Cohort], _retention),
        ("realtime", asking.Nothing, Realtime, _realtime, 5),
        ("sales", asking.OfDays, Sales, _sales),
    )
)
