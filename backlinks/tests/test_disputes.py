from typing import Any

import pytest

from audit.models import AuditEntry
from backlinks.models import Order, StripeEvent
from backlinks.tests.given import bought, hear, signed, write
from backlinks.tests.standins import KEY
from backlinks.tests.test_refunds import ask, failed_order
from backlinks.webhooks import receive
from mail.models import EmailLog
from queues.draining import drain
from queues.models import DeadLetter, Job, State

pytestmark = pytest.mark.django_db


def charge_of(stripe, order) -> Any:
    intent = stripe.http.get(f"/v1/payment_intents/{order.paid_by.payment_intent_id}", headers=KEY).json()
    return intent["latest_charge"]


def disputed(stripe, order) -> Any:
    dispute = stripe.tell("dispute", charge=charge_of(stripe, order))
    hear(stripe, dispute["id"])
    order.refresh_from_db()
    return dispute


def test_while_the_payment_is_disputed_nothing_is_written_and_afterwards_it_is(stripe, openai):
    order = bought(stripe)
    dispute = disputed(stripe, order)
    assert order.disputed_at is not None

    write()
    order.refresh_from_db()
    assert order.status == "PROCESSING"
    stripe.tell("dispute_close", dispute=dispute["id"], outcome="won")
    hear(stripe, dispute["id"])
    write()

    order.refresh_from_db()
    assert (order.status, order.disputed_at) == ("QUALITY_CHECK", None)
    jobs = Job.objects.filter(name="integrate-backlink")
    assert [job.state for job in jobs] == [State.COMPLETED] * 2


def test_a_lost_dispute_stays_frozen(stripe):
    order = bought(stripe)
    dispute = disputed(stripe, order)

    stripe.tell("dispute_close", dispute=dispute["id"], outcome="lost")
    hear(stripe, dispute["id"])

    assert Order.objects.get().disputed_at is not None
    assert StripeEvent.objects.latest("received_at").outcome == "lost"


def test_staff_hear_of_a_dispute_and_of_its_end_once_each(stripe, settings):
    settings.ALERT_EMAILS = ["money@copydesk.example"]
    order = bought(stripe)
    dispute = disputed(stripe, order)
    stripe.tell("dispute_update", dispute=dispute["id"], status="under_review")
    hear(stripe, dispute["id"])
    stripe.tell("dispute_close", dispute=dispute["id"], outcome="lost")
    hear(stripe, dispute["id"])
    receive(*signed({**stripe.newest_event(dispute["id"]), "id": "evt_again"}))
    drain(only="apply-stripe-event")

    emails = EmailLog.objects.filter(kind="order_trouble").order_by("queued_at")
    assert [email.context["trouble"] for email in emails] == ["A payment is disputed", "A dispute was lost"]
    assert {email.to for email in emails} == {"money@copydesk.example"}
    assert AuditEntry.objects.filter(action="checkout.frozen").count() == 1


def test_a_refund_that_was_asked_for_before_the_dispute_is_not_given(stripe):
    order = failed_order(bought(stripe))
    refund = ask(order)
    disputed(stripe, order)

    assert drain(only="refund-order") == [("refund-order", "FAILURE")]

    refund.refresh_from_db()
    assert (refund.status, refund.stripe_refund_id) == ("failed", None)
    assert stripe.http.get("/v1/refunds", headers=KEY, params={"charge": charge_of(stripe, order)}).json()["data"] == []
    assert "disputed" in DeadLetter.objects.get().error
