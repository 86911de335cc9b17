"""A customer whose version was turned down asks for the money back: on record at once, decided by staff.

Nothing is given back from here, and the order does not move: another version may still be written instead.
"""

from datetime import datetime

from django.db import transaction
from django.db.models import F, OuterRef, QuerySet, Subquery

from audit.actors import Actor
from audit.recording import record
from backlinks import letters
from backlinks.alerts import Trouble
from backlinks.models import Order, OrderEvent, OrderStatus
from backlinks.moves import Disputed, RefundUnderWay, WrongState, remember
from backlinks.refunds import under_way

REJECTED = OrderStatus.REJECTED
ASKED = "The customer asks for the money back."


@transaction.atomic
def ask_for_refund(*, order: Order, actor: Actor) -> Order:
    """Once for each rejection, however often it is asked. Raises WrongState, Disputed or RefundUnderWay."""
    order = Order.objects.select_for_update(of=("self",)).select_related("article").get(pk=order.pk)
    if order.status != REJECTED:
        raise WrongState(order, OrderStatus.REFUNDED)
    if order.disputed_at:
        raise Disputed(f"order {order.pk}")
    if under_way(order):
        raise RefundUnderWay(f"order {order.pk}")
    rejection = _newest(order)
    if _is_asking(rejection):
        return order
    remember(order, REJECTED, REJECTED, actor, ASKED)
    record(actor=actor, action="refund.asked", target=("order", str(order.pk)), reason=ASKED)
    words = f"The editor's reason was: {rejection.reason}"
    letters.to_staff(Trouble.REFUND_ASKED, order, cause=str(rejection.pk), message=words)
    return order


def asked_at(order: Order) -> datetime | None:
    """When the money was asked back, if that still stands."""
    event = _newest(order)
    return event.at if _is_asking(event) else None


def still_asking(orders: QuerySet[Order]) -> QuerySet[Order]:
    """Those whose customers wait for their money to be given back, or not."""
    newest = OrderEvent.objects.filter(order=OuterRef("pk")).order_by("-id").values("from_status")[:1]
    return orders.filter(status=REJECTED).annotate(came_from=Subquery(newest)).filter(came_from=F("status"))


def is_asking(events: list[OrderEvent]) -> bool:
    """Whether a history, oldest first, ends with it."""
    return bool(events) and _is_asking(events[-1])


def _newest(order: Order) -> OrderEvent:
    return OrderEvent.objects.filter(order=order).order_by("-id")[:1].get()


def _is_asking(event: OrderEvent) -> bool:
    return event.from_status == event.to_status == REJECTED
