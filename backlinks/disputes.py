"""Disputed payments: while a bank asks for the money back, nothing else moves.

Only the flag is kept here; what to answer the bank is for staff, at Stripe. Once it is won, interrupted work goes on;
once it is lost the orders stay frozen, because the money is gone and must not be given back twice, and a live link is
taken out.
"""

from django.conf import settings
from django.db.models import QuerySet
from django.utils import timezone

from backlinks import integration, letters, takedown
from backlinks.alerts import Trouble, tell_staff
from backlinks.checkout import checkout_paid_by
from backlinks.clients import stripe
from backlinks.models import Checkout, Order, OrderStatus

# The last: ended before it became one. What Stripe gave back for it comes as a refund like any other.
SETTLED_FOR_US, LOST = ("won", "warning_closed", "prevented"), "lost"


def settle(dispute: stripe.Dispute) -> str:
    """Freeze the orders of a disputed payment, or free them once the dispute is won; in words what was done."""
    checkout = checkout_paid_by(dispute.payment_intent)
    if checkout is None:
        return "not_ours"
    orders = Order.objects.filter(paid_by=checkout)
    if dispute.status in SETTLED_FOR_US:
        return _release(dispute, checkout, orders)
    changed = orders.filter(disputed_at=None).update(disputed_at=timezone.now())
    if changed:
        _tell(dispute, checkout, "checkout.frozen", Trouble.DISPUTED)
    if dispute.status == LOST:
        orders.filter(dispute_lost_at=None).update(dispute_lost_at=timezone.now())
        _lose(dispute, checkout, orders)
        return "lost"
    return "frozen"


def _lose(dispute: stripe.Dispute, checkout: Checkout, orders: QuerySet[Order]) -> None:
    """The money is gone: a live link goes too, as after a refund, or waits for staff to take it out."""
    live = list(orders.filter(status=OrderStatus.COMPLETED))
    if settings.TAKE_DOWN_AFTER_LOST_DISPUTE:
        for order in live:
            takedown.begin(order, reason=takedown.CHARGED_BACK)
    _write(dispute, checkout, Trouble.DISPUTE_LOST, _about_links(live))


def _about_links(live: list[Order]) -> str:
    if not live:
        return ""
    if settings.TAKE_DOWN_AFTER_LOST_DISPUTE:
        return " A live link is being taken out of its article."
    return " A live link still stands: the order's page lets you take it out."


def _release(dispute: stripe.Dispute, checkout: Checkout, orders: QuerySet[Order]) -> str:
    if orders.filter(disputed_at__isnull=False).update(disputed_at=None, dispute_lost_at=None):
        for order in orders.filter(status=OrderStatus.PROCESSING):
            integration.begin_again(order)
        _tell(dispute, checkout, "checkout.released", Trouble.DISPUTE_WON)
    return "released"


def _tell(dispute: stripe.Dispute, checkout: Checkout, action: str, trouble: Trouble) -> None:
    facts = {"dispute": dispute.id, "status": dispute.status}
    tell_staff(action, ("checkout", str(checkout.pk)), facts=facts)
    _write(dispute, checkout, trouble)


def _write(dispute: stripe.Dispute, checkout: Checkout, trouble: Trouble, more: str = "") -> None:
    words = f"Stripe says of dispute {dispute.id}: {dispute.status.replace('_', ' ')}.{more}"
    for order in checkout.paid_orders.select_related("article"):
        letters.to_staff(trouble, order, cause=dispute.id, message=words)
