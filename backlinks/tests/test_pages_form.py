"""The order form: what it refuses, what it keeps, and where it leads."""

import pytest
from django.test import Client

from accounts.models import RateWindow
from articles.models import Article
from backlinks import checkout, quoting
from backlinks.models import Checkout, Order, OrderStatus
from backlinks.tests.given import NO_SLOT, article_for_sale, quoted, till
from backlinks.tests.looking import EVIL, browser, form_page, heading, page, plain_static, words  # noqa: F401

pytestmark = pytest.mark.django_db

FILLED = {
    "target_url": "https://shop.example.com/guide?a=1&b=2",
    "anchor_text": "a guide for beginners",
    "customer_notes": "Our guide\r\nhas pictures.",
    "email": "ada@example.com",
    "consent": "on",
}


def test_form_says_what_is_bought_and_what_it_costs(client):
    article = article_for_sale()

    response = client.get(form_page(article))

    assert response.status_code == 200
    text = words(response)
    assert heading(response) == "Place a link in this article"
    assert article.title in text
    assert "$49.00" in text
    assert 'rel="sponsored"' in text
    assert "An editor decides what is published." in text


def test_good_order_leads_to_the_page_to_pay_on_and_this_browser_knows_it(client, stripe):
    article = article_for_sale()

    response = client.post(form_page(article), FILLED)

    order, checkout = Order.objects.get(), Checkout.objects.get()
    assert (response.status_code, response["Location"]) == (303, checkout.url)
    assert checkout.url.startswith(stripe.base)
    assert (order.target_url, order.anchor_text) == (FILLED["target_url"], FILLED["anchor_text"])
    assert (order.customer_notes, order.email) == ("Our guide\nhas pictures.", "ada@example.com")
    assert client.get(page(order)).status_code == 200


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("target_url", "", "Say where the link should lead"),
        ("target_url", "http://shop.example.com/", "The address must begin with https://"),
        ("target_url", "https://127.0.0.1/", "Link to a domain name, not to an IP address."),
        ("target_url", "https://shop.example.com/" + "a" * 2048, "at most 2048 characters"),
        ("target_url", "https://shop.example.com/\x00", "Null characters are not allowed."),
        ("anchor_text", "", "Say which words readers will see"),
        ("anchor_text", "here", "Use at least 2 words"),
        ("anchor_text", "x" * 81, "Use at most 80 characters; this has 81."),
        ("anchor_text", "the best guide", "which we do not print in or beside a paid link"),
        ("customer_notes", "n" * 501, "Keep the notes to 500 characters; this has 501."),
        ("email", "", "We need an address to tell you when the change is ready."),
        ("email", "ada", "It should look like name@example.com"),
        ("consent", "", "Please read what you buy and tick the box to agree."),
    ],
)
def test_error_stands_beside_its_field_and_nothing_typed_is_lost(client, field, value, told):
    article = article_for_sale()
    given = {**FILLED, field: value}

    response = client.post(form_page(article), given)

    assert response.status_code == 422
    form = response.context["form"]
    assert list(form.errors) == [field]
    beside = response.content.decode().split(f'id="id_{field}_error"')[1].split("</div>")[0]
    assert told in beside.replace("&#x27;", "'")
    assert {name: form[name].value() for name in FILLED if name != "consent"} == {
        name: text for name, text in given.items() if name != "consent"
    }
    assert not Order.objects.exists()
    assert not Checkout.objects.exists()


def test_every_error_is_told_at_once(client):
    article = article_for_sale()

    response = client.post(form_page(article), {})

    assert list(response.context["form"].errors) == ["target_url", "anchor_text", "email", "consent"]


def test_decomposed_accents_of_the_anchor_are_composed(client, stripe):
    article = article_for_sale()

    client.post(form_page(article), {**FILLED, "anchor_text": "a cafe\N{COMBINING ACUTE ACCENT} at home"})

    assert Order.objects.get().anchor_text == "a café at home"


def test_target_that_is_sold_already_is_told_at_the_top_with_other_articles(client, stripe):
    article = article_for_sale()
    till(quoted(article, target_url="https://shop.example.com/other"))

    response = client.post(form_page(article), FILLED)

    assert response.status_code == 422
    assert response.context["form"].non_field_errors() == [
        "A link to shop.example.com in this article is sold already, or about to be. "
        "Please choose another article, or try again in half an hour."
    ]
    assert "See the other articles" in words(response)
    assert FILLED["anchor_text"] in response.content.decode()
    assert Order.objects.count() == 1


def test_own_unpaid_order_of_the_article_is_pointed_out(client, stripe):
    article = article_for_sale()
    client.post(form_page(article), FILLED)

    response = client.get(form_page(article))

    order = Order.objects.get()
    assert f"You began order {order.reference} for this article" in words(response)
    assert page(order) in response.content.decode()
    assert order.reference not in words(Client().get(form_page(article)))


def test_article_without_room_says_why_and_offers_others_without_a_form(client):
    full, other = article_for_sale(NO_SLOT), article_for_sale()

    response = client.get(form_page(full))

    assert response.status_code == 200
    assert heading(response) == "This article cannot take a link"
    assert "too short to carry one" in words(response)
    assert form_page(other) in response.content.decode()
    assert "<form" not in response.content.decode()


def test_unknown_and_unpublished_articles_are_not_found(client):
    article = article_for_sale()
    Article.objects.filter(pk=article.pk).update(status=Article.Status.ARCHIVED)

    assert client.get(form_page(article)).status_code == 404
    assert client.post(form_page(article), FILLED).status_code == 404
    assert client.get("/articles/nowhere/link/").status_code == 404
    assert not Order.objects.exists()


def test_stripe_down_keeps_the_order_and_offers_to_pay_again(client, stripe):
    article = article_for_sale()
    stripe.tell("api", mode="down")

    response = client.post(form_page(article), FILLED, follow=True)

    order = Order.objects.get()
    assert response.redirect_chain == [(page(order), 303)]
    assert "We could not reach the payment page just now." in words(response)
    assert "Pay $49.00" in words(response)
    assert order.status == OrderStatus.AWAITING_PAYMENT


def test_too_many_orders_are_told_to_wait_and_keep_what_was_typed(client, monkeypatch):
    article = article_for_sale()
    monkeypatch.setattr(quoting, "QUOTES_PER_MINUTE", 0)

    response = client.post(form_page(article), FILLED)

    assert response.status_code == 429
    assert 1 <= int(response["Retry-After"]) <= 60
    assert "please try again in a minute" in words(response)
    assert FILLED["anchor_text"] in response.content.decode()
    assert not Order.objects.exists()


@pytest.mark.parametrize("limit", ["PER_NETWORK_AND_MINUTE", "PER_NETWORK_AND_RESERVATION"])
def test_who_begins_too_many_payments_is_told_to_wait_and_holds_no_slot(stripe, monkeypatch, limit):
    order = quoted()
    client = browser(order)
    monkeypatch.setattr(checkout, limit, 1)
    client.post(page(order, "pay/"))
    Checkout.objects.update(status="failed")

    response = client.post(page(order, "pay/"), follow=True)

    assert "Too many payments were begun from your connection" in words(response)
    assert Checkout.objects.count() == 1


def test_an_address_that_no_payment_page_would_take_is_refused_at_its_field(client):
    article = article_for_sale()

    response = client.post(form_page(article), {**FILLED, "email": "jo@localhost"})

    assert response.status_code == 422
    assert response.context["form"].errors["email"] == [
        "This is not an email address. It should look like name@example.com"
    ]


def test_form_needs_its_csrf_token():
    article = article_for_sale()

    response = Client(enforce_csrf_checks=True).post(form_page(article), FILLED)

    assert response.status_code == 403
    assert not Order.objects.exists()


def test_markup_that_was_typed_comes_back_as_text(client):
    article = article_for_sale()

    response = client.post(form_page(article), dict.fromkeys(FILLED, f'">{EVIL}'))

    assert response.status_code == 422
    assert EVIL not in response.content.decode()
    assert response.content.decode().count("&lt;script&gt;") == 4


def test_field_is_checked_while_typing_by_its_syntax_alone(client):
    article = article_for_sale()
    check = f"{form_page(article)}check/"

    bad = client.post(check, {"target_url": "http://example.com/"})
    good = client.post(check, {"anchor_text": "a guide for beginners"})
    empty = client.post(check, {"anchor_text": ""})

    assert (bad.status_code, words(bad)) == (200, "The address must begin with https://")
    assert (good.status_code, words(good)) == (200, "")
    assert (empty.status_code, words(empty)) == (200, "")
    assert client.get(check).status_code == 405


def test_checks_while_typing_are_limited(client, monkeypatch):
    article = article_for_sale()
    monkeypatch.setattr("backlinks.views.ordering.CHECKS_PER_MINUTE", 0)

    response = client.post(f"{form_page(article)}check/", {"target_url": "http://example.com/"})

    assert response.status_code == 429
    assert RateWindow.objects.count() == 1
