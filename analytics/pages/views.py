"""The pages: each a sheet of a range of days, as HTML or as CSV. They only read, but for a funnel that is made."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial, wraps
from typing import Any

from django.contrib import admin
from django.contrib.messages import success
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from analytics import ai_costs, queries
from analytics.caching import cached
from analytics.funnels import BadSteps
from analytics.models import Funnel
from analytics.pages import costs, funnel_making, journeys, traffic
from analytics.pages.asking import Asked
from analytics.pages.exporting import as_csv
from analytics.pages.sheet import Sheet
from analytics.pages.trying import TRY
from audit.access import record_access
from audit.actors import Actor
from queues.staff_posts import staff_post

VIEW, EXPORT, CHANGE = "analytics.view_analytics", "analytics.export_analytics", "analytics.change_funnel"
PRESETS = {1: "Today", 7: "7 days", 30: "30 days", 90: "90 days"}
WAYS = {"": "everybody", "device": "device", "referrer": "referrer", "utm_source": "campaign source"}
PERIODS = {"week": "week", "day": "day"}
FIRST_FUNNEL = {"name": "", "hours": "24", "steps": ""}
Make = Callable[[Asked], Sheet]


@dataclass(frozen=True)
class Page:
    """`is_personal`: it shows what people typed, and who reads it is written down."""

    slug: str
    title: str
    make: Make
    has_range: bool = True
    is_personal: bool = False


def _sources(group: str) -> Make:
    return lambda asked: traffic.sources(asked.span, group)


def _funnels(asked: Asked) -> Sheet:
    """Straight from the events, so kept for a while: until a funnel is made or forgotten, or events are counted."""
    known = list(Funnel.objects.order_by("pk").values_list("pk", flat=True))
    return cached(
        "funnels-page", lambda: journeys.funnels(asked.span, asked.by), kind=Sheet, asked=asked.query, known=known
    )


def _retention(asked: Asked) -> Sheet:
    make = partial(journeys.retention, asked.span, asked.period)
    return cached("retention-page", make, kind=Sheet, asked=asked.query)


PAGES = (
    Page("overview", "Overview", lambda asked: traffic.overview(asked.span)),
    Page("now", "Now", lambda asked: journeys.realtime(), has_range=False),
    Page("articles", "Articles", traffic.articles),
    Page("searches", "Searches", lambda asked: traffic.searches(asked.span), is_personal=True),
    Page("engagement", "Engagement", lambda asked: traffic.engagement(asked.span)),
    *(Page(slug, title, _sources(slug)) for slug, (title, _) in traffic.GROUPS.items()),
    Page("funnels", "Funnels", _funnels),
    Page("retention", "Retention", _retention),
    Page("sales", "Sales", lambda asked: journeys.sales(asked.span)),
    Page("ai-costs", "AI costs", lambda asked: costs.costs(asked.span)),
)
FUNNELS = next(page for page in PAGES if page.slug == "funnels")
AI_COSTS = PAGES[-1]


def _guarded(page: Page) -> Callable[[HttpRequest], HttpResponse]:
    @wraps(_show)
    @require_safe
    def guarded(request: HttpRequest) -> HttpResponse:
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        return _show(request, page)

    guarded.permission = VIEW  # type: ignore[attr-defined]
    return guarded


def _show(request: HttpRequest, page: Page, *, status: int = 200, **more: Any) -> HttpResponse:
    asked, actor = Asked.of(request), Actor.of(request.user)
    sheet = page.make(asked)
    if "csv" in request.GET:
        if not request.user.has_perm(EXPORT):
            raise PermissionDenied
        table = next(
            (table for table in (*sheet.tables, sheet.in_short) if table and table.name == request.GET["csv"]), None
        )
        if table is None:
            raise Http404("There is no such table.")
        return as_csv(page.slug, table, actor=actor)
    if page.is_personal:
        record_access(actor=actor, action=f"{page.slug}.read", target=("figures", page.slug), what=str(asked.days))
    context = {
        **admin.site.each_context(request),
        "title": f"Analytics: {sheet.title}",
        "sheet": sheet,
        "page": page,
        "pages": PAGES,
        "asked": asked,
        "presets": PRESETS,
        "ways": WAYS,
        "periods": PERIODS,
        "as_of": queries.as_of(),
        "may_export": request.user.has_perm(EXPORT),
        "may_change": request.user.has_perm(CHANGE),
        "may_try": request.user.has_perm(TRY),
        "standing": ai_costs.standing() if page == AI_COSTS else None,
        "saved": Funnel.objects.order_by("name") if page == FUNNELS else (),
        "given": FIRST_FUNNEL,
        **more,
    }
    return render(request, "admin/analytics/sheet.html", context, status=status)


@staff_post(CHANGE)
def make_funnel(request: HttpRequest) -> HttpResponse:
    given = {name: request.POST.get(name, "") for name in FIRST_FUNNEL}
    try:
        made = funnel_making.make(
            name=given["name"], lines=given["steps"], hours=given["hours"], actor=Actor.of(request.user)
        )
    except BadSteps as refusal:
        return _show(request, FUNNELS, status=400, given=given, refusal=f"Nothing was saved: {refusal}")
    success(request, f"The funnel {made} is saved.")
    return redirect("analytics-pages:funnels")


@staff_post(CHANGE)
def forget_funnel(request: HttpRequest, pk: int) -> HttpResponse:
    if funnel_making.forget(pk, actor=Actor.of(request.user)):
        success(request, "The funnel is gone; what it counted is not, and its steps stand in the audit.")
    return redirect("analytics-pages:funnels")


VIEWS = {page.slug: _guarded(page) for page in PAGES}
