"""What the order's page says, and what is done, when money takes a turn nobody asked for."""

import pytest

from backlinks import fulfilment
from backlinks.models import Checkout, Order, OrderStatus, Refund
from backlinks.tests.given import bought, hear, quoted, till
from backlinks.tests.looking import browser, forms, heading, page, plain_static, words  # noqa: F401
from backlinks.tests.standins import KEY
from backlinks.tests.test_refunds import ask, failed_order, run, status_of

pytestmark = pytest.mark.django_db


def look(order, query=""):
    return browser(order).get(page(order) + query)


def slowly_refunded(stripe):
    stripe.tell("refunds", outcome="pending")
    order = failed_order(bought(stripe))
    refund = ask(order)
    run()
    refund.refresh_from_db()
    return order, refund


def charge_of(stripe):
    """The one that was refunded last."""
    events = stripe.http.get("/_control/state").json()["events"]
    return next(event["object"] for event in events if event["type"] == "charge.refunded")


def test_a_charge_whose_refund_is_still_on_its_way_moves_nothing(stripe):
    order, refund = slowly_refunded(stripe)

    hear(stripe, charge_of(stripe))

    refund.refresh_from_db()
    assert (refund.status, status_of(order)) == ("pending", OrderStatus.FAILED)


def test_a_charge_heard_of_before_our_own_refund_was_noted_is_looked_at_again(stripe):
    order, _ = slowly_refunded(stripe)
    Refund.objects.update(status="requested", stripe_refund_id=None)

    hear(stripe, charge_of(stripe))

    assert status_of(order) == OrderStatus.FAILED


def test_a_refund_the_bank_sends_back_is_not_called_refunded_any_more(stripe):
    order, refund = slowly_refunded(stripe)
    stripe.tell("refund", refund=refund.stripe_refund_id, outcome="succeeded")
    hear(stripe, refund.stripe_refund_id)
    assert heading(look(order)) == "Refunded"

    stripe.tell("refund", refund=refund.stripe_refund_id, outcome="failed")
    hear(stripe, refund.stripe_refund_id)

    response = look(order)
    assert heading(response) == "Your refund did not go through"
    assert "did not go through at once. Our staff have been told" in words(response)
    assert "went back the way you paid" not in words(response)


def test_a_payment_given_back_by_hand_after_a_failed_refund_is_refunded(stripe):
    order, refund = slowly_refunded(stripe)
    stripe.tell("refund", refund=refund.stripe_refund_id, outcome="failed")
    hear(stripe, refund.stripe_refund_id)
    stripe.tell("refunds", outcome="succeeded")
    told = stripe.http.post("/v1/refunds", headers=KEY, data={"payment_intent": order.paid_by.payment_intent_id})

    hear(stripe, told.json()["charge"])

    assert status_of(order) == OrderStatus.REFUNDED
    assert heading(look(order)) == "Refunded"


def test_a_payment_that_is_not_what_was_asked_for_is_never_called_unpaid(stripe):
    order = quoted()
    checkout = till(order)
    Checkout.objects.filter(pk=checkout.pk).update(amount_minor=1)
    stripe.pay(checkout.url)
    with pytest.raises(fulfilment.Mismatch):
        fulfilment.look_up(checkout.stripe_session_id)

    response = look(order, "?paid=1")

    assert Order.objects.get().status == OrderStatus.AWAITING_PAYMENT
    assert heading(response) == "We are looking into your payment"
    assert "not paid" not in words(response).lower()
    assert forms(response) == []


def test_whoever_paid_and_closed_the_window_is_told_that_it_may_be_on_its_way(stripe):
    order = quoted()
    stripe.pay(till(order).url)

    assert "you cannot be charged twice" in words(look(order))
