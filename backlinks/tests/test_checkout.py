from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from backlinks.access import NoSuchOrder
from backlinks.actors import CUSTOMER, customer_of
from backlinks.checkout import AlreadyPaid, PaymentUnavailable, open_checkout
from backlinks.models import Checkout, CheckoutItem, CheckoutStatus, Order, OrderStatus
from backlinks.moves import WrongState
from backlinks.quoting import QuoteRefused
from backlinks.tests.given import ONE_SLOT, article_for_sale, bought, hear, history, pay, quoted, till
from backlinks.tests.standins import KEY
from queues.models import Job
from queues.tests.given import at_once

pytestmark = pytest.mark.django_db


def refusal_of(*orders) -> Any:
    with pytest.raises(QuoteRefused) as refused:
        till(*orders)
    return [reason.code for reason in refused.value.reasons]


def test_a_checkout_knows_its_session_and_holds_the_slot(stripe, settings):
    order = quoted()

    checkout = till(order)

    session = stripe.http.get(f"/v1/checkout/sessions/{checkout.stripe_session_id}", headers=KEY).json()
    assert (checkout.status, checkout.amount_minor, checkout.currency, checkout.attempt) == ("open", 4900, "usd", 1)
    assert checkout.url == session["url"]
    assert session["client_reference_id"] == str(checkout.pk)
    assert session["metadata"] == {"checkout": str(checkout.pk)}
    assert (session["amount_total"], session["currency"]) == (4900, "usd")
    assert session["success_url"] == f"{settings.SITE_URL}/orders/{order.pk}/?paid=1"
    assert session["cancel_url"] == f"{settings.SITE_URL}/orders/{order.pk}/"
    assert "ord_" not in str(session)
    assert checkout.items.get().holds_slot
    assert history(order) == [OrderStatus.AWAITING_PAYMENT]
    assert not Job.objects.exists()


def test_asked_again_it_is_the_same_checkout(stripe):
    order = quoted()

    first, second = till(order), till(order)

    assert (first.pk, first.url) == (second.pk, second.url)
    assert Checkout.objects.count() == 1


def test_another_set_of_orders_ends_the_first_session_at_stripe(stripe):
    one, two = quoted(), quoted()
    alone = till(one)

    both = till(one, two)

    alone.refresh_from_db()
    assert alone.status == CheckoutStatus.EXPIRED
    assert stripe.newest_event(alone.stripe_session_id)["type"] == "checkout.session.expired"
    assert (both.amount_minor, both.items.count(), both.attempt) == (9800, 2, 2)
    assert CheckoutItem.objects.filter(holds_slot=True).count() == 2
    hear(stripe, alone.stripe_session_id)
    one.refresh_from_db()
    assert one.status == OrderStatus.AWAITING_PAYMENT


def test_a_checkout_about_to_expire_is_replaced(stripe):
    order = quoted()
    old = till(order)
    Checkout.objects.filter(pk=old.pk).update(expires_at=timezone.now() + timedelta(seconds=30))

    new = till(order)

    assert new.pk != old.pk
    assert CheckoutItem.objects.get(holds_slot=True).checkout == new


def test_what_is_being_paid_or_is_paid_is_not_sold_again(stripe):
    paid_unheard, pending, paid = quoted(), quoted(), bought(stripe)
    stripe.pay(till(paid_unheard).url)
    pay(stripe, till(pending), "pay_later")
    other = quoted()

    with pytest.raises(AlreadyPaid):
        till(paid_unheard, other)
    with pytest.raises(AlreadyPaid):
        till(pending)
    with pytest.raises(WrongState):
        till(paid)

    assert Checkout.objects.count() == 3


def test_an_order_nobody_knows_is_not_there(stripe):
    order = quoted()

    for ids in ([], [order.pk, Order().pk]):
        with pytest.raises(NoSuchOrder):
            open_checkout(order_ids=ids, actor=customer_of(order))
    assert not Checkout.objects.exists()


def test_two_orders_for_one_last_slot_do_not_fit_into_one_checkout(stripe):
    article = article_for_sale(ONE_SLOT)

    assert refusal_of(quoted(article), quoted(article)) == ["no_slot_left"]
    assert not Checkout.objects.exists()


def test_two_orders_to_one_website_in_one_article_do_not_either(stripe):
    article = article_for_sale()
    first = quoted(article)

    assert refusal_of(first, quoted(article, target_url=first.target_url + "2")) == ["target_already_linked"]


@pytest.mark.django_db(transaction=True)
def test_of_two_who_want_the_last_slot_at_once_one_is_refused_before_paying(stripe):
    article = article_for_sale(ONE_SLOT)
    one, two = quoted(article), quoted(article)

    outcomes = at_once(lambda: till(one), lambda: till(two))

    refused = [outcome for outcome in outcomes if isinstance(outcome, QuoteRefused)]
    opened = [outcome for outcome in outcomes if isinstance(outcome, Checkout)]
    assert (len(opened), [reason.code for reason in refused[0].reasons]) == (1, ["no_slot_left"])
    assert CheckoutItem.objects.filter(holds_slot=True).count() == 1


@pytest.mark.django_db(transaction=True)
def test_the_same_checkout_asked_for_at_once_is_one_session(stripe):
    order = quoted()

    outcomes = at_once(*[lambda: till(order)] * 3)

    assert len({(checkout.pk, checkout.url) for checkout in outcomes}) == 1
    assert Checkout.objects.count() == 1


@pytest.mark.parametrize("mode", ["500", "nonsense"])
def test_when_stripe_fails_the_slot_is_free_again_and_the_order_can_be_paid_later(stripe, mode, monkeypatch):
    monkeypatch.setattr("stripe._http_client.HTTPClient.INITIAL_DELAY", 0.01)
    article = article_for_sale(ONE_SLOT)
    order = quoted(article)
    stripe.tell("api", mode=mode)

    with pytest.raises(PaymentUnavailable) as error:
        till(order)

    stripe.tell("api", mode="ok")
    assert error.value.retry_after >= 1
    assert (Checkout.objects.get().status, CheckoutItem.objects.get().holds_slot) == ("failed", False)
    assert till(quoted(article)).status == CheckoutStatus.OPEN


def test_an_answer_that_got_lost_is_asked_for_again_and_is_the_same_session(stripe):
    stripe.tell("api", mode="cut", count=1)

    checkout = till(quoted())

    assert checkout.status == CheckoutStatus.OPEN
    assert checkout.url


def test_a_session_stripe_has_forgotten_stands_in_nobodys_way(stripe):
    order, other = quoted(), quoted()
    old = till(order)
    Checkout.objects.filter(pk=old.pk).update(stripe_session_id="cs_test_gone")

    new = till(order, other)

    old.refresh_from_db()
    assert (old.status, new.status) == ("expired", "open")


def test_a_cancelled_order_may_be_paid_for_by_a_new_checkout(stripe):
    order = quoted()
    pay(stripe, till(order), "expire")
    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELLED

    checkout = till(order)

    order.refresh_from_db()
    assert (order.status, checkout.attempt) == (OrderStatus.AWAITING_PAYMENT, 2)
    assert history(order) == ["AWAITING_PAYMENT", "CANCELLED", "AWAITING_PAYMENT"]
    assert order.events.order_by("id").last().actor_type == CUSTOMER


def test_an_order_stands_in_one_open_checkout_at_a_time_even_by_hand(stripe):
    item = till(quoted()).items.get()
    other = till(quoted())

    with pytest.raises(IntegrityError, match="order_in_one_checkout_at_a_time"), transaction.atomic():
        CheckoutItem.objects.create(checkout=other, order=item.order, amount_minor=4900)
