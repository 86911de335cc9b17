"""What the API answers to whoever asks at the wrong moment, or sends what nobody can read."""

import pytest
from django.test import Client

from backlinks.failing import work_came_to_nothing
from backlinks.models import Order, StripeEvent
from backlinks.tests.calling import holder
from backlinks.tests.given import bought, quoted
from queues.models import Job

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("path", ["regenerate-backlink", "submit-for-review"])
def test_an_unpaid_order_is_in_the_wrong_state_for_both(path):
    order = quoted()

    answer = holder(order).post(path, {"orderId": str(order.pk)})

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert (Order.objects.get().status, Job.objects.exists()) == ("AWAITING_PAYMENT", False)


def test_a_failed_order_is_not_the_customers_to_have_written_again(stripe):
    order = bought(stripe)
    work_came_to_nothing(str(order.pk), reason="It could not be written.")

    answer = holder(order).post("regenerate-backlink", {"orderId": str(order.pk)})

    assert (answer.status_code, answer.json()["code"]) == (409, "wrong_state")
    assert Order.objects.get().status == "FAILED"


def test_a_signature_that_is_not_ascii_is_a_bad_one():
    answer = Client().post(
        "/api/v1/purchase/webhook",
        b"{}",
        content_type="application/json",
        headers={"Stripe-Signature": "t=1,v1=\xff"},
    )

    assert (answer.status_code, answer.json()["code"]) == (400, "bad_signature")
    assert not StripeEvent.objects.exists()
