"""Whatever happens at Stripe, in whatever order we hear of it: nothing is delivered unpaid, twice or given back twice.

A machine of Hypothesis plays customers, banks, staff and a lossy post between Stripe and us, and looks at the books of
both after every step.
"""

from datetime import UTC, datetime
from itertools import count
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck
from hypothesis import settings as how
from hypothesis import strategies as some
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from backlinks import failing, fulfilment, refunds
from backlinks.actors import customer_of
from backlinks.checkout import AlreadyPaid, CheckoutBusy, open_checkout
from backlinks.clients import stripe as client
from backlinks.models import UNPAID, Checkout, Order, OrderStatus, Refund, RefundReason, RefundStatus
from backlinks.moves import Disputed, WrongState
from backlinks.quoting import QuoteRefused
from backlinks.tests.given import EDITOR, article_for_sale, quoted, signed, till
from backlinks.tests.standins import KEY, StandIn
from backlinks.webhooks import receive
from queues.draining import drain
from queues.errors import NotReplayable
from queues.models import Job, State
from queues.replay import replay
from queues.transitions import cancel

pytestmark = pytest.mark.django_db
S = OrderStatus
_serial = count(1)
OLD = datetime(2026, 1, 1, tzinfo=UTC)
FEW = how(max_examples=10, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
PAYMENTS = ("apply-stripe-event", "refund-order", "settle-checkout", "settle-refund", "take-link-down")


class Money(RuleBasedStateMachine):
    """`post` holds the events on their way to us: any of them may come at any time, again, or never."""

    stripe: StandIn
    article: Any
    orders = Bundle("orders")

    def __init__(self) -> None:
        super().__init__()
        self.stripe.tell("refunds", outcome="succeeded")
        self.atomic = transaction.atomic()
        self.atomic.__enter__()
        self.post: list[tuple[str, str]] = []
        self.known_paid: set[Any] = set()
        self.known_refunds: dict[Any, set[str]] = {}

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.atomic.__exit__(None, None, None)

    @initialize(target=orders)
    def two_of_one_basket_are_paid(self) -> Any:
        """Where money can go wrong there must be some: the rest is found from here sooner."""
        one, two = quoted(self.article), quoted(self.article)
        checkout = till(one, two)
        self.stripe.pay(checkout.url)
        self._write("checkout.session.completed", checkout.stripe_session_id)
        self._deliver(*self.post[-1])
        drain(only="apply-stripe-event")
        Order.objects.filter(pk=one.pk).update(status=S.QUALITY_CHECK)
        return multiple(one.pk, two.pk)

    @rule(target=orders)
    def order(self) -> Any:
        try:
            return quoted(self.article).pk
        except QuoteRefused:
            return multiple()

    @rule(wanted=some.lists(orders, min_size=1, max_size=2, unique=True))
    def go_to_the_till(self, wanted: list[Any]) -> None:
        order = Order.objects.get(pk=wanted[0])
        try:
            open_checkout(order_ids=wanted, actor=customer_of(order))
        except (AlreadyPaid, CheckoutBusy, QuoteRefused, WrongState, Disputed):
            return

    @rule(one=orders, outcome=some.sampled_from(["pay", "pay", "pay_later", "decline", "expire"]))
    def on_stripes_page(self, one: Any, outcome: str) -> None:
        for checkout in Checkout.objects.filter(items__order=one).exclude(url=""):
            self.stripe.pay(checkout.url, outcome)
            self._write("checkout.session.completed", checkout.stripe_session_id)
            self._write("checkout.session.expired", checkout.stripe_session_id)

    @rule(one=orders, outcome=some.sampled_from(["succeeded", "failed"]))
    def the_slow_money_comes_or_not(self, one: Any, outcome: str) -> None:
        for session in Checkout.objects.filter(items__order=one).values_list("stripe_session_id", flat=True):
            asked = {"session": session, "outcome": outcome}
            if self.stripe.http.post("/_control/async", json=asked).status_code == 200:
                self._write(f"checkout.session.async_payment_{outcome}", session)

    @rule(data=some.data(), times=some.sampled_from([1, 1, 2]))
    def the_post_comes(self, data: Any, times: int) -> None:
        if self.post:
            self._deliver(*data.draw(some.sampled_from(sorted(set(self.post)))), times=times)

    @rule(name=some.sampled_from(PAYMENTS), advance=some.booleans())
    def work(self, name: str, advance: bool) -> None:
        drain(only=name, advance=advance, limit=6)

    @rule()
    def look_at_open_sessions(self) -> None:
        Checkout.objects.update(created_at=OLD)
        fulfilment.reconcile()

    @rule(one=orders, status=some.sampled_from([S.QUALITY_CHECK, S.FAILED, S.COMPLETED]))
    def the_writing_ends(self, one: Any, status: S) -> None:
        """A failure by its own verb; the others by hand, as no link is written here."""
        if status == S.FAILED:
            failing.work_came_to_nothing(str(one), reason="It could not be written.")
        else:
            Order.objects.filter(pk=one, status=S.PROCESSING, disputed_at=None).update(status=status)

    @rule(one=orders)
    def staff_refund(self, one: Any) -> None:
        try:
            decision = refunds.Decision(RefundReason.STAFF, "Asked for.")
            refunds.request_refund(Order.objects.get(pk=one), decision=decision, actor=EDITOR)
        except (WrongState, Disputed):
            return

    @rule(one=orders, asked_again=some.booleans())
    def the_answer_to_a_refund_is_lost_and_it_is_given_up(self, one: Any, asked_again: bool) -> None:
        self.staff_refund(one)
        job = Job.objects.filter(name="refund-order", state=State.WAITING).first()
        if job is None:
            return
        self.stripe.tell("api", mode="cut", count=client.RETRIES + 1)
        drain(only="refund-order", limit=1)
        self.stripe.tell("api", mode="ok")
        cancel(Job.objects.get(pk=job.pk), reason="It hangs.")
        if asked_again:
            self.staff_refund(one)
            drain(only="refund-order", limit=1)

    @rule(one=orders)
    def staff_have_it_written_again(self, one: Any) -> None:
        try:
            failing.retry(order=Order.objects.get(pk=one), actor=EDITOR, reason="Once more.")
        except failing.CannotResume:
            return

    @rule()
    def owner_replays_dead_refunds(self) -> None:
        for job in Job.objects.filter(name="refund-order", state=State.DEAD):
            try:
                replay(job_id=job.pk, actor=EDITOR, reason="Once more.")
            except NotReplayable:
                continue

    @rule(outcome=some.sampled_from(["succeeded", "pending", "failed"]))
    def from_now_on_refunds_end(self, outcome: str) -> None:
        self.stripe.tell("refunds", outcome=outcome)

    @rule(one=orders, outcome=some.sampled_from(["succeeded", "failed"]))
    def the_bank_settles_a_refund(self, one: Any, outcome: str) -> None:
        for told in self._refunds_at_stripe(one):
            self.stripe.http.post("/_control/refund", json={"refund": told["id"], "outcome": outcome})
            self._write("refund.updated", told["id"])

    @rule(one=orders)
    def somebody_gives_all_back_at_stripe(self, one: Any) -> None:
        charge = self._charge(one)
        if charge and self.stripe.http.post("/v1/refunds", headers=KEY, data={"charge": charge}).status_code == 200:
            self._write("charge.refunded", charge)

    @rule(one=orders)
    def a_bank_disputes(self, one: Any) -> None:
        charge = self._charge(one)
        asked = self.stripe.http.post("/_control/dispute", json={"charge": charge}) if charge else None
        if asked is not None and asked.status_code == 200:
            self._write("charge.dispute.created", asked.json()["id"])

    @rule(one=orders, outcome=some.sampled_from(["won", "lost"]))
    def a_dispute_ends(self, one: Any, outcome: str) -> None:
        charge = self._charge(one)
        if not charge:
            return
        for dispute in self.stripe.http.get("/v1/disputes", headers=KEY, params={"charge": charge}).json()["data"]:
            self.stripe.http.post("/_control/dispute_close", json={"dispute": dispute["id"], "outcome": outcome})
            self._write("charge.dispute.closed", dispute["id"])

    @invariant()
    def no_work_before_money(self) -> None:
        for order in Order.objects.select_related("paid_by"):
            jobs = Job.objects.filter(name="integrate-backlink", subject_id=str(order.pk))
            if order.status in UNPAID:
                assert not jobs.exists(), order.pk
            elif order.pk not in self.known_paid:
                assert order.paid_by is not None
                assert client.session(str(order.paid_by.stripe_session_id)).is_paid
                self.known_paid.add(order.pk)

    @invariant()
    def each_order_is_begun_once(self) -> None:
        """One payment, one beginning: taken up again only after a failure or a dispute that was won."""
        for order in Order.objects.all():
            begun = order.events.filter(from_status=S.AWAITING_PAYMENT, to_status=S.PROCESSING).count()
            assert begun == (order.status not in UNPAID), order.pk
            live = Job.objects.live().filter(name="integrate-backlink", subject_id=str(order.pk)).count()
            assert live <= 1, order.pk

    @invariant()
    def no_more_goes_back_than_came_and_nothing_while_disputed(self) -> None:
        """From the moment we know of a dispute we ask for nothing more of that payment."""
        for order in Order.objects.exclude(paid_by=None):
            ours = [told for told in self._refunds_at_stripe(order.pk) if self._is_for(told, order)]
            standing = sum(told["amount"] for told in ours if told["status"] in ("succeeded", "pending"))
            assert standing <= order.price_minor, order.pk
            assert Refund.objects.filter(order=order).exclude(status=RefundStatus.FAILED).count() <= 1
            numbers = {told["id"] for told in ours}
            if order.disputed_at is not None:
                assert numbers <= self.known_refunds.get(order.pk, set()), order.pk
            self.known_refunds[order.pk] = numbers

    @invariant()
    def no_payment_gives_back_more_than_it_brought(self) -> None:
        """Over all the orders of a basket, and whoever asked for it."""
        for checkout in Checkout.objects.exclude(paid_orders=None).distinct():
            paid_for = {order.pk: order.price_minor for order in checkout.paid_orders.all()}
            assert set(paid_for) <= set(checkout.items.values_list("order_id", flat=True)), checkout.pk
            assert sum(paid_for.values()) <= checkout.amount_minor, checkout.pk
            told = self._refunds_at_stripe(next(iter(paid_for)))
            standing = sum(each["amount"] for each in told if each["status"] in ("succeeded", "pending"))
            assert standing <= checkout.amount_minor, checkout.pk

    @invariant()
    def refunded_is_said_only_of_money_that_went_back(self) -> None:
        for order in Order.objects.filter(status=S.REFUNDED):
            done = Refund.objects.filter(order=order, settled_at__isnull=False)
            assert done.exists(), order.pk

    def _deliver(self, kind: str, about: str, times: int = 1) -> None:
        number = f"evt_machine_{next(_serial)}"
        for _ in range(times):
            receive(*signed({"id": number, "type": kind, "data": {"object": {"id": about}}}))

    def _write(self, kind: str, about: str | None) -> None:
        if about:
            self.post.append((kind, about))

    def _intent(self, one: Any) -> str:
        checkout = Order.objects.select_related("paid_by").get(pk=one).paid_by
        return (checkout.payment_intent_id or "") if checkout else ""

    def _charge(self, one: Any) -> str:
        intent = self._intent(one)
        found = self.stripe.http.get(f"/v1/payment_intents/{intent}", headers=KEY).json() if intent else {}
        return str(found.get("latest_charge") or "")

    def _refunds_at_stripe(self, one: Any) -> list[dict[str, Any]]:
        intent = self._intent(one)
        asked = {"payment_intent": intent, "limit": "100"}
        return list(self.stripe.http.get("/v1/refunds", headers=KEY, params=asked).json()["data"]) if intent else []

    @staticmethod
    def _is_for(told: dict[str, Any], order: Order) -> bool:
        number = told["metadata"].get("refund", "")
        return bool(number) and Refund.objects.filter(pk=int(number), order=order).exists()


def test_the_books_agree_whatever_happens(stripe, settings, monkeypatch):
    monkeypatch.setattr("stripe._http_client.HTTPClient.INITIAL_DELAY", 0.01)
    settings.REFUND_ON_FINAL_FAILURE = True
    Money.stripe, Money.article = stripe, article_for_sale()

    run_state_machine_as_test(Money, settings=FEW)
