"""Webhooks: signed as Stripe signs, repeated until accepted, and misdelivered when asked to be."""

import time
from pathlib import Path
from typing import Any

import pytest
import stripe

from simulators.stripe.checkout import create
from simulators.stripe.ledger import Ledger, change
from simulators.stripe.store import Store
from simulators.stripe.switches import Switches
from simulators.stripe.webhooks import retry_delay, signature
from simulators.tests.stand_in import Receiver, StandIn, a_session, choose, client_of, eventually, stripe_stand_in

PAID = {"charge.succeeded", "payment_intent.succeeded", "checkout.session.completed"}


@pytest.fixture
def quiet(receiver: Receiver, stand_in: StandIn) -> Receiver:
    """The receiver with nothing left over from another test."""
    eventually(lambda: stand_in.get("/_control/state").json()["pending_deliveries"] == 0)
    while not receiver.delivered.empty():
        receiver.delivered.get()
    receiver.statuses.clear()
    return receiver


def pay(client: stripe.StripeClient, outcome: str = "pay") -> stripe.checkout.Session:
    session = client.v1.checkout.sessions.create(a_session())
    choose(session, outcome)
    return client.v1.checkout.sessions.retrieve(session.id)


def test_the_signature_is_stripes_own() -> None:
    theirs = stripe.WebhookSignature.generate_signature_header('{"ü": 1}', "whsec_x", 1700000000)

    assert signature('{"ü": 1}', "whsec_x", 1700000000) == theirs


def test_retries_come_later_and_later_up_to_half_a_minute() -> None:
    assert [retry_delay(attempts) for attempts in (1, 2, 3, 6, 7, 50)] == [0.5, 1.0, 2.0, 16.0, 30.0, 30.0]


def test_a_payment_tells_three_events_that_stripes_library_verifies(
    client: stripe.StripeClient, stand_in: StandIn, quiet: Receiver
) -> None:
    session = pay(client)

    told = {event.type: event for event in quiet.take(3)}
    completed: Any = told["checkout.session.completed"]

    assert set(told) == PAID
    assert completed.data.object.id == session.id
    assert completed.data.object.payment_status == "paid"
    assert completed.data.object.client_reference_id == "checkout-1"
    assert (completed.livemode, completed.api_version, completed.object) == (False, "2026-10-28.endive", "event")
    assert "_payment_intent_data" not in completed.data.object
    kept = client.v1.events.retrieve(completed.id)
    assert kept.data.object.to_dict() == completed.data.object.to_dict()
    eventually(lambda: client.v1.events.retrieve(completed.id).pending_webhooks == 0)


def test_an_event_is_repeated_until_it_is_accepted(
    client: stripe.StripeClient, stand_in: StandIn, quiet: Receiver
) -> None:
    quiet.statuses.extend([500, 302])

    session = client.v1.checkout.sessions.create(a_session())
    client.v1.checkout.sessions.expire(session.id)
    sent = [quiet.delivered.get(timeout=5) for _ in range(3)]

    assert {delivery.event.type for delivery in sent} == {"checkout.session.expired"}
    assert len({delivery.event.id for delivery in sent}) == 1
    assert sent[1].at - sent[0].at >= 0.5
    assert sent[2].at - sent[1].at >= 1.0
    eventually(lambda: stand_in.get("/_control/state").json()["pending_deliveries"] == 0)
    newest = stand_in.get("/_control/state").json()["events"][0]
    assert [delivery["attempts"] for delivery in newest["deliveries"]] == [3]


def test_duplicates_are_the_same_event_again(client: stripe.StripeClient, stand_in: StandIn, quiet: Receiver) -> None:
    stand_in.control("/_control/webhooks", duplicate=2, only=["checkout.session.completed"])

    pay(client)
    told = quiet.take(5)

    completed = [event.id for event in told if event.type == "checkout.session.completed"]
    assert len(completed) == 3
    assert len(set(completed)) == 1


def test_reordered_events_come_last_first(client: stripe.StripeClient, stand_in: StandIn, quiet: Receiver) -> None:
    stand_in.control("/_control/webhooks", reorder=True)

    pay(client)

    types = [event.type for event in quiet.take(3)]
    assert types == ["checkout.session.completed", "payment_intent.succeeded", "charge.succeeded"]


def test_dropped_events_are_never_sent_but_stay_readable(
    client: stripe.StripeClient, stand_in: StandIn, quiet: Receiver
) -> None:
    stand_in.control("/_control/webhooks", drop=1, only=["checkout.session.completed"])

    session = pay(client)
    told = {event.type for event in quiet.take(2)}
    eventually(lambda: stand_in.get("/_control/state").json()["pending_deliveries"] == 0)
    listed = client.v1.events.list({"type": "checkout.session.completed", "limit": 1})

    assert told == {"charge.succeeded", "payment_intent.succeeded"}
    assert quiet.delivered.empty()
    assert listed.data[0].data.object["id"] == session.id


def test_delayed_events_come_late(client: stripe.StripeClient, stand_in: StandIn, quiet: Receiver) -> None:
    stand_in.control("/_control/webhooks", delay_seconds=0.7)

    pay(client)
    waiting = stand_in.get("/_control/state").json()
    quiet.take(3)

    assert waiting["pending_deliveries"] == 3
    assert all(event["deliveries"][0]["attempts"] == 0 for event in waiting["events"][:3])


def test_an_event_can_be_sent_again_many_times_at_once(
    client: stripe.StripeClient, stand_in: StandIn, quiet: Receiver
) -> None:
    pay(client)
    event = next(event for event in quiet.take(3) if event.type == "checkout.session.completed")

    answered = stand_in.control("/_control/resend", event_id=event.id, times=5, concurrent=True)
    again = quiet.take(5)

    assert [attempt["status"] for attempt in answered["sent"]] == [200] * 5
    assert {one.id for one in again} == {event.id}


@pytest.mark.parametrize(
    ("outcome", "types"),
    [
        ("succeeded", PAID - {"checkout.session.completed"} | {"checkout.session.async_payment_succeeded"}),
        ("failed", {"payment_intent.payment_failed", "checkout.session.async_payment_failed"}),
    ],
)
def test_a_slow_payment_tells_how_it_ended(
    client: stripe.StripeClient, stand_in: StandIn, quiet: Receiver, outcome: str, types: set[str]
) -> None:
    session = pay(client, "pay_later")
    first: Any = quiet.take(1)[0]

    stand_in.control("/_control/async", session=session.id, outcome=outcome)
    told = {event.type for event in quiet.take(len(types))}

    assert (first.type, first.data.object.payment_status) == ("checkout.session.completed", "unpaid")
    assert told == types


def test_refunds_and_disputes_tell_their_events(
    client: stripe.StripeClient, stand_in: StandIn, quiet: Receiver
) -> None:
    intent = str(pay(client).payment_intent)
    charge = str(client.v1.payment_intents.retrieve(intent).latest_charge)
    quiet.take(3)
    stand_in.control("/_control/refunds", outcome="failed")

    client.v1.refunds.create({"payment_intent": intent, "amount": 100})
    refunded = quiet.take(4)
    dispute = stand_in.control("/_control/dispute", charge=charge)
    disputed = quiet.take(1)
    stand_in.control("/_control/dispute_close", dispute=dispute["id"], outcome="won")
    closed: Any = quiet.take(1)[0]

    assert {event.type for event in refunded} == {
        "refund.created", "charge.refunded", "refund.updated", "refund.failed",
    }  # fmt: skip
    assert disputed[0].type == "charge.dispute.created"
    assert (closed.type, closed.data.object.status) == ("charge.dispute.closed", "won")
    assert closed.data.previous_attributes.to_dict() == {"status": "needs_response"}


def test_a_session_whose_time_is_up_expires_by_itself(folder: Path, receiver: Receiver) -> None:
    store = Store(folder)
    two_days_ago = Ledger(store, Switches(), base="http://127.0.0.1:9", now=time.time() - 48 * 3600)
    with change(two_days_ago):
        made = create(two_days_ago, a_session())
    store.close()

    running = stripe_stand_in(folder, receiver.url)
    told: Any = receiver.take(1)[0]
    session = client_of(running).v1.checkout.sessions.retrieve(made["id"])
    running.stop()

    assert (told.type, told.data.object.id) == ("checkout.session.expired", made["id"])
    assert (session.status, session.url) == ("expired", None)


def test_a_restart_goes_on_delivering(folder: Path) -> None:
    absent = Receiver()
    absent.close()
    first = stripe_stand_in(folder, absent.url)
    session = client_of(first).v1.checkout.sessions.create(a_session())
    choose(session, "pay")
    waiting = first.get("/_control/state").json()["pending_deliveries"]
    first.stop()

    back = Receiver(port=absent.port)
    second = stripe_stand_in(folder, absent.url)
    told = {event.type for event in back.take(3)}
    second.stop()
    back.close()

    assert waiting == 3
    assert told == PAID
