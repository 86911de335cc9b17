"""What the product relies on, asked of our stand-in and of PyPI's localstripe alike: one must not agree only with its
author.

Where localstripe is known to answer otherwise than Stripe, `DEVIATIONS` says so and a test shows it, so that the day it
changes is noticed.
"""

import inspect
from collections.abc import Iterator
from typing import Any

import pytest
import stripe
from localstripe import server

from simulators.tests.localstripe import LocalStripe
from simulators.tests.stand_in import Receiver, StandIn, a_session, choose, client_of, stripe_stand_in

DEVIATIONS = {
    "no Checkout": "there is no hosted page and no session: a payment is made by confirming an intent",
    "keys ignored": "idempotency keys mean nothing, so the same call twice is two refunds",
    "refunds without end": "more can go back than was paid",
    "no error codes": "what is not there is a 404 without `resource_missing`",
    "expanded unasked": "`latest_charge` is the charge itself where Stripe gives its id",
    "silent refunds": "no event tells of a refund or a dispute",
    "open to the world": "its start command listens on every interface; the tests start it on loopback themselves",
}


class Ours:
    """Our stand-in behind the same three words as localstripe."""

    def __init__(self, stand_in: StandIn) -> None:
        self.base, self._stand_in = stand_in.base, stand_in

    def pay(self, client: stripe.StripeClient) -> str:
        session = client.v1.checkout.sessions.create(a_session())
        choose(session, "pay")
        return str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)

    def stop(self) -> None:
        self._stand_in.stop()


@pytest.fixture(scope="module")
def theirs(receiver: Receiver) -> Iterator[LocalStripe]:
    running = LocalStripe(receiver.url)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def ours(receiver: Receiver, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ours]:
    running = Ours(stripe_stand_in(tmp_path_factory.mktemp("contract"), receiver.url))
    yield running
    running.stop()


@pytest.fixture(params=["ours", "theirs"])
def provider(request: pytest.FixtureRequest) -> Any:
    return request.getfixturevalue(request.param)


@pytest.fixture
def client(provider: Any) -> stripe.StripeClient:
    return client_of(provider)


def charge_of(client: stripe.StripeClient, intent: str) -> stripe.Charge:
    found: Any = client.v1.payment_intents.retrieve(intent).latest_charge
    return client.v1.charges.retrieve(found if isinstance(found, str) else found.id)


def test_a_payment_that_went_through_says_what_was_paid(provider: Any, client: stripe.StripeClient) -> None:
    intent = client.v1.payment_intents.retrieve(provider.pay(client))
    charge = charge_of(client, intent.id)

    assert (intent.status, intent.amount, intent.currency, intent.livemode) == ("succeeded", 4900, "eur", False)
    assert intent.to_dict()["metadata"] == {"checkout": "checkout-1"}
    assert (charge.status, charge.amount, charge.currency, charge.payment_intent) == (
        "succeeded",
        4900,
        "eur",
        intent.id,
    )
    assert (charge.paid, charge.captured, charge.amount_refunded, charge.refunded) == (True, True, 0, False)


def test_a_whole_refund_is_told_by_itself_and_by_its_charge(provider: Any, client: stripe.StripeClient) -> None:
    intent = provider.pay(client)

    made = client.v1.refunds.create({"payment_intent": intent, "metadata": {"refund": "7", "attempt": "1"}})

    found, charge = client.v1.refunds.retrieve(made.id), charge_of(client, intent)
    assert made.id.startswith("re_")
    assert (found.status, found.amount, found.currency) == ("succeeded", 4900, "eur")
    assert (found.payment_intent, found.charge) == (intent, charge.id)
    assert found.to_dict()["metadata"] == {"refund": "7", "attempt": "1"}
    assert (charge.amount_refunded, charge.refunded) == (4900, True)


def test_parts_add_up_and_are_listed_by_their_payment(provider: Any, client: stripe.StripeClient) -> None:
    intent, other = provider.pay(client), provider.pay(client)
    client.v1.refunds.create({"payment_intent": other, "amount": 1})

    parts = [client.v1.refunds.create({"payment_intent": intent, "amount": amount}) for amount in (900, 600)]

    listed = client.v1.refunds.list({"payment_intent": intent}).data
    charge = charge_of(client, intent)
    assert {told.id: told.amount for told in listed} == {parts[0].id: 900, parts[1].id: 600}
    assert (charge.amount_refunded, charge.refunded) == (1500, False)


@pytest.mark.parametrize("what", ["payment_intents", "charges", "refunds"])
def test_what_is_not_there_is_a_404(client: stripe.StripeClient, what: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        getattr(client.v1, what).retrieve("xx_unknown")

    assert refusal.value.http_status == 404


def test_a_parameter_nobody_knows_is_refused(provider: Any, client: stripe.StripeClient) -> None:
    asked: Any = {"payment_intent": provider.pay(client), "colour": "blue"}

    with pytest.raises(stripe.InvalidRequestError, match="colour") as refusal:
        client.v1.refunds.create(asked)

    assert refusal.value.http_status == 400


def test_without_a_key_nobody_is_let_in(provider: Any) -> None:
    stranger = stripe.StripeClient("pk_of_these_tests", base_addresses={"api": provider.base}, max_network_retries=0)

    with pytest.raises(stripe.AuthenticationError):
        stranger.v1.refunds.list()


def test_a_payment_is_told_by_a_signed_event(provider: Any, client: stripe.StripeClient, receiver: Receiver) -> None:
    while not receiver.delivered.empty():
        receiver.delivered.get()

    intent = provider.pay(client)

    told: Any = _next_about(receiver, intent)
    assert (told.type, told.object, told.livemode) == ("payment_intent.succeeded", "event", False)
    assert told.id.startswith("evt_")
    assert (told.data.object.id, told.data.object.status) == (intent, "succeeded")


def test_deviation_no_checkout(theirs: LocalStripe) -> None:
    assert theirs.http.post("/v1/checkout/sessions", data={"mode": "payment"}).status_code == 404


def test_deviation_idempotency_keys_are_ignored_there_and_kept_here(provider: Any, client: stripe.StripeClient) -> None:
    intent = provider.pay(client)

    made = [client.v1.refunds.create({"payment_intent": intent, "amount": 100}, {"idempotency_key": f"once:{intent}"})
            for _ in range(2)]  # fmt: skip

    assert len({refund.id for refund in made}) == (1 if isinstance(provider, Ours) else 2)


def test_deviation_refunds_pass_what_was_paid_there_and_not_here(provider: Any, client: stripe.StripeClient) -> None:
    intent = provider.pay(client)
    client.v1.refunds.create({"payment_intent": intent})

    if isinstance(provider, Ours):
        with pytest.raises(stripe.InvalidRequestError):
            client.v1.refunds.create({"payment_intent": intent})
    else:
        client.v1.refunds.create({"payment_intent": intent})
    assert charge_of(client, intent).amount_refunded == (4900 if isinstance(provider, Ours) else 9800)


def test_deviation_no_error_codes_and_the_charge_expanded_unasked(provider: Any, client: stripe.StripeClient) -> None:
    with pytest.raises(stripe.InvalidRequestError) as refusal:
        client.v1.refunds.retrieve("re_unknown")
    latest = client.v1.payment_intents.retrieve(provider.pay(client)).latest_charge

    assert refusal.value.code == ("resource_missing" if isinstance(provider, Ours) else None)
    assert isinstance(latest, str) == isinstance(provider, Ours)


def test_deviation_refunds_are_not_told(theirs: LocalStripe) -> None:
    intent = theirs.pay(client_of(theirs))  # type: ignore[arg-type]
    client_of(theirs).v1.refunds.create({"payment_intent": intent})  # type: ignore[arg-type]

    told = theirs.http.get("/v1/events", params={"limit": "100"}).json()["data"]

    assert [event["type"] for event in told if "refund" in event["type"]] == []


def test_deviation_it_would_listen_on_every_interface() -> None:
    assert "sock.bind(('::', args.port))" in inspect.getsource(server.start)


def _next_about(receiver: Receiver, id: str) -> stripe.Event:
    """Once Stripe's own library has verified its signature."""
    while True:
        event = receiver.take(1)[0]
        if event.data.object["id"] == id:
            return event
