"""What was sold in a range of days, and what it took. Reads only; each figure says of which orders it speaks."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Avg, F, Sum

from analytics.ranges import Range
from articles.models import AiEventLog
from backlinks.models import Order, OrderEvent, OrderStatus, Refund, RefundStatus


@dataclass(frozen=True)
class Money:
    currency: str
    minor: int


@dataclass(frozen=True)
class Sales:
    """`orders` were begun in the range, `paid` paid for in it; all but `orders` and `refunded` speak of the paid ones.

    `refunded`: money that went back in the range. `review_seconds_median`: from an order's first submission to the
    editor's first decision, of those decided. AI costs are in millionths of a US dollar, of calls whose price is known.
    """

    orders: int
    paid: int
    revenue: list[Money]
    refunded: list[Money]
    refund_rate: float | None
    regenerations_per_order: float | None
    review_seconds_median: float | None
    ai_cost_micro: int
    ai_cost_micro_per_order: float | None


def sales(range: Range) -> Sales:
    """Of the days of the range."""
    paid = Order.objects.filter(paid_at__gte=range.start, paid_at__lt=range.end)
    count = paid.count()
    back = Refund.objects.filter(status=RefundStatus.SUCCEEDED)
    in_range = back.filter(settled_at__gte=range.start, settled_at__lt=range.end)
    refunded_orders = back.filter(order__in=paid).values("order").distinct().count()
    cost = _ai_cost(paid)
    return Sales(
        orders=Order.objects.filter(created_at__gte=range.start, created_at__lt=range.end).count(),
        paid=count,
        revenue=_money(paid.values("currency").annotate(minor=Sum("price_minor"))),
        refunded=_money(in_range.values(currency=F("order__currency")).annotate(minor=Sum("amount_minor"))),
        refund_rate=refunded_orders / count if count else None,
        regenerations_per_order=paid.aggregate(mean=Avg("regeneration_count"))["mean"],
        review_seconds_median=_review_seconds(paid),
        ai_cost_micro=cost,
        ai_cost_micro_per_order=cost / count if count else None,
    )


def _money(rows: Any) -> list[Money]:
    return [Money(row["currency"], row["minor"]) for row in rows.order_by("currency")]


def _ai_cost(paid: Any) -> int:
    ids = [str(id) for id in paid.values_list("pk", flat=True)]
    calls = AiEventLog.objects.filter(subject_type="order", subject_id__in=ids)
    return calls.aggregate(cost=Sum("cost_micro"))["cost"] or 0


def _review_seconds(paid: Any) -> float | None:
    """How long the editors took: from each order's first submission to the first decision after it."""
    events = OrderEvent.objects.filter(order__in=paid).order_by("order_id", "id")
    submitted = dict[Any, datetime]()
    took = dict[Any, timedelta]()
    for order_id, came_from, went_to, at in events.values_list("order_id", "from_status", "to_status", "at"):
        if went_to == OrderStatus.ADMIN_REVIEW:
            submitted.setdefault(order_id, at)
        elif came_from == OrderStatus.ADMIN_REVIEW and order_id not in took:
            took[order_id] = at - submitted[order_id]
    return median(each.total_seconds() for each in took.values()) if took else None
