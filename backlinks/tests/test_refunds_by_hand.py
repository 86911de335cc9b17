"""Refunds that somebody made at Stripe: heard of, never mixed up with ours."""

from typing import Any

import pytest
from django.utils import timezone

from backlinks.models import Order, OrderStatus
from backlinks.tests.given import bought, hear, pay, quoted, till
from backlinks.tests.standins import KEY
from backlinks.tests.test_refunds import ask, failed_order, given_back, run, status_of
from mail.models import EmailLog
from queues.draining import drain
from queues.models import DeadLetter, Job

pytestmark = pytest.mark.django_db


def test_a_payment_given_back_by_hand_at_stripe_refunds_its_orders(stripe):
    order = failed_order(bought(stripe))
    intent = order.paid_by.payment_intent_id
    charge = stripe.http.post("/v1/refunds", headers=KEY, data={"payment_intent": intent}).json()["charge"]

    hear(stripe, charge)

    assert status_of(order) == OrderStatus.REFUNDED


def given_back_by_hand(stripe, order: Order) -> dict[str, Any]:
    """Under way at Stripe, which counts it already."""
    stripe.tell("refunds", outcome="pending")
    made = stripe.http.post("/v1/refunds", headers=KEY, data={"payment_intent": order.paid_by.payment_intent_id}).json()
    hear(stripe, made["charge"])
    return dict(made)


def test_what_was_given_back_by_hand_is_refunded_when_it_has_gone_through(stripe):
    order = failed_order(bought(stripe))
    made = given_back_by_hand(stripe, order)
    assert status_of(order) == OrderStatus.FAILED

    stripe.tell("refund", refund=made["id"], outcome="succeeded")
    hear(stripe, made["id"])

    assert status_of(order) == OrderStatus.REFUNDED


def test_staff_hear_of_a_refund_by_hand_that_failed(stripe, settings):
    settings.ALERT_EMAILS = ["money@copydesk.example"]
    order = failed_order(bought(stripe))
    made = given_back_by_hand(stripe, order)

    stripe.tell("refund", refund=made["id"], outcome="failed")
    hear(stripe, made["id"])

    assert status_of(order) == OrderStatus.FAILED
    email = EmailLog.objects.get(kind="order_trouble", context__trouble="A refund failed")
    assert email.context["message"] == f"Stripe says that the refund {made['id']}, made there by hand, failed."


def test_part_of_a_payment_given_back_by_hand_moves_nothing(stripe):
    order = failed_order(bought(stripe))
    data = {"payment_intent": order.paid_by.payment_intent_id, "amount": "100"}
    charge = stripe.http.post("/v1/refunds", headers=KEY, data=data).json()["charge"]

    hear(stripe, charge)

    assert status_of(order) == OrderStatus.FAILED


def test_of_part_of_a_payment_given_back_by_hand_staff_hear_and_no_more_of_it_is_asked_for(stripe, settings):
    settings.ALERT_EMAILS = ["money@copydesk.example"]
    one, two = quoted(), quoted()
    pay(stripe, till(one, two))
    data = {"payment_intent": Order.objects.get(pk=one.pk).paid_by.payment_intent_id, "amount": "4900"}
    made = stripe.http.post("/v1/refunds", headers=KEY, data=data).json()

    for _ in range(2):
        hear(stripe, made["id"])
    refund = ask(failed_order(one))
    run()

    refund.refresh_from_db()
    assert (refund.status, status_of(one), len(given_back(stripe, one))) == ("failed", OrderStatus.FAILED, 1)
    told = EmailLog.objects.filter(context__trouble="A part of a payment was given back at Stripe")
    assert {email.subject_id for email in told} == {str(one.pk), str(two.pk)}
    assert told.count() == 2
    assert (
        told[0].context["message"].startswith(f"Stripe says that $49.00 were given back there by hand ({made['id']})")
    )
    assert "give back at Stripe what is still due" in DeadLetter.objects.get().error


def test_money_given_back_waits_for_what_is_being_written_however_long_that_is_held_back(stripe, settings):
    settings.JOB_LATER_MAX_SECONDS = 0
    order = bought(stripe)
    intent = order.paid_by.payment_intent_id
    charge = stripe.http.post("/v1/refunds", headers=KEY, data={"payment_intent": intent}).json()["charge"]

    hear(stripe, charge)

    assert status_of(order) == OrderStatus.PROCESSING
    assert not DeadLetter.objects.exists()
    failed_order(order)
    Job.objects.filter(state="delayed").update(run_at=timezone.now())
    drain(only="apply-stripe-event")
    assert status_of(order) == OrderStatus.REFUNDED
