"""The same article ordered again by the same visitor; and what the form says while it is typed in."""

import pytest

from backlinks.models import Checkout, CheckoutItem, Order
from backlinks.tests.given import ONE_SLOT, article_for_sale, hear, quoted, till
from backlinks.tests.looking import form_page, heading, plain_static, words  # noqa: F401
from backlinks.tests.test_pages_form import FILLED
from mail.models import EmailLog

pytestmark = pytest.mark.django_db


def test_whoever_orders_an_article_again_gives_up_the_checkout_not_paid(client, stripe):
    article = article_for_sale(ONE_SLOT)
    client.post(form_page(article), FILLED)
    first = Checkout.objects.get()
    assert heading(client.get(form_page(article))) == "Place a link in this article"

    again = client.post(form_page(article), {**FILLED, "target_url": "https://other.example.com/"})

    first.refresh_from_db()
    second = Checkout.objects.exclude(pk=first.pk).get()
    assert (again.status_code, again["Location"]) == (303, second.url)
    assert (first.status, second.status) == ("expired", "open")
    assert stripe.newest_event(first.stripe_session_id)["type"] == "checkout.session.expired"
    assert CheckoutItem.objects.get(holds_slot=True).checkout == second
    assert not EmailLog.objects.exists()


def test_an_order_that_is_refused_ends_no_checkout(client, stripe):
    article = article_for_sale(ONE_SLOT)
    client.post(form_page(article), FILLED)

    refused = client.post(form_page(article), {**FILLED, "anchor_text": "the best guide"})

    assert refused.status_code == 422
    assert Checkout.objects.get().status == "open"


def test_somebody_elses_checkout_stands(client, stripe):
    article = article_for_sale(ONE_SLOT)
    till(quoted(article))

    assert heading(client.get(form_page(article))) == "This article cannot take a link"
    assert client.post(form_page(article), FILLED).status_code == 422
    assert Checkout.objects.get().status == "open"


def test_a_checkout_paid_meanwhile_is_not_given_up(client, stripe):
    article = article_for_sale(ONE_SLOT)
    client.post(form_page(article), FILLED)
    paid = Checkout.objects.get()
    stripe.pay(paid.url)

    again = client.post(form_page(article), {**FILLED, "target_url": "https://other.example.com/"}, follow=True)

    assert "Every place for a paid link in this article is taken." in words(again)
    hear(stripe, paid.stripe_session_id)
    statuses = Order.objects.order_by("created_at").values_list("status", flat=True)
    assert list(statuses) == ["PROCESSING", "AWAITING_PAYMENT"]
    assert Checkout.objects.count() == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("target_url", "http://shop.example.com/"),
        ("target_url", "https://user:pass@shop.example.com/"),
        ("target_url", "https://shop.example.com/ page"),
        ("anchor_text", "here"),
        ("anchor_text", "the best guide"),
        ("anchor_text", "see www.example.com now"),
    ],
)
def test_what_is_said_while_typing_is_what_is_said_of_the_order(client, field, value):
    article = article_for_sale()

    typed = client.post(f"{form_page(article)}check/", {field: value})
    ordered = client.post(form_page(article), {**FILLED, field: value})

    assert words(typed)
    assert words(typed) == " ".join(ordered.context["form"].errors[field])
    assert not Order.objects.exists()
