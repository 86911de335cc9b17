"""Money back: asked for once, and called refunded only when Stripe says so.

Never more than was paid, never while the payment is disputed; a refund that fails is for staff to settle.
"""

from django.db import transaction
from django.utils import timezone

from audit.actors import Actor
from audit.recording import record
from backlinks.actors import STRIPE
from backlinks.alerts import tell_staff
from backlinks.checkout import checkout_paid_by
from backlinks.clients import stripe
from backlinks.models import (
    CheckoutItem,
    Order,
    OrderStatus,
    Refund,
    RefundReason,
    RefundStatus,
)
from backlinks.moves import MOVES, Disputed, WrongState, move
from queues.enqueue import enqueue
from queues.errors import RetryLater

WORKING_SECONDS = 60


class NotRefundable(Exception):
    """The refund cannot be asked for again; the message says why."""


@transaction.atomic
def request_refund(order: Order, *, reason: RefundReason, actor: Actor) -> Refund:
    """Have the order's whole price given back. Raises WrongState or Disputed; asked again, the same refund."""
    order = Order.objects.select_for_update().get(pk=order.pk)
    if order.paid_by is None or (OrderStatus(order.status), OrderStatus.REFUNDED) not in MOVES:
        raise WrongState(order, OrderStatus.REFUNDED)
    if order.disputed_at:
        raise Disputed(f"order {order.pk}")
    known = under_way(order)
    if known is not None:
        return known
    paid = CheckoutItem.objects.get(order=order, checkout=order.paid_by).amount_minor
    refund = Refund.objects.create(order=order, reason=reason, amount_minor=paid, paid_minor=paid)
    id = str(refund.pk)
    enqueue("refund-order", {"refund_id": refund.pk}, subject=("refund", id), once=f"refund:{id}")
    record(actor=actor, action="refund.requested", target=("order", str(order.pk)), after={"amount_minor": paid})
    return refund


def under_way(order: Order) -> Refund | None:
    """The order's refund, asked for or done; failed ones do not count."""
    return Refund.objects.filter(order=order).exclude(status=RefundStatus.FAILED).first()


def ask_stripe(refund_id: int) -> stripe.StripeRefund:
    """Ask for the refund; the same one however often. Raises StripeUnavailable or StripeRefused."""
    refund = Refund.objects.select_related("order__paid_by").get(pk=refund_id)
    assert refund.order.paid_by is not None and refund.order.paid_by.payment_intent_id  # a refund begins with a payment
    return stripe.create_refund(
        refund_id=str(refund.pk),
        key=f"refund:{refund.order_id}:{refund.reason}",
        payment_intent=refund.order.paid_by.payment_intent_id,
        amount=refund.amount_minor,
    )


def ask_again(refund: Refund) -> None:
    """A failed refund is tried once more. Raises NotRefundable."""
    if refund.order.disputed_at or under_way(refund.order):
        raise NotRefundable("the payment is disputed, or another refund is under way")
    Refund.objects.filter(pk=refund.pk, status=RefundStatus.FAILED).update(
        status=RefundStatus.REQUESTED, settled_at=None
    )


def settle(told: stripe.StripeRefund) -> str:
    """Do, once, what Stripe says of a refund; in words what was done."""
    number = (told.metadata or {}).get("refund", "")
    checkout = checkout_paid_by(told.payment_intent)
    if checkout is None or not number.isdecimal():
        return "not_ours"
    refund = Refund.objects.select_for_update(of=("self",)).filter(pk=int(number), order__paid_by=checkout).first()
    if refund is None:
        return "not_ours"
    if told.status == "succeeded":
        return _succeed(refund, told)
    if told.status in ("failed", "canceled"):
        return fail(refund, f"Stripe says the refund {told.status}.")
    Refund.objects.filter(pk=refund.pk, status=RefundStatus.REQUESTED).update(
        status=RefundStatus.PENDING, stripe_refund_id=told.id
    )
    return "pending"


def fail(refund: Refund, reason: str) -> str:
    """The money did not go back: on record for staff, who settle it at Stripe."""
    failed = Refund.objects.filter(pk=refund.pk).exclude(status=RefundStatus.FAILED)
    if not failed.update(status=RefundStatus.FAILED, settled_at=timezone.now()):
        return "already_over"
    facts = {"refund": refund.pk, "amount_minor": refund.amount_minor}
    tell_staff("refund.failed", ("order", str(refund.order_id)), reason=reason, facts=facts)
    return "failed"


def settle_charge(charge: stripe.Charge) -> str:
    """A payment given back as a whole, perhaps by hand at Stripe: all its orders are refunded.

    Stripe counts a refund that may still fail; of those we asked for, the refund's own events are the word.
    """
    checkout = checkout_paid_by(charge.payment_intent)
    if checkout is None:
        return "not_ours"
    if not charge.refunded:
        return "partly_refunded"
    for order in Order.objects.select_for_update().filter(paid_by=checkout).order_by("pk"):
        asked_for = under_way(order)
        if asked_for is None:
            _mark_refunded(order)
        elif asked_for.status == RefundStatus.REQUESTED:
            raise RetryLater(f"refund {asked_for.pk} is being asked for", WORKING_SECONDS)
    return "refunded"


def _succeed(refund: Refund, told: stripe.StripeRefund) -> str:
    open_ones = Refund.objects.filter(pk=refund.pk, status__in=(RefundStatus.REQUESTED, RefundStatus.PENDING))
    if not open_ones.update(status=RefundStatus.SUCCEEDED, stripe_refund_id=told.id, settled_at=timezone.now()):
        return "already_over"
    _mark_refunded(Order.objects.select_for_update().get(pk=refund.order_id))
    return "refunded"


def _mark_refunded(order: Order) -> None:
    if order.status == OrderStatus.REFUNDED:
        return
    if order.status == OrderStatus.PROCESSING:
        raise RetryLater(f"order {order.pk} is being worked on", WORKING_SECONDS)
    move(order, OrderStatus.REFUNDED, actor=STRIPE)
