"""Refunds never pass what was paid; disputes stop them."""

import pytest
import stripe

from simulators.tests.stand_in import HTTP, StandIn, a_session, choose


def paid(client: stripe.StripeClient) -> str:
    """The payment intent of a session that was just paid, 49.00 EUR."""
    session = client.v1.checkout.sessions.create(a_session())
    choose(session, "pay")
    return str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)


def charge_of(client: stripe.StripeClient, intent: str) -> stripe.Charge:
    return client.v1.charges.retrieve(str(client.v1.payment_intents.retrieve(intent).latest_charge))


def test_partial_refunds_add_up_and_stop_at_what_was_paid(client: stripe.StripeClient) -> None:
    intent = paid(client)

    part = client.v1.refunds.create({"payment_intent": intent, "amount": 900, "reason": "requested_by_customer"})
    with pytest.raises(stripe.InvalidRequestError) as too_much:
        client.v1.refunds.create({"payment_intent": intent, "amount": 4001})
    rest = client.v1.refunds.create({"payment_intent": intent, "metadata": {"order": "1"}})
    with pytest.raises(stripe.InvalidRequestError) as nothing_left:
        client.v1.refunds.create({"payment_intent": intent})
    charge = charge_of(client, intent)

    assert (part.status, part.amount, part.reason) == ("succeeded", 900, "requested_by_customer")
    assert (too_much.value.param, too_much.value.http_status) == ("amount", 400)
    assert (rest.amount, rest.to_dict()["metadata"], rest.charge) == (4000, {"order": "1"}, charge.id)
    assert nothing_left.value.code == "charge_already_refunded"
    assert (charge.amount_refunded, charge.refunded) == (4900, True)
    assert [one.id for one in client.v1.refunds.list({"payment_intent": intent}).data] == [rest.id, part.id]
    assert client.v1.refunds.retrieve(part.id).amount == 900


def test_an_unpaid_payment_cannot_be_refunded(client: stripe.StripeClient) -> None:
    session = client.v1.checkout.sessions.create(a_session())
    choose(session, "pay_later")
    intent = str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)

    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        client.v1.refunds.create({"payment_intent": intent})


def test_a_pending_refund_that_fails_gives_the_amount_back_to_the_charge(
    client: stripe.StripeClient, stand_in: StandIn
) -> None:
    intent = paid(client)
    stand_in.control("/_control/refunds", outcome="pending")

    refund = client.v1.refunds.create({"payment_intent": intent})
    held = charge_of(client, intent).amount_refunded
    failed = stand_in.control("/_control/refund", refund=refund.id, outcome="failed")

    assert (refund.status, held) == ("pending", 4900)
    assert (failed["status"], failed["failure_reason"]) == ("failed", "unknown")
    assert charge_of(client, intent).amount_refunded == 0
    assert client.v1.refunds.retrieve(refund.id).status == "failed"


def test_a_disputed_charge_is_not_refunded(client: stripe.StripeClient, stand_in: StandIn) -> None:
    intent = paid(client)
    charge = charge_of(client, intent)

    dispute = stand_in.control("/_control/dispute", charge=charge.id)
    with pytest.raises(stripe.InvalidRequestError) as refused:
        client.v1.refunds.create({"payment_intent": intent})
    closed = stand_in.control("/_control/dispute_close", dispute=dispute["id"], outcome="lost")

    assert refused.value.code == "charge_disputed"
    assert charge_of(client, intent).disputed is True
    assert client.v1.disputes.retrieve(dispute["id"]).status == closed["status"] == "lost"


@pytest.mark.parametrize(
    ("params", "param", "code"),
    [
        ({}, "payment_intent", "parameter_missing"),
        ({"payment_intent": "pi_unknown"}, "payment_intent", "resource_missing"),
        ({"charge": "ch_unknown"}, "charge", "resource_missing"),
        ({"charge": "ch_unknown", "amount": 0}, "amount", "parameter_invalid_integer"),
        ({"charge": "ch_unknown", "reason": "bored"}, "reason", None),
    ],
)
def test_a_bad_refund_is_refused_by_name(
    client: stripe.StripeClient, params: dict[str, object], param: str, code: str | None
) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.create(params)  # type: ignore[arg-type]

    assert (refusal.value.param, refusal.value.code) == (param, code)


def test_a_dispute_is_looked_into_and_once_won_the_charge_can_be_refunded(
    client: stripe.StripeClient, stand_in: StandIn
) -> None:
    intent = paid(client)
    dispute = stand_in.control("/_control/dispute", charge=charge_of(client, intent).id)

    looked_into = stand_in.control("/_control/dispute_update", dispute=dispute["id"], status="under_review")
    told = client.v1.events.list({"type": "charge.dispute.updated", "limit": 1}).data[0]
    stand_in.control("/_control/dispute_close", dispute=dispute["id"], outcome="won")
    refund = client.v1.refunds.create({"payment_intent": intent})

    assert looked_into["status"] == "under_review"
    assert told.data.object["id"] == dispute["id"]
    assert refund.status == "succeeded"
    late = stand_in.post("/_control/dispute_update", json={"dispute": dispute["id"], "status": "under_review"})
    assert late.status_code == 400


@pytest.mark.parametrize(
    ("currency", "amount", "refused"),
    [("jpy", 4901, False), ("kwd", 4901, True), ("kwd", 4910, False), ("isk", 4950, True), ("ugx", 490000, False)],
)
def test_amounts_a_currency_does_not_have_are_refused(
    client: stripe.StripeClient, currency: str, amount: int, refused: bool
) -> None:
    asked = a_session()
    asked["line_items"][0]["price_data"].update(currency=currency, unit_amount=amount)

    if refused:
        with pytest.raises(stripe.InvalidRequestError, match="evenly divisible"):
            client.v1.checkout.sessions.create(asked)
    else:
        assert client.v1.checkout.sessions.create(asked).amount_total == amount


@pytest.mark.parametrize(("amount", "currency", "said"), [(4900, "jpy", "4,900 JPY"), (4900, "kwd", "4.900 KWD")])
def test_the_pay_page_writes_amounts_as_the_currency_has_them(
    client: stripe.StripeClient, amount: int, currency: str, said: str
) -> None:
    asked = a_session()
    asked["line_items"][0]["price_data"].update(currency=currency, unit_amount=amount)

    session = client.v1.checkout.sessions.create(asked)

    assert session.url is not None
    assert f"<h1>Pay {said}</h1>" in HTTP.get(session.url).text


def test_a_session_can_be_given_another_reference(client: stripe.StripeClient, stand_in: StandIn) -> None:
    session = client.v1.checkout.sessions.create(a_session())

    stand_in.control("/_control/session", session=session.id, client_reference_id="somebody-else")

    assert client.v1.checkout.sessions.retrieve(session.id).client_reference_id == "somebody-else"


def test_the_state_can_be_asked_about_one_object(client: stripe.StripeClient, stand_in: StandIn) -> None:
    intent = paid(client)
    paid(client)

    told = stand_in.get("/_control/state", params={"object": intent}).json()["events"]

    assert [(event["type"], event["object"]) for event in told] == [("payment_intent.succeeded", intent)]
