import json
import time
from typing import Any

import pytest
import stripe as stripe_library

from backlinks import webhooks
from backlinks.clients.stripe import Forged
from backlinks.models import OrderStatus, StripeEvent
from backlinks.tests.given import WEBHOOK_SECRET, history, quoted, signed, till
from mail.models import EmailLog
from queues.draining import drain
from queues.models import Job
from queues.tests.given import at_once

EVENT = {
    "id": "evt_1",
    "object": "event",
    "type": "checkout.session.completed",
    "data": {"object": {"id": "cs_test_1", "object": "checkout.session"}},
}

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def secrets(settings) -> Any:
    settings.STRIPE_WEBHOOK_SECRETS = [WEBHOOK_SECRET]


def aged(body: bytes, seconds: int) -> Any:
    at = int(time.time()) - seconds
    return stripe_library.WebhookSignature.generate_signature_header(body.decode(), WEBHOOK_SECRET, at)


BODY, SIGNATURE = signed(EVENT)
FORGERIES = {
    "no signature": (BODY, ""),
    "nonsense": (BODY, "t=now,v1=abc"),
    "no such scheme": (BODY, "hello"),
    "another secret": signed(EVENT, "whsec_of_a_stranger"),
    "another body": (BODY.replace(b"evt_1", b"evt_2"), SIGNATURE),
    "too old": (BODY, aged(BODY, 600)),
    "not ASCII": (BODY, "t=1,v1=\xff"),
    "not JSON": (b"{", aged(b"{", 0)),
    "not an object": signed([EVENT]),
    "not an event": signed({"id": "evt_1"}),
    "no object": signed({**EVENT, "data": {}}),
    "an object that is none": signed({**EVENT, "data": {"object": "cs_1"}}),
    "no id": signed({**EVENT, "id": ""}),
    "an id that is none": signed({**EVENT, "id": 5}),
    "an id that is too long": signed({**EVENT, "id": "e" * 256}),
    "a type that is none": signed({**EVENT, "type": None}),
    "a type that is too long": signed({**EVENT, "type": "t" * 101}),
    "an object's id that is none": signed({**EVENT, "data": {"object": {"id": ["cs_1"]}}}),
    "an object's id that is too long": signed({**EVENT, "data": {"object": {"id": "c" * 256}}}),
    "not a number": signed({**EVENT, "created": float("nan")}),
    "half a character": signed({**EVENT, "account": "\ud800"}),
    "NUL": signed({**EVENT, "account": "\0"}),
    "not UTF-8": (b"\xff" + BODY, SIGNATURE),
    "nested too deeply": (b"[" * 100_000, aged(b"[" * 100_000, 0)),
    "too large": signed({**EVENT, "account": "x" * webhooks.LARGEST_BODY}),
}


@pytest.mark.parametrize("forgery", FORGERIES)
def test_what_is_not_from_stripe_is_refused_and_leaves_nothing(forgery):
    with pytest.raises(Forged):
        webhooks.receive(*FORGERIES[forgery])

    assert not StripeEvent.objects.exists()
    assert not Job.objects.exists()


def test_an_event_is_stored_as_it_came_and_its_job_enqueued():
    webhooks.receive(*signed(EVENT))

    event, job = StripeEvent.objects.get(), Job.objects.get()
    assert (event.id, event.type, event.object_id, event.payload) == ("evt_1", EVENT["type"], "cs_test_1", EVENT)
    assert (event.applied_at, event.outcome) == (None, "")
    assert (job.name, job.queue, job.payload) == ("apply-stripe-event", "payments", {"event_id": "evt_1"})


def test_a_second_delivery_changes_nothing():
    webhooks.receive(*signed(EVENT))
    webhooks.receive(*signed({**EVENT, "type": "refund.updated"}))

    assert StripeEvent.objects.get().type == EVENT["type"]
    assert Job.objects.count() == 1


def test_while_secrets_rotate_both_are_good(settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_new", WEBHOOK_SECRET]

    webhooks.receive(*signed(EVENT))
    webhooks.receive(*signed({**EVENT, "id": "evt_2"}, "whsec_new"))

    assert StripeEvent.objects.count() == 2


def test_with_no_secret_nothing_is_believed(settings):
    settings.STRIPE_WEBHOOK_SECRETS = []

    with pytest.raises(Forged):
        webhooks.receive(*signed(EVENT, ""))


def test_other_events_are_kept_and_nothing_is_done_about_them():
    webhooks.receive(*signed({**EVENT, "type": "payment_intent.succeeded"}))

    event = StripeEvent.objects.get()
    assert (event.outcome, event.applied_at is None) == ("ignored", False)
    assert not Job.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_five_deliveries_at_once_are_one_event_one_job_one_order_and_one_email(stripe):
    order = quoted()
    checkout = till(order)
    stripe.pay(checkout.url)
    event = stripe.newest_event(checkout.stripe_session_id)
    delivery = signed(event)

    outcomes = at_once(*[lambda: webhooks.receive(*delivery)] * 5)
    drain(only="apply-stripe-event")
    webhooks.receive(*delivery)
    drain(only="apply-stripe-event")

    order.refresh_from_db()
    assert outcomes == [None] * 5
    assert json.loads(delivery[0]) == StripeEvent.objects.get().payload
    assert history(order) == [OrderStatus.AWAITING_PAYMENT, OrderStatus.PROCESSING]
    assert Job.objects.filter(name="apply-stripe-event").count() == 1
    assert Job.objects.filter(name="integrate-backlink").count() == 1
    assert [email.kind for email in EmailLog.objects.all()] == ["request_received"]


@pytest.mark.parametrize("kind", ["charge.dispute.funds_withdrawn", "refund.archived", "checkout.session.other"])
def test_events_beside_those_we_heed_are_ignored_too(kind):
    webhooks.receive(*signed({**EVENT, "type": kind}))

    assert StripeEvent.objects.get().outcome == "ignored"
    assert not Job.objects.exists()


def test_an_event_with_the_longest_id_there_may_be_is_taken():
    webhooks.receive(*signed({**EVENT, "id": "e" * 200}))

    assert Job.objects.get().payload == {"event_id": "e" * 200}
