"""The states of an order and who may move it from one to the next: the only writer of `Order.status`.

Every move is one guarded UPDATE and one line of history in the same transaction; an illegal one writes nothing.
"""

from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone

from audit.actors import Actor
from backlinks.actors import CUSTOMER, STAFF, SYSTEM
from backlinks.models import UNDER_WAY_BACK, Order, OrderEvent, OrderStatus, Refund

S = OrderStatus

MOVES: dict[tuple[OrderStatus, OrderStatus], frozenset[str]] = {
    (S.AWAITING_PAYMENT, S.PROCESSING): frozenset({SYSTEM}),
    (S.AWAITING_PAYMENT, S.CANCELLED): frozenset({SYSTEM}),
    (S.CANCELLED, S.AWAITING_PAYMENT): frozenset({CUSTOMER}),
    (S.PROCESSING, S.QUALITY_CHECK): frozenset({SYSTEM}),
    (S.PROCESSING, S.FAILED): frozenset({SYSTEM}),
    (S.QUALITY_CHECK, S.PROCESSING): frozenset({CUSTOMER}),
    (S.QUALITY_CHECK, S.ADMIN_REVIEW): frozenset({CUSTOMER}),
    (S.QUALITY_CHECK, S.REFUNDED): frozenset({STAFF, SYSTEM}),
    (S.ADMIN_REVIEW, S.COMPLETED): frozenset({STAFF}),
    (S.ADMIN_REVIEW, S.REJECTED): frozenset({STAFF}),
    (S.ADMIN_REVIEW, S.QUALITY_CHECK): frozenset({CUSTOMER, SYSTEM}),
    (S.ADMIN_REVIEW, S.REFUNDED): frozenset({STAFF, SYSTEM}),
    (S.REJECTED, S.PROCESSING): frozenset({CUSTOMER}),
    (S.REJECTED, S.REFUNDED): frozenset({STAFF, SYSTEM}),
    (S.FAILED, S.PROCESSING): frozenset({STAFF, SYSTEM}),
    (S.FAILED, S.REFUNDED): frozenset({STAFF, SYSTEM}),
    (S.COMPLETED, S.REFUNDED): frozenset({STAFF, SYSTEM}),
}


class WrongState(Exception):
    """The order is not where this is possible, or somebody was faster; nothing was written."""

    def __init__(self, order: Order, to: OrderStatus) -> None:
        super().__init__(f"order {order.pk} is {order.status} and cannot become {to}")
        self.status = OrderStatus(order.status)


class NotYours(Exception):
    """This kind of actor may not make this move."""


class Disputed(Exception):
    """The payment is disputed: nothing but a refund moves until that is settled."""


class RefundUnderWay(Exception):
    """The money is on its way back: nothing moves until Stripe says what became of it."""


@transaction.atomic
def move(order: Order, to: OrderStatus, *, actor: Actor, reason: str = "", **changes: Any) -> Order:
    """Move `order` from where the caller saw it, setting `changes` with it.

    Raises WrongState, NotYours, Disputed or RefundUnderWay.
    """
    was = OrderStatus(order.status)
    if (was, to) not in MOVES:
        raise WrongState(order, to)
    if actor.type not in MOVES[was, to]:
        raise NotYours(f"{actor.type} may not move an order from {was} to {to}")
    here = Order.objects.filter(pk=order.pk, status=was)
    going_back = Refund.objects.filter(order=OuterRef("pk"), status__in=UNDER_WAY_BACK)
    free = here if to == OrderStatus.REFUNDED else here.filter(~Exists(going_back), disputed_at=None)
    if not free.update(status=to, updated_at=timezone.now(), **changes):
        raise _why_not(order, was, to)
    remember(order, was, to, actor, reason)
    order.refresh_from_db(fields=["status", "updated_at", *changes])
    return order


def _why_not(order: Order, was: OrderStatus, to: OrderStatus) -> Exception:
    order.refresh_from_db(fields=["status", "disputed_at"])
    if order.status != was:
        return WrongState(order, to)
    return Disputed(f"order {order.pk}") if order.disputed_at else RefundUnderWay(f"order {order.pk}")


def remember(order: Order, was: str, to: OrderStatus, actor: Actor, reason: str = "") -> None:
    """One line of history, in the transaction of what it tells of; `was` is "" for a new order."""
    OrderEvent.objects.create(
        order=order,
        from_status=was,
        to_status=to,
        actor_type=actor.type,
        actor_id=actor.id,
        actor_label=actor.label,
        reason=reason,
    )
