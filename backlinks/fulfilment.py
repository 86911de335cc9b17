"""What Stripe's word does to checkouts and orders.

An event is never believed: it makes us look again at Stripe, outside any transaction, and what is found there moves
each order once.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from articles.commissioning import take_up
from backlinks import integration, letters
from backlinks.actors import STRIPE
from backlinks.alerts import Trouble, tell_staff
from backlinks.checkout import close
from backlinks.clients import stripe
from backlinks.locking import lock_orders
from backlinks.models import UNDER_WAY, Checkout, CheckoutItem, CheckoutStatus, Order, OrderStatus
from backlinks.moves import move
from queues.enqueue import enqueue
from queues.errors import Permanent
from workflows.triggers import fire

LEAVE_ALONE = timedelta(minutes=2)
PAID = "order_paid"  # what workflows hear of


class Mismatch(Permanent):
    """Stripe's session is not what the checkout says was to be paid; staff hear of it and nothing moves."""


def look_up(session_id: str) -> stripe.Session:
    """The session as it stands at Stripe. Raises Mismatch, with a note for staff, when it is not what we asked for."""
    session = stripe.session(session_id)
    checkout = _checkouts(session).first()
    differences = _differences(session, checkout) if checkout else []
    if checkout and differences:
        ended = stripe.end_session(session.id)
        _report(checkout, ended, differences)
        raise Mismatch(f"checkout {checkout.pk}: {'; '.join(differences)}")
    return session


def settle(session: stripe.Session) -> str:
    """Do, once, what the session's state asks for; says what was done. Locks the checkout before its orders."""
    checkout = _checkouts(session).select_for_update().first()
    if checkout is None:
        return "not_ours"
    if session.is_paid:
        return _pay(checkout, session)
    if session.is_failed:
        return _end_unpaid(checkout, CheckoutStatus.FAILED, "The payment did not arrive.")
    if session.status == "expired":
        return _end_unpaid(checkout, CheckoutStatus.EXPIRED, "Nobody paid in time.")
    if session.status == "complete":
        return _wait_for_money(checkout, session)
    return "still_open"


def settle_lost(checkout_id: UUID, session_id: str | None) -> str:
    """Stripe knows no such session of this checkout, so nobody can pay on it; unless it has got another meanwhile."""
    checkout = Checkout.objects.select_for_update().get(pk=checkout_id)
    if checkout.stripe_session_id != session_id:
        return "still_open"
    return _end_unpaid(checkout, CheckoutStatus.FAILED, "The payment page is gone.")


def reconcile() -> int:
    """Have every checkout that has been under way for a while looked at again: a lost webhook loses no order."""
    found = Checkout.objects.filter(status__in=UNDER_WAY, created_at__lt=timezone.now() - LEAVE_ALONE)
    ids = [str(pk) for pk in found.order_by("created_at").values_list("pk", flat=True)]
    for checkout_id in ids:
        enqueue("settle-checkout", {"checkout_id": checkout_id}, subject=("checkout", checkout_id), key=checkout_id)
    return len(ids)


def _checkouts(session: stripe.Session) -> QuerySet[Checkout]:
    """Ours, or none: the account at Stripe may serve others too.

    By the session's own id where it is known, so that one whose reference was changed at Stripe is not lost sight of.
    """
    known = Checkout.objects.filter(stripe_session_id=session.id)
    if known.exists():
        return known
    try:
        return Checkout.objects.filter(pk=UUID(session.client_reference_id or ""))
    except ValueError:
        return Checkout.objects.none()


def _differences(session: stripe.Session, checkout: Checkout) -> list[str]:
    facts = {
        "amount": (session.amount_total, checkout.amount_minor),
        "currency": ((session.currency or "").lower(), checkout.currency),
        "livemode": (session.livemode, stripe.is_live()),
        "session": (session.id, checkout.stripe_session_id or session.id),
        "reference": (session.client_reference_id, str(checkout.pk)),
    }
    return [f"{name} is {theirs}, expected {ours}" for name, (theirs, ours) in facts.items() if theirs != ours]


@transaction.atomic
def _report(checkout: Checkout, session: stripe.Session, differences: list[str]) -> None:
    """Where nothing was paid the customer may try again; where something was, staff decide first."""
    if session.status == "complete":
        close(checkout, CheckoutStatus.FAILED)
    else:
        _end_unpaid(checkout, CheckoutStatus.FAILED, "The payment page was not as we had asked for it.")
    tell_staff("checkout.mismatched", ("checkout", str(checkout.pk)), facts={"differences": differences})
    for item in checkout.items.select_related("order__article"):
        letters.to_staff(Trouble.MISMATCHED, item.order, cause=str(checkout.pk), message="; ".join(differences))


def _pay(checkout: Checkout, session: stripe.Session) -> str:
    if checkout.status == CheckoutStatus.PAID:
        return "already_paid"
    _note(checkout, session, CheckoutStatus.PAID, settled_at=timezone.now())
    CheckoutItem.objects.filter(checkout=checkout).update(holds_slot=False)
    orders = _locked_orders(checkout)
    for order in orders:
        if order.status == OrderStatus.AWAITING_PAYMENT:
            _start(order, checkout)
    surplus = [order for order in orders if order.paid_by_id != checkout.pk]
    return _note_surplus(checkout, surplus) if surplus else "paid"


def _note_surplus(checkout: Checkout, orders: list[Order]) -> str:
    facts = {"orders": [str(order.pk) for order in orders]}
    tell_staff("checkout.overpaid", ("checkout", str(checkout.pk)), facts=facts)
    for order in orders:
        words = f"It was paid for with another checkout. Give back the payment of checkout {checkout.pk} at Stripe."
        letters.to_staff(Trouble.OVERPAID, order, cause=str(checkout.pk), message=words)
    return "overpaid"


def _start(order: Order, checkout: Checkout) -> None:
    move(order, OrderStatus.PROCESSING, actor=STRIPE, paid_at=timezone.now(), paid_by=checkout)
    if order.is_for_article:
        take_up(order.article)
    integration.begin(order)
    letters.request_received(order)
    fire(PAID, ("order", str(order.pk)))


def _end_unpaid(checkout: Checkout, status: CheckoutStatus, reason: str) -> str:
    if not close(checkout, status):
        return "already_over"
    checkout.status = status
    for order in _locked_orders(checkout):
        if order.status == OrderStatus.AWAITING_PAYMENT:
            move(order, OrderStatus.CANCELLED, actor=STRIPE, reason=reason)
            letters.payment_failed(order, checkout)
    return status.value


def _wait_for_money(checkout: Checkout, session: stripe.Session) -> str:
    if checkout.status != CheckoutStatus.OPEN:
        return "already_known"
    _note(checkout, session, CheckoutStatus.PENDING)
    return "pending"


def _note(checkout: Checkout, session: stripe.Session, status: CheckoutStatus, **changes: object) -> None:
    """The session may be told of before the request that opened it has stored its id."""
    intent = session.payment_intent.id if session.payment_intent else None
    Checkout.objects.filter(pk=checkout.pk).update(
        status=status, stripe_session_id=session.id, payment_intent_id=intent, **changes
    )


def _locked_orders(checkout: Checkout) -> list[Order]:
    return lock_orders(Order.objects.filter(pk__in=checkout.items.values("order_id")))
