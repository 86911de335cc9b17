"""Disputed payments: while a bank asks for the money back, nothing else moves.

Only the flag is kept here; what to answer the bank is for staff, at Stripe. Once it is won, interrupted work goes on.
"""

from django.utils import timezone

from backlinks import integration
from backlinks.alerts import tell_staff
from backlinks.checkout import checkout_paid_by
from backlinks.clients import stripe
from backlinks.models import Order, OrderStatus

SETTLED_FOR_US = ("won", "warning_closed")


def settle(dispute: stripe.Dispute) -> str:
    """Freeze the orders of a disputed payment, or free them once the dispute is won; in words what was done."""
    checkout = checkout_paid_by(dispute.payment_intent)
    if checkout is None:
        return "not_ours"
    orders = Order.objects.filter(paid_by=checkout)
    if dispute.status in SETTLED_FOR_US:
        outcome, changed = "released", orders.filter(disputed_at__isnull=False).update(disputed_at=None)
    else:
        outcome, changed = "frozen", orders.filter(disputed_at=None).update(disputed_at=timezone.now())
    if outcome == "released" and changed:
        for order in orders.filter(status=OrderStatus.PROCESSING):
            integration.begin_again(order)
    if changed:
        facts = {"dispute": dispute.id, "status": dispute.status}
        tell_staff(f"checkout.{outcome}", ("checkout", str(checkout.pk)), facts=facts)
    return outcome
