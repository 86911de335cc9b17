"""What this room keeps of a customer: orders with their payments and their links. Registered in `wiring`."""

from datetime import timedelta
from typing import Any

from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from accounts.personal.holdings import Holding, Kept, Person
from articles.forgetting import forget_customer
from backlinks.evidence import evidence_of, unpaid_record
from backlinks.models import (
    UNDER_WAY,
    UNDER_WAY_BACK,
    UNFINISHED,
    BasketItem,
    CheckoutItem,
    GuaranteeClaim,
    Order,
    OrderEvent,
    OrderQuerySet,
    Refund,
    TermsText,
)
from backlinks.receipts import NotPaid
from backlinks.stripe_events import forget_payer
from queues.forgetting import forget_in_errors

DISPUTES_SETTLE_WITHIN = timedelta(days=180)  # the card networks' longest case; a lost one is never released by Stripe


def orders(person: Person) -> OrderQuerySet:
    """Of the account, and a guest's of the same address."""
    as_guest = Q(customer=None, lowered=person.email.lower())
    theirs = as_guest | Q(customer_id=person.user_id) if person.user_id else as_guest
    return Order.objects.alias(lowered=Lower("email")).filter(theirs).order_by("created_at")


def export(person: Person) -> Kept:
    found = list(orders(person).select_related("article", "paid_by", "terms"))
    texts = TermsText.objects.filter(orders__in=found).distinct().order_by("first_used_at")
    return {
        "orders": [_record(order) for order in found],
        "terms": [{"sha256": it.sha256, "since": it.first_used_at, "text": it.text} for it in texts],
    }


def hinders(person: Person) -> list[str]:
    """An order somebody works on, or money that is not settled. Locks the orders, so that none moves meanwhile."""
    theirs = [order for order in orders(person).select_for_update(of=("self",)) if not _is_lost(order)]
    return [f"Order {order.reference}: {reason}." for order in theirs if (reason := _hindrance(order))]


def erase(person: Person) -> int:
    """Names, address and notes; access links open nothing any more. Amounts, times, link and texts stay."""
    ids = list(orders(person).values_list("pk", flat=True))
    if not ids:
        return 0
    names = [str(id) for id in ids]
    forget_in_errors("order", names, email=person.email, pseudonym=person.pseudonym)
    forget_customer(names, pseudonym=person.pseudonym)
    forget_payer(ids, email=person.email, pseudonym=person.pseudonym)
    BasketItem.objects.filter(order__in=ids).delete()
    OrderEvent.objects.filter(order__in=ids, actor_type="customer").update(actor_label=person.pseudonym)
    anew = {"email": person.pseudonym, "customer_notes": "", "token_version": F("token_version") + 1}
    return Order.objects.filter(pk__in=ids).update(**anew)


HOLDING = Holding("orders", export, erase, hinders)


def _record(order: Order) -> dict[str, Any]:
    try:
        return evidence_of(order).record
    except NotPaid:
        return unpaid_record(order)


def _is_lost(order: Order) -> bool:
    if order.dispute_lost_at is not None:
        return True
    return order.disputed_at is not None and order.disputed_at < timezone.now() - DISPUTES_SETTLE_WITHIN


def _hindrance(order: Order) -> str:
    """Empty when nothing hinders."""
    if order.disputed_at:
        return "its payment is disputed"
    if Refund.objects.filter(order=order, status__in=UNDER_WAY_BACK).exists():
        return "its money is on the way back"
    if order.status in UNFINISHED:
        return f"it is paid and not finished ({order.get_status_display().lower()}); finish it, or pay it back"
    if CheckoutItem.objects.filter(order=order, checkout__status__in=UNDER_WAY).exists():
        return "a payment for it is under way"
    if GuaranteeClaim.objects.filter(order=order, outcome="open").exists():
        return "a claim about it waits for a decision"
    return ""
