"""Every event of Stripe's that we heed, against every state an order can be in: what happens at Stripe, then the event.

Where the thing cannot happen in a state, the event of that name still arrives, late or forged, about the order's own
session or payment: what Stripe says of it when asked decides.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

from django.utils import timezone

from articles.models import Article
from backlinks import refunds
from backlinks.actors import WRITER
from backlinks.clients import stripe as client
from backlinks.models import (
    UNPAID,
    Checkout,
    CheckoutItem,
    CheckoutStatus,
    Order,
    OrderStatus,
    Refund,
    RefundReason,
    StripeEvent,
)
from backlinks.tests.given import signed
from backlinks.tests.standins import KEY, StandIn
from backlinks.webhooks import HEEDED, receive
from mail.models import EmailLog
from queues.draining import drain
from queues.models import Job

PAGE = Path(__file__).parents[2] / "docs" / "stripe-events.md"
S = OrderStatus
PRICE, HOUR = 4900, timedelta(hours=1)
_serial = count(1)
Play = Callable[[StandIn, Order], str]


@dataclass(frozen=True)
class Row:
    """One line of the table: `play` lets it happen at Stripe and names the object that the event is about."""

    type: str
    variant: str
    play: Play

    @property
    def words(self) -> str:
        return f"`{self.type}`{', ' + self.variant if self.variant else ''}"


def order_in(stripe: StandIn, article: Article, status: OrderStatus) -> Any:
    """An order in this state by its rows alone, and what belongs to it at Stripe."""
    order = Order.objects.create(
        article=article,
        quoted_version_id=article.published_version_id,
        target_url="https://shop.example.com/",
        anchor_text="a guide for beginners",
        email="customer@example.com",
        price_minor=PRICE,
        currency="usd",
    )
    checkout = Checkout.objects.create(amount_minor=PRICE, currency="usd", expires_at=timezone.now() + HOUR)
    CheckoutItem.objects.create(checkout=checkout, order=order, amount_minor=PRICE)
    session = client.create_session(_asked(checkout))
    Checkout.objects.filter(pk=checkout.pk).update(stripe_session_id=session.id, url=session.url)
    if status == S.CANCELLED:
        stripe.pay(str(session.url), "expire")
        _end(checkout, CheckoutStatus.EXPIRED)
        Order.objects.filter(pk=order.pk).update(status=status)
    elif status != S.AWAITING_PAYMENT:
        _pay(stripe, order, checkout, status)
    return Order.objects.select_related("paid_by").get(pk=order.pk)


def _asked(checkout: Checkout) -> client.NewSession:
    return client.NewSession(
        checkout_id=str(checkout.pk),
        attempt=1,
        currency="usd",
        lines=(("A link", PRICE),),
        email="customer@example.com",
        success_url="https://desk.example/",
        cancel_url="https://desk.example/",
        expires_at=int(checkout.expires_at.timestamp()),
    )


def _end(checkout: Checkout, status: CheckoutStatus, **changes: Any) -> None:
    Checkout.objects.filter(pk=checkout.pk).update(status=status, settled_at=timezone.now(), **changes)
    CheckoutItem.objects.filter(checkout=checkout).update(holds_slot=False)


def _pay(stripe: StandIn, order: Order, checkout: Checkout, status: OrderStatus) -> None:
    checkout.refresh_from_db()
    stripe.pay(checkout.url)
    intent = client.session(str(checkout.stripe_session_id)).payment_intent
    assert intent is not None
    _end(checkout, CheckoutStatus.PAID, payment_intent_id=intent.id)
    paid = {"paid_by": checkout, "paid_at": timezone.now(), "submitted_version": order.quoted_version}
    Order.objects.filter(pk=order.pk).update(status=status, **paid)
    if status == S.REFUNDED:
        refund = Refund.objects.create(order=order, reason=RefundReason.STAFF, amount_minor=PRICE, paid_minor=PRICE)
        told = refunds.ask_stripe(refund.pk)
        done = {"status": told.status, "stripe_refund_id": told.id, "settled_at": timezone.now()}
        Refund.objects.filter(pk=refund.pk).update(**done)


def deliver(type: str, about: str) -> str:
    """An event of this type about this object arrives; returns its id."""
    event_id = f"evt_table_{next(_serial)}"
    receive(*signed(said(event_id, type, about)))
    return event_id


def hear_of(session: str) -> None:
    deliver("checkout.session.completed", session)
    drain(only="apply-stripe-event")


def said(event_id: str, type: str, about: str) -> dict[str, Any]:
    return {"id": event_id, "type": type, "data": {"object": {"id": about}}}


def siblings(row: Row) -> list[str]:
    """The other events about the same kind of object."""
    family = row.type.rpartition(".")[0]
    return sorted(type for type in HEEDED if type.rpartition(".")[0] == family and type != row.type)


def facts(order: Order) -> dict[str, Any]:
    """All that an event can change about an order, and all it can set off."""
    order = Order.objects.get(pk=order.pk)
    subject = {"subject_id": str(order.pk)}
    return {
        "status": order.status,
        "frozen": order.disputed_at is not None,
        "history": list(order.events.order_by("id").values_list("to_status", flat=True)),
        "checkouts": sorted(Checkout.objects.filter(items__order=order).values_list("status", flat=True)),
        "slots": order.checkout_items.filter(holds_slot=True).count(),
        "refunds": sorted(Refund.objects.filter(order=order).values_list("status", flat=True)),
        "jobs": Counter(Job.objects.filter(**subject).values_list("name", flat=True)),
        "emails": Counter(EmailLog.objects.filter(**subject).values_list("kind", flat=True)),
    }


def cell(row: Row, order: Order, about: str) -> str:
    """Play the event once and say what came of it."""
    before = facts(order)
    event_id = deliver(row.type, about)
    drain(only="apply-stripe-event")
    return told(before, facts(order), StripeEvent.objects.get(pk=event_id).outcome)


def told(before: dict[str, Any], after: dict[str, Any], outcome: str) -> str:
    moved = f"→ {after['status']}" if after["status"] != before["status"] else "stays"
    if after["frozen"] != before["frozen"]:
        moved += ", frozen" if after["frozen"] else ", free again"
    new = (after["jobs"] + after["emails"] - before["jobs"] - before["emails"]).elements()
    return " · ".join([f"{moved} ({outcome.replace('_', ' ') or 'waits'})", *(f"`{name}`" for name in new)])


def page(cells: dict[tuple[Row, OrderStatus], str]) -> str:
    """As it stands in docs: one table for each event, read down the states."""
    parts = [HEAD]
    for row in ROWS:
        lines = [f"| {status} | {cells[row, status]} |" for status in OrderStatus]
        parts.append("\n".join([f"## {row.words}", "", "| order is | what happens |", "|---|---|", *lines]) + "\n")
    return "\n".join(parts)


def _session(order: Order) -> str:
    checkout = Checkout.objects.filter(items__order=order).latest("created_at")
    assert checkout.stripe_session_id
    return checkout.stripe_session_id


def _on_the_page(outcome: str, later: str = "") -> Play:
    def play(stripe: StandIn, order: Order) -> str:
        session = _session(order)
        if order.status == S.AWAITING_PAYMENT:
            stripe.pay(Checkout.objects.get(stripe_session_id=session).url, outcome)
            if later:
                hear_of(session)
                stripe.tell("async", session=session, outcome=later)
        return session

    return play


def _charge(stripe: StandIn, order: Order) -> str:
    """The order's charge; where it was never paid, that of a stranger's payment on the same account."""
    intent = order.paid_by.payment_intent_id if order.paid_by else _strangers_intent(stripe)
    return str(stripe.http.get(f"/v1/payment_intents/{intent}", headers=KEY).json()["latest_charge"])


def _strangers_intent(stripe: StandIn) -> str:
    asked = {
        "mode": "payment",
        "success_url": "https://elsewhere.example/",
        "line_items[0][quantity]": "1",
        "line_items[0][price_data][currency]": "usd",
        "line_items[0][price_data][unit_amount]": "4900",
        "line_items[0][price_data][product_data][name]": "Something else",
    }
    session = stripe.http.post("/v1/checkout/sessions", headers=KEY, data=asked).json()
    stripe.pay(session["url"])
    return str(stripe.http.get(f"/v1/checkout/sessions/{session['id']}", headers=KEY).json()["payment_intent"])


def _refund(ending: str = "") -> Play:
    """Ours, asked for and not yet settled; by hand at Stripe where we would not ask."""

    def play(stripe: StandIn, order: Order) -> str:
        done = order.refunds.first()
        if done is not None:
            return str(done.stripe_refund_id)
        stripe.tell("refunds", outcome="pending")
        if order.status in UNPAID or order.status == S.PROCESSING:
            data = {"charge": _charge(stripe, order)}
            number = str(stripe.http.post("/v1/refunds", headers=KEY, data=data).json()["id"])
        else:
            refund = refunds.request_refund(order, decision=refunds.Decision(RefundReason.STAFF), actor=WRITER)
            number = refunds.ask_stripe(refund.pk).id
        if ending:
            stripe.tell("refund", refund=number, outcome=ending)
        stripe.tell("refunds", outcome="succeeded")
        return number

    return play


def _given_back_by_hand(stripe: StandIn, order: Order) -> str:
    charge = _charge(stripe, order)
    if order.status != S.REFUNDED:
        stripe.http.post("/v1/refunds", headers=KEY, data={"charge": charge})
    return charge


def _dispute(status: str = "", ending: str = "") -> Play:
    def play(stripe: StandIn, order: Order) -> str:
        dispute = stripe.tell("dispute", charge=_charge(stripe, order))["id"]
        if status:
            stripe.tell("dispute_update", dispute=dispute, status=status)
        if ending:
            deliver("charge.dispute.created", dispute)
            drain(only="apply-stripe-event")
            stripe.tell("dispute_close", dispute=dispute, outcome=ending)
        return str(dispute)

    return play


ROWS = (
    Row("checkout.session.completed", "paid", _on_the_page("pay")),
    Row("checkout.session.completed", "not paid yet", _on_the_page("pay_later")),
    Row("checkout.session.async_payment_succeeded", "", _on_the_page("pay_later", "succeeded")),
    Row("checkout.session.async_payment_failed", "", _on_the_page("pay_later", "failed")),
    Row("checkout.session.expired", "", _on_the_page("expire")),
    Row("refund.created", "", _refund()),
    Row("refund.updated", "now done", _refund("succeeded")),
    Row("refund.failed", "", _refund("failed")),
    Row("charge.refunded", "by hand at Stripe", _given_back_by_hand),
    Row("charge.dispute.created", "", _dispute()),
    Row("charge.dispute.updated", "", _dispute("under_review")),
    Row("charge.dispute.closed", "won", _dispute(ending="won")),
    Row("charge.dispute.closed", "lost", _dispute(ending="lost")),
)
HEAD = """# Stripe's events against the states of an order

Played by `backlinks/tests/test_event_table.py`, which fails when this page is not what it finds; `WRITE_TABLE=1` writes
it anew. Each case is also played with the event delivered twice and once more under another id, with every other event
about the same object delivered first, and with all of them applied at once: the order ends the same.

An event only makes us look at Stripe again, so an event of a name that cannot be true changes nothing. In brackets
stands what is noted on the event; then the jobs and emails that it set off. "waits" is tried again until the version
under way is written. Events of other types are stored and ignored.
"""
