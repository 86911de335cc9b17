"""Links put aside to be paid for together: which of them can be paid for now, and what each currency's come to.

A basket is no thing of its own but the unpaid orders a visitor knows that were put aside: each keeps its quote, none
holds a slot before the till, and what becomes paid is in it no longer.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from uuid import UUID

from django.utils import timezone

from backlinks.availability import without_room
from backlinks.findings import FRESH_FOR_STRANGERS
from backlinks.models import UNPAID, BasketItem, CheckoutItem, CheckoutStatus, Order, OrderQuerySet, TargetReport

MOST_LINKS = 20


class BasketFull(Exception):
    """It holds as many links as one payment may have."""


@dataclass(frozen=True)
class Line:
    """One link. `refusals` say why it cannot be paid for now; `is_paying`: its payment is on its way already."""

    order: Order
    refusals: list[str]
    is_paying: bool

    @property
    def is_payable(self) -> bool:
        return not self.refusals and not self.is_paying


@dataclass
class Bill:
    """What is paid for with one payment: links in one currency."""

    currency: str
    orders: list[Order] = field(default_factory=list)

    @property
    def total_minor(self) -> int:
        return sum(order.price_minor for order in self.orders)


@dataclass(frozen=True)
class Basket:
    lines: list[Line]

    @property
    def bills(self) -> list[Bill]:
        found = dict[str, Bill]()
        for line in self.lines:
            if line.is_payable:
                bill = found.setdefault(line.order.currency, Bill(line.order.currency))
                bill.orders.append(line.order)
        return list(found.values())


def put_aside(order: Order, *, among: OrderQuerySet) -> None:
    """Into the basket of whoever knows the orders `among`. Raises BasketFull; asked again, nothing changes."""
    if not BasketItem.objects.filter(order=order).exists():
        refuse_when_full(among)
        BasketItem.objects.get_or_create(order=order)


def take_out(order: Order) -> None:
    """The order stays as it is, unpaid; a payment under way is not stopped."""
    BasketItem.objects.filter(order=order).delete()


def refuse_when_full(known: OrderQuerySet) -> None:
    if put_aside_among(known).count() >= MOST_LINKS:
        raise BasketFull


def put_aside_among(known: OrderQuerySet) -> OrderQuerySet:
    return known.filter(basket_item__isnull=False, status__in=UNPAID)


def basket_of(known: OrderQuerySet) -> Basket:
    """Everything about the basket of whoever knows these orders, in the order in which it was filled."""
    found = put_aside_among(known).select_related("article__published_version")
    orders = list(found.order_by("basket_item__added_at", "pk"))
    paying = _being_paid(orders)
    waiting = [order for order in orders if order.pk not in paying]
    refused = _refusals(waiting)
    return Basket([Line(order, refused.get(order.pk, []), order.pk in paying) for order in orders])


def _being_paid(orders: Sequence[Order]) -> set[UUID]:
    items = CheckoutItem.objects.filter(order__in=orders, holds_slot=True, checkout__status=CheckoutStatus.PENDING)
    return set(items.values_list("order_id", flat=True))


def _refusals(orders: Sequence[Order]) -> dict[UUID, list[str]]:
    """What the article says comes before what was found of the target, which is looked at again after a while."""
    found = _unsafe_targets(orders)
    for order_id, reason in without_room(orders, {order.article_id: order.article for order in orders}).items():
        found[order_id] = [reason.message]
    return found


def _unsafe_targets(orders: Sequence[Order]) -> dict[UUID, list[str]]:
    newest = TargetReport.objects.filter(order__in=orders).order_by("order_id", "-id").distinct("order_id")
    since = timezone.now() - FRESH_FOR_STRANGERS
    return {
        report.order_id: [finding["message"] for finding in report.findings if finding["blocks"]]
        for report in newest
        if not report.is_safe and report.at > since
    }
