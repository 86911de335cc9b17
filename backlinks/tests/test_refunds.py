from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from audit.models import AuditEntry
from backlinks import refunds, review
from backlinks.actors import WRITER, customer_of
from backlinks.models import Order, OrderStatus, Refund, RefundReason, StripeEvent
from backlinks.moves import Disputed, RefundUnderWay, WrongState
from backlinks.tests.given import EDITOR, bought, hear, pay, quoted, signed, till, written
from backlinks.tests.standins import KEY
from backlinks.webhooks import receive
from mail.models import EmailLog
from queues import transitions
from queues.draining import drain
from queues.models import DeadLetter, Job
from queues.replay import replay

pytestmark = pytest.mark.django_db


def failed_order(order) -> Any:
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.FAILED)
    order.refresh_from_db()
    return order


def ask(order) -> Any:
    return refunds.request_refund(order, decision=refunds.Decision(RefundReason.FINAL_FAILURE), actor=WRITER)


def run() -> Any:
    return drain(only="refund-order")


def status_of(order) -> Any:
    return Order.objects.get(pk=order.pk).status


def charge_of(stripe, order) -> Any:
    intent = stripe.http.get(f"/v1/payment_intents/{order.paid_by.payment_intent_id}", headers=KEY).json()
    return intent["latest_charge"]


def at_stripe(stripe) -> Any:
    return stripe.http.get("/v1/refunds", headers=KEY).json()["data"]


def given_back(stripe, order) -> Any:
    payment = Order.objects.get(pk=order.pk).paid_by.payment_intent_id
    return [refund for refund in at_stripe(stripe) if refund["payment_intent"] == payment]


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
    assert (told["amount"], told["metadata"]) == (4900, {"refund": str(refund.pk), "attempt": "1"})
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


def test_a_refund_stripe_refused_is_asked_for_again_under_another_key(stripe):
    """Stripe keeps a refusal for a day under its key; what it refused for may be over before."""
    order = failed_order(bought(stripe))
    refund = ask(order)
    stripe.tell("dispute", charge=charge_of(stripe, order))
    assert run() == [("refund-order", "FAILURE")]
    dispute = stripe.http.get("/v1/disputes", headers=KEY, params={"charge": charge_of(stripe, order)}).json()["data"][
        0
    ]
    stripe.tell("dispute_close", dispute=dispute["id"], outcome="won")

    replay(job_id=Job.objects.get(name="refund-order").pk, actor=WRITER, reason="The dispute is won.")

    assert run() == [("refund-order", "SUCCESS")]
    refund.refresh_from_db()
    assert (refund.status, refund.attempt, status_of(order)) == ("succeeded", 2, OrderStatus.REFUNDED)
    assert at_stripe(stripe)[0]["metadata"] == {"refund": str(refund.pk), "attempt": "2"}


def test_a_refund_that_was_given_without_an_answer_is_not_given_twice(stripe, monkeypatch):
    """The answers are lost until the job is given up for dead; the next attempt finds the refund at Stripe."""
    monkeypatch.setattr("stripe._http_client.HTTPClient.INITIAL_DELAY", 0.01)
    one, two = quoted(), quoted()
    pay(stripe, till(one, two))
    refund = ask(failed_order(one))
    stripe.tell("api", mode="cut", count=3)
    run()
    transitions.cancel(Job.objects.get(name="refund-order"), reason="It hangs.")
    refund.refresh_from_db()
    assert refund.status == "failed"

    assert refunds.request_refund(one, decision=refunds.Decision(RefundReason.STAFF), actor=WRITER) == refund
    run()

    refund.refresh_from_db()
    told = [
        told
        for told in at_stripe(stripe)
        if told["payment_intent"] == Order.objects.get(pk=one.pk).paid_by.payment_intent_id
    ]
    assert [each["amount"] for each in told] == [4900]
    assert (refund.status, refund.stripe_refund_id, status_of(one)) == ("succeeded", told[0]["id"], "REFUNDED")


def test_late_news_of_a_failed_attempt_does_not_fail_the_next(stripe):
    stripe.tell("refunds", outcome="failed")
    order = failed_order(bought(stripe))
    refund = ask(order)
    run()
    refund.refresh_from_db()
    first = refund.stripe_refund_id
    stripe.tell("refunds", outcome="pending")
    refunds.request_refund(order, decision=refunds.Decision(RefundReason.STAFF), actor=WRITER)
    hear(stripe, first)
    refund.refresh_from_db()
    assert (refund.status, refund.attempt) == ("requested", 2)

    run()
    receive(*signed({**stripe.newest_event(first), "id": "evt_late"}))
    drain(only="apply-stripe-event")

    refund.refresh_from_db()
    assert (refund.status, refund.stripe_refund_id == first) == ("pending", False)
    assert StripeEvent.objects.get(pk="evt_late").outcome == "already_over"


def test_while_the_money_is_on_its_way_back_nothing_else_moves(stripe, openai):
    stripe.tell("refunds", outcome="pending")
    order = written(stripe)
    refunds.request_refund(order, decision=refunds.Decision(RefundReason.STAFF, "A friend asked."), actor=EDITOR)

    for verb in (review.regenerate, review.submit):
        with pytest.raises(RefundUnderWay):
            verb(order=order, actor=customer_of(order))
    run()
    with pytest.raises(RefundUnderWay):
        review.submit(order=order, actor=customer_of(order))

    assert status_of(order) == OrderStatus.QUALITY_CHECK
    assert AuditEntry.objects.get(action="refund.requested").reason == "A friend asked."


def test_a_lost_webhook_leaves_no_refund_hanging(stripe):
    stripe.tell("refunds", outcome="pending")
    order = failed_order(bought(stripe))
    refund = ask(order)
    run()
    assert refunds.reconcile() == 0
    refund.refresh_from_db()
    stripe.tell("refund", refund=refund.stripe_refund_id, outcome="succeeded")
    Refund.objects.update(created_at=timezone.now() - timedelta(hours=2))

    assert refunds.reconcile() == 1

    assert drain(only="settle-refund") == [("settle-refund", "SUCCESS")]
    assert status_of(order) == OrderStatus.REFUNDED


def test_the_customer_hears_of_the_money_once_and_when_stripe_says_so(stripe):
    stripe.tell("refunds", outcome="pending")
    order = failed_order(bought(stripe))
    refund = ask(order)
    run()
    assert not EmailLog.objects.filter(kind="refunded").exists()
    refund.refresh_from_db()

    stripe.tell("refund", refund=refund.stripe_refund_id, outcome="succeeded")
    hear(stripe, refund.stripe_refund_id)
    receive(*signed({**stripe.newest_event(refund.stripe_refund_id), "id": "evt_again"}))
    drain(only="apply-stripe-event")

    email = EmailLog.objects.get(kind="refunded")
    assert (email.to, email.context["price"], email.context["was_live"]) == (order.email, "$49.00", False)


def test_staff_hear_of_a_refund_that_failed(stripe, settings):
    settings.ALERT_EMAILS = ["money@copydesk.example"]
    stripe.tell("refunds", outcome="failed")
    order = failed_order(bought(stripe))
    ask(order)
    run()

    email = EmailLog.objects.get(kind="order_trouble")
    assert (email.to, email.context["trouble"]) == ("money@copydesk.example", "A refund failed")
    assert email.context["message"] == "Stripe says the refund failed."


def test_a_refund_that_stripe_told_of_before_its_job_came_is_not_asked_for_again(stripe):
    one, two = quoted(), quoted()
    pay(stripe, till(one, two))
    refund = ask(failed_order(one))
    given = {"payment_intent": Order.objects.get(pk=one.pk).paid_by.payment_intent_id, "amount": "4900"}
    stripe.http.post("/v1/refunds", headers=KEY, data={**given, "metadata[refund]": str(refund.pk)})

    run()

    refund.refresh_from_db()
    assert (refund.status, status_of(one), len(given_back(stripe, one))) == ("succeeded", OrderStatus.REFUNDED, 1)


def test_a_refund_nobody_waits_for_is_not_asked_for(stripe):
    order = failed_order(bought(stripe))
    refund = ask(order)
    Refund.objects.update(status="succeeded")

    assert refunds.ask_stripe(refund.pk) is None
    assert given_back(stripe, order) == []


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
