from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from audit.models import AuditEntry
from backlinks import fulfilment
from backlinks.checkout import close
from backlinks.models import Checkout, CheckoutItem, CheckoutStatus, Order, OrderStatus, StripeEvent
from backlinks.tests.given import bought, hear, history, pay, quoted, signed, till
from backlinks.webhooks import receive
from mail.models import EmailLog
from queues.draining import drain
from queues.models import DeadLetter, Job, State

pytestmark = pytest.mark.django_db


def integrations() -> Any:
    return Job.objects.filter(name="integrate-backlink")


def test_a_payment_moves_the_order_once_with_its_job_and_its_email(stripe):
    order = bought(stripe)

    job, email, checkout = integrations().get(), EmailLog.objects.get(), Checkout.objects.get()
    assert (order.status, order.paid_by) == (OrderStatus.PROCESSING, checkout)
    assert order.paid_at is not None
    assert (checkout.status, checkout.items.get().holds_slot) == ("paid", False)
    assert str(checkout.payment_intent_id).startswith("pi_")
    assert job.payload == {"order_id": str(order.pk), "regeneration": 0}
    assert (job.subject_type, job.subject_id, job.key) == ("order", str(order.pk), str(order.pk))
    assert (email.kind, email.to, email.context["price"]) == ("request_received", order.email, "$49.00")
    assert "ord_" not in str(email.context)
    assert history(order) == ["AWAITING_PAYMENT", "PROCESSING"]
    assert StripeEvent.objects.get().outcome == "paid"


def test_another_event_about_a_paid_session_changes_nothing(stripe):
    order = bought(stripe)
    before = Checkout.objects.values().get()
    event = stripe.newest_event(order.paid_by.stripe_session_id)

    receive(*signed({**event, "id": "evt_again"}))
    drain(only="apply-stripe-event")

    assert StripeEvent.objects.get(pk="evt_again").outcome == "already_paid"
    assert Checkout.objects.values().get() == before
    assert integrations().count() == 1
    assert not AuditEntry.objects.filter(action="checkout.overpaid").exists()


def test_several_orders_of_one_checkout_all_begin(stripe):
    orders = [quoted(), quoted(), quoted()]

    pay(stripe, till(*orders))

    assert {order.status for order in Order.objects.all()} == {"PROCESSING"}
    assert integrations().count() == 3
    assert EmailLog.objects.filter(kind="request_received").count() == 3


def test_an_event_that_comes_before_the_session_was_stored_settles_it_all_the_same(stripe):
    checkout = till(quoted())
    stripe.pay(checkout.url)
    Checkout.objects.filter(pk=checkout.pk).update(stripe_session_id=None, url="")

    hear(stripe, checkout.stripe_session_id)

    settled = Checkout.objects.get()
    assert (settled.status, settled.stripe_session_id) == ("paid", checkout.stripe_session_id)


def test_events_that_lie_are_not_believed(stripe):
    """Signed and saying it is paid, about a session that is still open at Stripe."""
    order = quoted()
    checkout = till(order)
    session = {"id": checkout.stripe_session_id, "payment_status": "paid", "status": "complete"}
    receive(*signed({"id": "evt_lie", "type": "checkout.session.completed", "data": {"object": session}}))

    drain(only="apply-stripe-event")

    order.refresh_from_db()
    assert (order.status, StripeEvent.objects.get().outcome) == ("AWAITING_PAYMENT", "still_open")
    assert not integrations().exists()


@pytest.mark.parametrize(
    ("column", "value", "said"),
    [("amount_minor", 100, "amount is 4900, expected 100"), ("currency", "eur", "currency is usd, expected eur")],
)
def test_a_payment_of_another_amount_or_currency_moves_nothing_and_tells_staff(stripe, column, value, said):
    order = quoted()
    checkout = till(order)
    Checkout.objects.filter(pk=checkout.pk).update(**{column: value})

    pay(stripe, checkout)

    order.refresh_from_db()
    entry = AuditEntry.objects.get(action="checkout.mismatched")
    assert order.status == OrderStatus.AWAITING_PAYMENT
    assert entry.after == {"differences": [said]}
    assert DeadLetter.objects.get().name == "apply-stripe-event"
    assert not integrations().exists()
    assert not EmailLog.objects.exists()


def test_a_session_whose_reference_was_changed_is_closed_and_the_customer_may_try_again(stripe, settings):
    settings.ALERT_EMAILS = ["money@copydesk.example"]
    order = quoted()
    checkout = till(order)
    stripe.tell("session", session=checkout.stripe_session_id, client_reference_id="somebody-else")

    assert reconcile() == ["FAILURE"]

    order.refresh_from_db()
    checkout.refresh_from_db()
    said = f"reference is somebody-else, expected {checkout.pk}"
    assert (order.status, checkout.status, checkout.items.get().holds_slot) == ("CANCELLED", "failed", False)
    assert AuditEntry.objects.get(action="checkout.mismatched").after == {"differences": [said]}
    assert stripe.newest_event(checkout.stripe_session_id)["type"] == "checkout.session.expired"
    assert [email.kind for email in EmailLog.objects.order_by("kind")] == ["order_trouble", "payment_failed"]
    assert till(order).status == CheckoutStatus.OPEN


def test_a_paid_session_whose_reference_was_changed_waits_for_staff(stripe):
    order = quoted()
    checkout = till(order)
    stripe.pay(checkout.url)
    stripe.tell("session", session=checkout.stripe_session_id, client_reference_id="somebody-else")

    assert reconcile() == ["FAILURE"]

    order.refresh_from_db()
    checkout.refresh_from_db()
    assert (order.status, checkout.status) == ("AWAITING_PAYMENT", "failed")
    assert not integrations().exists()
    assert not EmailLog.objects.exists()


def test_play_money_buys_nothing_where_the_key_is_real(stripe, settings):
    order = quoted()
    checkout = till(order)
    stripe.pay(checkout.url)
    receive(*signed(stripe.newest_event(checkout.stripe_session_id)))
    settings.STRIPE_SECRET_KEY = "sk_test_of_these_tests"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("backlinks.clients.stripe.LIVE_KEYS", ("sk_test_",))
        drain(only="apply-stripe-event")

    order.refresh_from_db()
    assert order.status == OrderStatus.AWAITING_PAYMENT
    assert AuditEntry.objects.get(action="checkout.mismatched").after == {
        "differences": ["livemode is False, expected True"]
    }


def test_a_second_payment_for_a_paid_order_is_noted_for_staff_and_moves_nothing(stripe):
    order = quoted()
    first = till(order)
    CheckoutItem.objects.update(holds_slot=False)
    second = till(order)
    pay(stripe, first)

    pay(stripe, second)

    order.refresh_from_db()
    assert (order.status, order.paid_by) == (OrderStatus.PROCESSING, first)
    assert AuditEntry.objects.get(action="checkout.overpaid").after == {"orders": [str(order.pk)]}
    assert StripeEvent.objects.latest("received_at").outcome == "overpaid"
    assert integrations().count() == 1
    assert EmailLog.objects.count() == 1


def test_nobody_paid_in_time(stripe):
    order = quoted()

    pay(stripe, till(order), "expire")

    order.refresh_from_db()
    assert order.status == OrderStatus.CANCELLED
    assert (Checkout.objects.get().status, CheckoutItem.objects.get().holds_slot) == ("expired", False)
    assert not integrations().exists()
    email = EmailLog.objects.get()
    assert (email.kind, email.to, email.context["expired"]) == ("payment_failed", order.email, True)
    assert email.context["price"] == "$49.00"


def test_an_order_nobody_paid_is_paid_at_a_second_try(stripe):
    order = quoted()
    pay(stripe, till(order), "expire")

    pay(stripe, till(order))

    assert history(order) == ["AWAITING_PAYMENT", "CANCELLED", "AWAITING_PAYMENT", "PROCESSING"]
    assert [email.kind for email in EmailLog.objects.order_by("kind")] == ["payment_failed", "request_received"]


def test_each_try_that_comes_to_nothing_is_told_once(stripe):
    order = quoted()
    for _ in range(2):
        checkout = till(order)
        pay(stripe, checkout, "expire")
        receive(*signed({**stripe.newest_event(checkout.stripe_session_id), "id": f"evt_again_{checkout.pk}"}))
        drain(only="apply-stripe-event")

    assert EmailLog.objects.filter(kind="payment_failed").count() == 2


def test_who_typed_somebody_elses_address_cannot_have_us_write_to_them_what_they_like_or_often(stripe):
    theirs = [quoted(anchor_text=f"our rare watches {n}", email="victim@example.com") for n in range(5)]

    for order in theirs:
        pay(stripe, till(order), "expire")

    emails = EmailLog.objects.filter(to="victim@example.com")
    assert emails.count() == 3
    assert not any("watches" in str(email.context) or "https://" in str(email.context) for email in emails)


def test_a_checkout_the_customer_replaced_is_no_failed_payment(stripe):
    one, two = quoted(), quoted()
    alone = till(one)
    till(one, two)
    hear(stripe, alone.stripe_session_id)

    assert not EmailLog.objects.exists()


def test_a_slow_payment_keeps_its_slot_until_the_money_comes(stripe):
    order = quoted()
    checkout = till(order)
    pay(stripe, checkout, "pay_later")
    order.refresh_from_db()
    checkout.refresh_from_db()
    assert (order.status, checkout.status, checkout.items.get().holds_slot) == ("AWAITING_PAYMENT", "pending", True)
    assert not integrations().exists()

    stripe.tell("async", session=checkout.stripe_session_id, outcome="succeeded")
    hear(stripe, checkout.stripe_session_id)

    order.refresh_from_db()
    assert (order.status, CheckoutItem.objects.get().holds_slot) == ("PROCESSING", False)
    assert integrations().count() == 1


def test_a_slow_payment_that_fails_leaves_the_order_payable(stripe):
    order = quoted()
    checkout = till(order)
    pay(stripe, checkout, "pay_later")

    stripe.tell("async", session=checkout.stripe_session_id, outcome="failed")
    hear(stripe, checkout.stripe_session_id)

    order.refresh_from_db()
    checkout.refresh_from_db()
    assert (order.status, checkout.status) == ("CANCELLED", "failed")
    assert EmailLog.objects.get(kind="payment_failed").context["expired"] is False
    assert till(order).status == CheckoutStatus.OPEN


def test_events_out_of_order_end_in_the_same_state(stripe):
    order = quoted()
    checkout = till(order)
    stripe.pay(checkout.url, "pay_later")
    early = stripe.newest_event(checkout.stripe_session_id)
    stripe.tell("async", session=checkout.stripe_session_id, outcome="succeeded")

    hear(stripe, checkout.stripe_session_id)
    receive(*signed(early))
    drain(only="apply-stripe-event")

    order.refresh_from_db()
    assert history(order) == ["AWAITING_PAYMENT", "PROCESSING"]
    assert integrations().count() == 1


def test_sessions_of_somebody_else_on_the_account_are_left_alone(stripe):
    checkout = till(quoted())
    stripe.pay(checkout.url)
    CheckoutItem.objects.all().delete()
    Checkout.objects.all().delete()

    hear(stripe, checkout.stripe_session_id)

    assert StripeEvent.objects.get().outcome == "not_ours"


def test_an_outage_of_stripe_is_waited_out_uncharged(stripe, monkeypatch):
    monkeypatch.setattr("stripe._http_client.HTTPClient.INITIAL_DELAY", 0.01)
    checkout = till(quoted())
    stripe.pay(checkout.url)
    receive(*signed(stripe.newest_event(checkout.stripe_session_id)))
    stripe.tell("api", mode="500")

    assert drain(only="apply-stripe-event") == [("apply-stripe-event", "RETRY")]

    job = Job.objects.get(name="apply-stripe-event")
    assert (job.state, job.attempt, job.postponements) == (State.DELAYED, 0, 1)
    stripe.tell("api", mode="ok")
    assert drain(only="apply-stripe-event", advance=True) == [("apply-stripe-event", "SUCCESS")]
    assert Order.objects.get().status == OrderStatus.PROCESSING


def reconcile() -> Any:
    Checkout.objects.update(created_at=timezone.now() - timedelta(minutes=3))
    from backlinks.fulfilment import reconcile as look_again

    look_again()
    return [outcome for name, outcome in drain(only="settle-checkout")]


def test_a_lost_webhook_loses_no_order(stripe):
    order, waiting, gone = quoted(), quoted(), quoted()
    stripe.pay(till(order).url)
    till(waiting)
    stripe.pay(till(gone).url, "expire")

    assert reconcile() == ["SUCCESS"] * 3

    assert [Order.objects.get(pk=each.pk).status for each in (order, waiting, gone)] == [
        "PROCESSING",
        "AWAITING_PAYMENT",
        "CANCELLED",
    ]
    assert integrations().get().subject_id == str(order.pk)


def test_a_checkout_without_a_page_or_with_one_stripe_forgot_gives_its_slot_back(stripe):
    for session_id in (None, "cs_test_forgotten"):
        Checkout.objects.filter(pk=till(quoted()).pk).update(stripe_session_id=session_id)

    reconcile()

    assert {(checkout.status, checkout.items.get().holds_slot) for checkout in Checkout.objects.all()} == {
        ("failed", False)
    }
    assert {order.status for order in Order.objects.all()} == {"CANCELLED"}


def test_a_checkout_that_got_its_page_meanwhile_is_left_alone(stripe):
    """Between the job's look at it and its lock."""
    order = quoted()
    checkout = till(order)

    assert fulfilment.settle_lost(checkout.pk, None) == "still_open"

    pay(stripe, checkout)
    assert Order.objects.get().status == OrderStatus.PROCESSING


def test_young_checkouts_and_ended_ones_are_left_alone(stripe):
    till(quoted())
    close(till(quoted()), CheckoutStatus.EXPIRED)

    from backlinks.fulfilment import reconcile as look_again

    assert look_again() == 0
