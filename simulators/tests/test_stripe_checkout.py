"""Checkout sessions through Stripe's own client and the pay page."""

import time
from typing import Any

import pytest
import stripe

from simulators.tests.stand_in import StandIn, a_session, choose


def test_a_new_session_is_open_and_unpaid(client: stripe.StripeClient, stand_in: StandIn) -> None:
    made = client.v1.checkout.sessions.create(a_session())
    session = client.v1.checkout.sessions.retrieve(made.id)

    assert (session.status, session.payment_status, session.payment_intent) == ("open", "unpaid", None)
    assert (session.amount_total, session.currency, session.livemode) == (4900, "eur", False)
    assert session.client_reference_id == "checkout-1"
    assert session.to_dict()["metadata"] == {"checkout": "checkout-1"}
    assert session.url == f"{stand_in.base}/pay/{session.id}"
    assert session.expires_at == session.created + 24 * 3600
    assert "_payment_intent_data" not in session


def test_paying_charges_once_and_returns_to_the_shop(client: stripe.StripeClient) -> None:
    made = client.v1.checkout.sessions.create(a_session())

    first = choose(made, "pay")
    second = choose(made, "pay")
    session = client.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent.latest_charge", "line_items"]})

    assert (first.status_code, second.status_code) == (303, 303)
    assert first.headers["location"] == second.headers["location"] == f"http://127.0.0.1:9/done?session={made.id}"
    assert (session.status, session.payment_status, session.url) == ("complete", "paid", None)
    intent: Any = session.payment_intent
    assert (intent.status, intent.amount_received, intent.metadata.to_dict()) == (
        "succeeded",
        4900,
        {"checkout": "checkout-1"},
    )
    charge = intent.latest_charge
    assert (charge.amount, charge.paid, charge.payment_intent) == (4900, True, intent.id)
    assert charge.billing_details.email == "customer@example.org"
    assert client.v1.charges.retrieve(charge.id).id == charge.id
    assert session.line_items is not None
    assert [line.description for line in session.line_items.data] == ["Link in an article"]


def test_a_declined_card_leaves_the_session_open_for_another_try(client: stripe.StripeClient) -> None:
    made = client.v1.checkout.sessions.create(a_session())

    declined = choose(made, "decline")
    after = client.v1.checkout.sessions.retrieve(made.id, {"expand": ["payment_intent"]})
    paid = choose(made, "pay")
    session = client.v1.checkout.sessions.retrieve(made.id)

    assert declined.status_code == 402
    assert "Your card was declined" in declined.text
    intent: Any = after.payment_intent
    assert (after.status, intent.status) == ("open", "requires_payment_method")
    assert intent.last_payment_error.code == "card_declined"
    assert paid.status_code == 303
    assert (session.payment_status, session.payment_intent) == ("paid", intent.id)


def test_pay_later_completes_unpaid_until_the_money_arrives(client: stripe.StripeClient, stand_in: StandIn) -> None:
    made = client.v1.checkout.sessions.create(a_session())

    choose(made, "pay_later")
    waiting = client.v1.checkout.sessions.retrieve(made.id)
    stand_in.control("/_control/async", session=made.id, outcome="succeeded")
    arrived = client.v1.checkout.sessions.retrieve(made.id)
    again = stand_in.post("/_control/async", json={"session": made.id, "outcome": "succeeded"})

    assert (waiting.status, waiting.payment_status) == ("complete", "unpaid")
    assert arrived.payment_status == "paid"
    assert (again.status_code, again.json()) == (400, {"error": "This session has no payment on its way."})


def test_an_expired_session_sends_the_customer_back_and_takes_no_payment(client: stripe.StripeClient) -> None:
    made = client.v1.checkout.sessions.create(a_session())

    left = choose(made, "expire")
    tried = choose(made, "pay")
    session = client.v1.checkout.sessions.retrieve(made.id)

    assert (left.status_code, left.headers["location"]) == (303, "http://127.0.0.1:9/back")
    assert tried.status_code == 410
    assert "Nothing was paid" in tried.text
    assert (session.status, session.payment_status, session.payment_intent) == ("expired", "unpaid", None)


def test_the_shop_can_expire_an_open_session_once(client: stripe.StripeClient) -> None:
    made = client.v1.checkout.sessions.create(a_session())

    expired = client.v1.checkout.sessions.expire(made.id)

    assert expired.status == "expired"
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        client.v1.checkout.sessions.expire(made.id)


def test_the_pay_page_says_that_no_money_moves_and_escapes_what_it_shows(
    client: stripe.StripeClient, stand_in: StandIn
) -> None:
    params = a_session()
    params["line_items"][0]["price_data"]["product_data"]["name"] = "<script>alert(1)</script>"
    made = client.v1.checkout.sessions.create(params)

    page = stand_in.get(f"/pay/{made.id}")

    assert page.status_code == 200
    assert "no money moves" in page.text
    assert "49.00 EUR" in page.text
    assert "<script>" not in page.text
    assert "script-src" not in page.headers["content-security-policy"]
    assert page.headers["content-security-policy"].startswith("default-src 'none'")


def test_the_pay_page_refuses_another_outcome_and_an_unknown_session(
    client: stripe.StripeClient, stand_in: StandIn
) -> None:
    made = client.v1.checkout.sessions.create(a_session())

    strange = choose(made, "steal")
    missing = stand_in.get("/pay/cs_test_unknown")

    assert strange.status_code == 400
    assert missing.status_code == 404
    assert client.v1.checkout.sessions.retrieve(made.id).status == "open"


@pytest.mark.parametrize(
    ("changes", "param", "code"),
    [
        ({"colour": "red"}, "colour", "parameter_unknown"),
        ({"mode": None}, "mode", "parameter_missing"),
        ({"mode": "subscription"}, "mode", None),
        ({"line_items": None}, "line_items", "parameter_missing"),
        ({"success_url": None}, "success_url", "parameter_missing"),
        ({"success_url": "not a url"}, "success_url", "url_invalid"),
        ({"customer_email": "nobody"}, "customer_email", None),
        ({"client_reference_id": "x" * 201}, "client_reference_id", None),
        ({"metadata": {"note": "x" * 501}}, "metadata", None),
        ({"metadata": {"k" * 41: "x"}}, "metadata", None),
        ({"metadata": {f"k{n}": "x" for n in range(51)}}, "metadata", None),
        ({"payment_intent_data": {"metadata": {"note": "x" * 501}}}, "payment_intent_data[metadata]", None),
        ({"expires_at": "soon"}, "expires_at", "parameter_invalid_integer"),
        ({"line_items": [{"price": "price_1", "quantity": 1}]}, "line_items[0][price]", "resource_missing"),
    ],
)
def test_a_bad_parameter_is_refused_by_name(
    client: stripe.StripeClient, changes: dict[str, Any], param: str, code: str | None
) -> None:
    params: Any = {name: value for name, value in a_session(**changes).items() if value is not None}

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create(params)

    assert (refusal.value.param, refusal.value.code, refusal.value.http_status) == (param, code, 400)


@pytest.mark.parametrize(
    ("price", "param", "code"),
    [
        ({"unit_amount": "12.5"}, "line_items[0][price_data][unit_amount]", "parameter_invalid_integer"),
        ({"unit_amount": -1}, "line_items[0][price_data][unit_amount]", "parameter_invalid_integer"),
        ({"unit_amount": 49}, "line_items", "amount_too_small"),
        ({"currency": "euros"}, "line_items[0][price_data][currency]", None),
        ({"weight": 1}, "line_items[0][price_data][weight]", "parameter_unknown"),
    ],
)
def test_a_bad_price_is_refused_by_name(
    client: stripe.StripeClient, price: dict[str, Any], param: str, code: str | None
) -> None:
    params = a_session()
    params["line_items"][0]["price_data"].update(price)

    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.create(params)

    assert (refusal.value.param, refusal.value.code) == (param, code)


@pytest.mark.parametrize(("minutes", "accepted"), [(29 - 1, False), (30, True), (24 * 60, True), (24 * 60 + 2, False)])
def test_a_session_lives_between_half_an_hour_and_a_day(
    client: stripe.StripeClient, minutes: int, accepted: bool
) -> None:
    expires_at = int(time.time()) + minutes * 60

    if accepted:
        assert client.v1.checkout.sessions.create(a_session(expires_at=expires_at)).expires_at == expires_at
    else:
        with pytest.raises(stripe.InvalidRequestError) as refusal:
            client.v1.checkout.sessions.create(a_session(expires_at=expires_at))
        assert refusal.value.param == "expires_at"


def test_sessions_are_listed_newest_first_and_page_by_page(client: stripe.StripeClient) -> None:
    made = [client.v1.checkout.sessions.create(a_session()).id for _ in range(3)]

    page = client.v1.checkout.sessions.list({"limit": 2})
    rest = client.v1.checkout.sessions.list({"limit": 1, "starting_after": made[1]})
    walked = [session.id for session in client.v1.checkout.sessions.list({"limit": 1}).auto_paging_iter()]

    assert [session.id for session in page.data] == [made[2], made[1]]
    assert page.has_more is True
    assert rest.data[0].id == made[0]
    assert walked[:3] == made[::-1]


def test_sessions_are_listed_by_status_payment_and_time(client: stripe.StripeClient) -> None:
    made = client.v1.checkout.sessions.create(a_session())
    choose(made, "pay")
    paid = client.v1.checkout.sessions.retrieve(made.id)
    intent: Any = paid.payment_intent

    of_payment = client.v1.checkout.sessions.list({"payment_intent": intent})
    of_future = client.v1.checkout.sessions.list({"created": {"gt": made.created + 3600}})
    opened = client.v1.checkout.sessions.list({"status": "open", "limit": 100})

    assert [session.id for session in of_payment.data] == [made.id]
    assert of_future.data == []
    assert made.id not in [session.id for session in opened.data]


def test_what_is_not_there_is_missing(client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.checkout.sessions.retrieve("cs_test_unknown")

    assert (refusal.value.http_status, refusal.value.code) == (404, "resource_missing")


def test_what_cannot_be_expanded_is_refused(client: stripe.StripeClient) -> None:
    made = client.v1.checkout.sessions.create(a_session())

    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        client.v1.checkout.sessions.retrieve(made.id, {"expand": ["colour"]})
