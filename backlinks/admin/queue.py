"""What waits for an editor's decision, longest waiting first, and the way from one to the next.

Reads only: each is decided about on its own page.
"""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backlinks.models import Order, OrderStatus, PublicationPlan, TargetReport
from backlinks.scheduling import in_words, plans_of
from backlinks.targets import read_target
from backlinks.views.candidate import Candidate, candidate_of

VIEW = "backlinks.view_order"
PER_PAGE = 20


@dataclass(frozen=True)
class Waiting:
    order: Order
    candidate: Candidate
    target_host: str
    report: TargetReport | None
    plan: str


@dataclass(frozen=True)
class Place:
    """Where an order stands in the queue; `number` counts from 1 and is 0 for one that does not wait."""

    number: int
    total: int
    earlier: UUID | None
    later: UUID | None


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    shown = Paginator(waiting(), PER_PAGE).get_page(request.GET.get("page"))
    context = {"title": "Review queue", "opts": Order._meta, "shown": shown, "rows": _rows(shown)}
    return render(request, "admin/backlinks/queue.html", {**admin.site.each_context(request), **context})


page.permission = VIEW  # type: ignore[attr-defined]


def waiting() -> QuerySet[Order]:
    """Those that can be decided about now: of a disputed payment nothing moves."""
    theirs = Order.objects.filter(status=OrderStatus.ADMIN_REVIEW, disputed_at__isnull=True)
    return theirs.order_by("updated_at", "pk")


def place_of(order: Order) -> Place:
    """What comes after the last, and after one that is decided, is the first."""
    keys = list(waiting().values_list("pk", flat=True))
    if order.pk not in keys:
        return Place(0, len(keys), None, keys[0] if keys else None)
    at = keys.index(order.pk)
    is_alone = len(keys) == 1
    return Place(at + 1, len(keys), keys[at - 1] if at else None, None if is_alone else keys[(at + 1) % len(keys)])


def _rows(shown: "Page[Order]") -> list[Waiting]:
    orders = Order.objects.select_related("article", "submitted_version__base").in_bulk([order.pk for order in shown])
    newest = TargetReport.objects.filter(order__in=orders).order_by("order_id", "-pk").distinct("order_id")
    reports = {report.order_id: report for report in newest}
    plans = plans_of(orders)
    return [_row(orders[order.pk], reports.get(order.pk), plans.get(order.pk)) for order in shown]


def _row(order: Order, report: TargetReport | None, plan: PublicationPlan | None) -> Waiting:
    assert order.submitted_version is not None  # a constraint of the table
    host = read_target(order.target_url, allow_http=True).host
    order.submitted_version.article = order.article
    return Waiting(order, candidate_of(order.submitted_version), host, report, in_words(plan) if plan else "")
