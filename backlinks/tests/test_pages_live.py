"""What a waiting page asks for: nothing while nothing changed, the progress, then the whole order."""

import re

import pytest

from backlinks.models import Order, Refund, RefundStatus
from backlinks.tests.given import bought, hear, quoted, till, write
from backlinks.tests.looking import browser, forms, page, plain_static, words  # noqa: F401
from queues.models import Job, State

pytestmark = pytest.mark.django_db


def asked_for(response):
    """The address the page asks next."""
    found = re.search(r'hx-get="([^"]*)"', response.content.decode())
    assert found
    return found[1].replace("&amp;", "&")


def test_nothing_new_is_no_content(stripe):
    order = bought(stripe)
    client = browser(order)

    response = client.get(asked_for(client.get(page(order))))

    assert (response.status_code, response.content) == (204, b"")


def test_progress_is_swapped_by_itself(stripe):
    order = bought(stripe)
    client = browser(order)
    shown = client.get(page(order))
    job = Job.objects.filter(name="integrate-backlink", subject_id=str(order.pk))
    job.update(state=State.DELAYED, progress=35)

    response = client.get(asked_for(shown))

    assert response.status_code == 200
    assert "HX-Retarget" not in response
    assert response.content.decode().strip().startswith('<div id="live"')
    assert words(response) == "0 % It did not work out yet; we try again by ourselves"
    assert client.get(asked_for(response)).status_code == 204


def test_another_state_swaps_the_whole_order_and_moves_the_focus(stripe, openai):
    order = bought(stripe)
    client = browser(order)
    shown = client.get(page(order))
    write()

    response = client.get(asked_for(shown))

    source = response.content.decode()
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#order", "outerHTML")
    assert f"<title>Your change is ready to read: order {order.reference} – Copydesk</title>" in source
    assert re.search(r"<h1[^>]* autofocus>Your change is ready to read</h1>", source)
    assert "csrfmiddlewaretoken" in source
    assert 'id="live"' not in source


def test_confirmation_of_a_payment_is_waited_for_and_then_shown(stripe):
    order = quoted()
    checkout = till(order)
    client = browser(order)
    shown = client.get(page(order) + "?paid=1")
    assert client.get(asked_for(shown)).status_code == 204
    stripe.pay(checkout.url)
    hear(stripe, checkout.stripe_session_id)

    response = client.get(asked_for(shown))

    assert response["HX-Retarget"] == "#order"
    assert "Request received!" in words(response)


def test_page_that_no_longer_waits_does_not_poll(stripe):
    order = quoted()
    client = browser(order)

    response = client.get(page(order, "live/") + "?seen=x.1")

    assert response["HX-Retarget"] == "#order"
    assert "hx-get" not in response.content.decode()
    assert Order.objects.get(pk=order.pk).status == "AWAITING_PAYMENT"


def test_page_waits_for_a_refund_that_is_under_way(stripe):
    order = bought(stripe)
    Order.objects.filter(pk=order.pk).update(status="FAILED")
    client = browser(order)
    assert b"hx-get" not in client.get(page(order)).content

    price = order.price_minor
    refund = Refund.objects.create(order=order, amount_minor=price, paid_minor=price, status=RefundStatus.PENDING)
    address = asked_for(client.get(page(order)))
    assert client.get(address).status_code == 204
    Refund.objects.filter(pk=refund.pk).update(status=RefundStatus.FAILED)

    response = client.get(address)

    assert response["HX-Retarget"] == "#order"
    assert "did not go through at once" in words(response)
    assert b"hx-get" not in response.content


def test_closing_the_browser_loses_nothing(stripe, openai):
    order = bought(stripe)
    browser(order).get(page(order))
    write()

    another = browser(order).get(page(order))  # by the link of its email

    assert "Your change is ready to read" in words(another)
    assert page(order, "submit/") in forms(another)
