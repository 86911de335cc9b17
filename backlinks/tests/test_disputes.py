from typing import Any

import pytest

from backlinks.models import Order
from backlinks.tests.given import bought, hear, write
from backlinks.tests.standins import KEY
from queues.models import Job, State

pytestmark = pytest.mark.django_db


def disputed(stripe, order) -> Any:
    intent = stripe.http.get(f"/v1/payment_intents/{order.paid_by.payment_intent_id}", headers=KEY).json()
    dispute = stripe.tell("dispute", charge=intent["latest_charge"])
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
