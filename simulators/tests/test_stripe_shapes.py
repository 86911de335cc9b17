"""The objects have the fields that Stripe's own examples have."""

import json
from typing import Any

import pytest
import stripe

from simulators.tests.stand_in import SHARED, StandIn, a_session, choose

FIXTURES = SHARED / "stripe" / "fixtures3.json"
# Fields of the examples that the API only returns when asked to expand them.
EXPANDED_ONLY = {"charge": {"refunds"}}
pytestmark = pytest.mark.skipif(not FIXTURES.exists(), reason="Stripe's examples are not on this machine")


def example(kind: str) -> dict[str, Any]:
    resources: dict[str, dict[str, Any]] = json.loads(FIXTURES.read_text(encoding="utf-8"))["resources"]
    return resources[kind]


@pytest.fixture
def made(client: stripe.StripeClient, stand_in: StandIn) -> dict[str, dict[str, Any]]:
    session = client.v1.checkout.sessions.create(a_session())
    choose(session, "pay")
    paid: Any = client.v1.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent"]})
    charge = client.v1.charges.retrieve(paid.payment_intent.latest_charge)
    refund = client.v1.refunds.create({"charge": charge.id, "amount": 100})
    dispute = stand_in.control("/_control/dispute", charge=charge.id)
    objects = [paid, paid.payment_intent, charge, refund, client.v1.events.list().data[0]]
    lines = client.v1.checkout.sessions.line_items.list(session.id).data
    return {one.object: one.to_dict() for one in [*objects, *lines]} | {"dispute": dispute}


@pytest.mark.parametrize("kind", ["checkout.session", "payment_intent", "charge", "refund", "dispute", "event", "item"])
def test_every_field_of_the_example_is_there(made: dict[str, dict[str, Any]], kind: str) -> None:
    missing = set(example(kind)) - set(made[kind]) - EXPANDED_ONLY.get(kind, set())

    assert missing == set()


@pytest.mark.parametrize("kind", ["checkout.session", "payment_intent", "charge", "refund", "dispute", "event", "item"])
def test_simple_fields_are_of_the_examples_kind(made: dict[str, dict[str, Any]], kind: str) -> None:
    simple = (str, int, bool)
    pairs = {name: (made[kind].get(name), value) for name, value in example(kind).items()}
    wrong = {
        name: both
        for name, both in pairs.items()
        if isinstance(both[0], simple) and isinstance(both[1], simple) and type(both[0]) is not type(both[1])
    }

    assert wrong == {}
