from typing import Any

import pytest
from django.db import IntegrityError, transaction

from audit.models import AuditEntry
from backlinks import refunds
from backlinks.actors import WRITER
from backlinks.models import Order, OrderStatus, Refund, RefundReason
from backlinks.moves import Disputed, WrongState
from backlinks.tests.given import bought, hear, pay, quoted, till
from backlinks.tests.standins import KEY
from queues.draining import drain
from queues.models import DeadLetter, Job
from queues.replay import replay

pytestmark = pytest.mark.django_db


def failed_order(order) -> Any:
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.FAILED)
    order.refresh_from_db()
    return order


def ask(order) -> Any:
    return refunds.request_refund(order, reason=RefundReason.FINAL_FAILURE, actor=WRITER)


def run() -> Any:
    return drain(only="refund-order")


def status_of(order) -> Any:
    return Order.objects.get(pk=order.pk).status


def at_stripe(stripe) -> Any:
    return stripe.http.get("/v1/refunds", headers=KEY).json()["data"]


def test_a_refund_gives_back_what_the_order_cost_and_is_said_when_stripe_says_so(stripe):
    one, two = quoted(), quoted()
    pay(stripe, till(one, two))
    failed_order(one)

    refund = ask(one)
    assert status_of(one) == OrderStatus.FAILED
    run()

    refund.refresh_from_db()
    told = at_stripe(stripe)[0]
    assert (refund.status, refund.amount_minor, refund.stripe_refund_id) == ("succeeded", 4900, told["id"])
    assert (told["amount"], told["metadata"]) == (4900, {"refund": str(refund.pk)})
    assert (status_of(one), status_of(two)) == (OrderStatus.REFUNDED, OrderStatus.PROCESSING)


def test_asked_twice_it_is_one_refund(stripe):
    order = failed_order(bought(stripe))

    assert ask(order) == ask(order)
    run()

    assert Refund.objects.count() == 1
    assert Job.objects.filter(name="refund-order").count() == 1


def test_a_slow_refund_is_refunded_only_when_it_arrives(stripe):
    stripe.tell("refunds", outcome="pending")
    order = failed_order(bought(stripe))
    refund = ask(order)
    run()
    refund.refresh_from_db()
    assert (refund.status, status_of(order)) == ("pending", OrderStatus.FAILED)

    stripe.tell("refund", refund=refund.stripe_refund_id, outcome="succeeded")
    hear(stripe, refund.stripe_refund_id)

    refund.refresh_from_db()
    assert (refund.status, status_of(order)) == ("succeeded", OrderStatus.REFUNDED)


def test_a_refund_that_fails_is_noted_for_staff_and_the_order_is_not_refunded(stripe):
    stripe.tell("refunds", outcome="failed")
    order = failed_order(bought(stripe))
    refund = ask(order)

    run()

    refund.refresh_from_db()
    assert (refund.status, status_of(order)) == ("failed", OrderStatus.FAILED)
    assert AuditEntry.objects.get(action="refund.failed").target_id == str(order.pk)


def test_a_refund_stripe_refuses_dies_and_is_noted(stripe):
    order = failed_order(bought(stripe))
    ask(order)
    intent = order.paid_by.payment_intent_id
    answer = stripe.http.post("/v1/refunds", headers=KEY, data={"payment_intent": intent})
    assert answer.status_code == 200

    run()

    assert Refund.objects.get().status == "failed"
    assert DeadLetter.objects.get().name == "refund-order"
    assert status_of(order) == OrderStatus.FAILED


def test_a_refund_that_died_can_be_replayed(stripe, settings):
    order = failed_order(bought(stripe))
    refund, key = ask(order), settings.STRIPE_SECRET_KEY
    settings.STRIPE_SECRET_KEY = "not-a-key"
    assert run() == [("refund-order", "FAILURE")]
    refund.refresh_from_db()
    assert refund.status == "failed"

    settings.STRIPE_SECRET_KEY = key
    replay(job_id=Job.objects.get(name="refund-order").pk, actor=WRITER, reason="The key is valid again.")
    run()

    refund.refresh_from_db()
    assert (refund.status, status_of(order)) == ("succeeded", OrderStatus.REFUNDED)
    assert [told["amount"] for told in at_stripe(stripe) if told["id"] == refund.stripe_refund_id] == [4900]


def test_a_payment_given_back_by_hand_at_stripe_refunds_its_orders(stripe):
    order = failed_order(bought(stripe))
    intent = order.paid_by.payment_intent_id
    charge = stripe.http.post("/v1/refunds", headers=KEY, data={"payment_intent": intent}).json()["charge"]

    hear(stripe, charge)

    assert status_of(order) == OrderStatus.REFUNDED


def test_part_of_a_payment_given_back_by_hand_moves_nothing(stripe):
    order = failed_order(bought(stripe))
    data = {"payment_intent": order.paid_by.payment_intent_id, "amount": "100"}
    charge = stripe.http.post("/v1/refunds", headers=KEY, data=data).json()["charge"]

    hear(stripe, charge)

    assert status_of(order) == OrderStatus.FAILED


def test_a_refund_of_another_payment_that_carries_our_number_is_not_ours(stripe):
    order, other = failed_order(bought(stripe)), failed_order(bought(stripe))
    refund = ask(order)
    data = {"payment_intent": other.paid_by.payment_intent_id, "amount": "100", "metadata[refund]": str(refund.pk)}
    told = stripe.http.post("/v1/refunds", headers=KEY, data=data).json()

    hear(stripe, told["id"])

    refund.refresh_from_db()
    assert (refund.status, status_of(order), status_of(other)) == ("requested", "FAILED", "FAILED")


def test_what_is_not_paid_or_still_being_written_is_not_refunded(stripe):
    for order in (quoted(), bought(stripe)):
        with pytest.raises(WrongState):
            ask(order)

    assert not Refund.objects.exists()


def test_a_disputed_payment_is_never_refunded(stripe):
    order = failed_order(bought(stripe))
    Order.objects.filter(pk=order.pk).update(disputed_at=order.paid_at)

    with pytest.raises(Disputed):
        ask(order)


def test_more_than_was_paid_cannot_be_given_back_even_by_hand(stripe):
    order = failed_order(bought(stripe))

    with pytest.raises(IntegrityError, match="refund_within_what_was_paid"), transaction.atomic():
        Refund.objects.create(order=order, reason="staff", amount_minor=4901, paid_minor=4900)
    ask(order)
    with pytest.raises(IntegrityError, match="refund_one_at_a_time_per_order"), transaction.atomic():
        Refund.objects.create(order=order, reason="staff", amount_minor=4900, paid_minor=4900)
