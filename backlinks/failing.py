"""What an order comes to when its writing fails for good or is stopped, and how it is taken up again.

A regeneration that fails loses nothing: the earlier candidate is there to submit. The customer hears of a failure once.
"""

from django.conf import settings
from django.db import transaction

from audit.actors import Actor
from audit.recording import record
from backlinks import integration, letters, refunds
from backlinks.actors import SYSTEM, WRITER
from backlinks.models import Order, OrderStatus, RefundReason
from backlinks.moves import move
from backlinks.rebasing import submittable

OWNER_REPLAY = Actor(SYSTEM, "replay", "Replay of a dead letter")


class CannotResume(Exception):
    """The order cannot be worked on again; the message says why."""


def work_came_to_nothing(order_id: str, *, reason: str) -> None:
    """Back to the customer with an earlier candidate where there is one; else failed, and refunded if so configured."""
    order = Order.objects.select_for_update().get(pk=order_id)
    if order.status != OrderStatus.PROCESSING or order.disputed_at:
        return  # decided already; or frozen, and taken up again when the dispute is won
    if submittable(order):
        move(order, OrderStatus.QUALITY_CHECK, actor=WRITER, reason=reason)
        return
    move(order, OrderStatus.FAILED, actor=WRITER, reason=reason)
    if settings.REFUND_ON_FINAL_FAILURE:
        decision = refunds.Decision(RefundReason.FINAL_FAILURE)
        refunds.request_refund(order, decision=decision, actor=WRITER)
    letters.order_failed(order, refund_started=settings.REFUND_ON_FINAL_FAILURE)


def resume(order_id: str) -> None:
    """A dead job is replayed: the order is worked on again. Raises CannotResume."""
    _resume(Order.objects.select_for_update().get(pk=order_id), OWNER_REPLAY, "")


@transaction.atomic
def retry(*, order: Order, actor: Actor, reason: str) -> Order:
    """Staff have a failed order written again, as a new job. Raises CannotResume."""
    order = Order.objects.select_for_update().get(pk=order.pk)
    _resume(order, actor, reason)
    integration.begin_again(order)
    record(actor=actor, action="order.retried", target=("order", str(order.pk)), reason=reason)
    return order


def _resume(order: Order, actor: Actor, reason: str) -> None:
    if order.status != OrderStatus.FAILED:
        raise CannotResume(f"the order is {order.get_status_display().lower()}")
    if order.disputed_at:
        raise CannotResume("its payment is disputed")
    refund = refunds.under_way(order)
    if refund is not None:
        raise CannotResume(f"its refund is {refund.get_status_display().lower()}")
    move(order, OrderStatus.PROCESSING, actor=actor, reason=reason)
