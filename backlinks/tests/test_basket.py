"""Several links, one payment: what a basket holds, what stops one link alone, and what becomes of each order."""

import re
from typing import Any

import pytest
from django.test import Client

from articles.models import Article
from backlinks import fulfilment
from backlinks.basket import basket_of
from backlinks.findings import Finding, Verdict, keep
from backlinks.models import BasketItem, Checkout, CheckoutItem, Order, OrderStatus, TargetStage
from backlinks.tests.given import ONE_SLOT, article_for_sale, bought, hear, pay, quoted, signed, till
from backlinks.tests.looking import browser, form_page, forms, heading, page, plain_static, words  # noqa: F401
from backlinks.tests.standins import KEY
from backlinks.tests.test_pages_form import FILLED
from backlinks.tests.test_refunds import ask, run
from backlinks.webhooks import receive
from mail.models import EmailLog
from queues.draining import drain
from queues.models import Job

pytestmark = pytest.mark.django_db
BASKET = "/basket/"


def put_aside(client: Client, article: Article, **different: Any) -> Any:
    """By the form, as a visitor does; the newest order."""
    answer = client.post(form_page(article), {**FILLED, "then": "basket", **different})
    assert (answer.status_code, answer["Location"]) == (303, BASKET), words(answer)
    return Order.objects.latest("created_at")


def two_links(client: Client) -> list[Any]:
    return [put_aside(client, article_for_sale()) for _ in range(2)]


def pressed(client: Client, *orders: Order) -> Any:
    return client.post("/basket/pay/", {"order": [str(order.pk) for order in orders]})


def payable(client: Client) -> list[str]:
    """The ids behind the page's buttons."""
    return re.findall(r'name="order" value="([^"]+)"', client.get(BASKET).content.decode())


def statuses() -> list[str]:
    return list(Order.objects.order_by("created_at").values_list("status", flat=True))


def test_an_empty_basket_leads_to_the_articles(client):
    shown = client.get(BASKET)

    assert "Nothing is in it" in words(shown)
    assert '<a class="button" href="/">See the articles</a>' in shown.content.decode()
    assert forms(shown) == []


def test_links_are_put_aside_with_their_price_and_nothing_is_reserved_or_charged(client):
    one, two = two_links(client)
    Article.objects.update(price_minor=9900)

    shown = client.get(BASKET)

    assert "Pay for 2 links, $98.00" in words(shown)
    assert words(shown).count(FILLED["target_url"]) == 2
    assert payable(client) == [str(one.pk), str(two.pk)]
    assert "Basket (2" in words(client.get("/"))
    assert client.cookies["sessionid"]["max-age"] == 90 * 24 * 3600
    assert f'value="{FILLED["email"]}"' in client.get(form_page(article_for_sale())).content.decode()
    assert not Checkout.objects.exists()
    assert not Job.objects.exists()
    assert "Nothing is in it" in words(Client().get(BASKET))


def test_one_payment_makes_one_order_of_each_link_once(client, stripe):
    one, two = two_links(client)

    answer = pressed(client, one, two)

    checkout = Checkout.objects.get()
    session = stripe.http.get(f"/v1/checkout/sessions/{checkout.stripe_session_id}/line_items", headers=KEY).json()[
        "data"
    ]
    assert (answer.status_code, answer["Location"]) == (303, checkout.url)
    assert [(line["amount_total"], line["quantity"]) for line in session] == [(4900, 1), (4900, 1)]
    assert checkout.amount_minor == 9800

    pay(stripe, checkout)
    receive(*signed({**stripe.newest_event(checkout.stripe_session_id), "id": "evt_again"}))
    drain(only="apply-stripe-event")
    Checkout.objects.update(created_at="2026-01-01T00:00Z")
    fulfilment.reconcile()
    drain(only="settle-checkout")

    assert statuses() == ["PROCESSING"] * 2
    assert set(Order.objects.values_list("paid_by", flat=True)) == {checkout.pk}
    assert Job.objects.filter(name="integrate-backlink").count() == 2
    assert EmailLog.objects.filter(kind="request_received").count() == 2
    assert "Nothing is in it" in words(client.get(BASKET))


def test_stripe_leads_back_to_a_page_of_all_links_and_unpaid_to_the_basket(client, stripe, settings):
    orders = two_links(client)
    pressed(client, *orders)
    checkout = Checkout.objects.get()
    session = stripe.http.get(f"/v1/checkout/sessions/{checkout.stripe_session_id}", headers=KEY).json()
    assert session["cancel_url"] == f"{settings.SITE_URL}/basket/"
    assert session["success_url"] == f"{settings.SITE_URL}/basket/paid/{checkout.pk}/"
    together = f"/basket/paid/{checkout.pk}/"

    waiting = client.get(together)
    pay(stripe, checkout)
    paid = client.get(together)

    assert heading(waiting) == "Waiting for the payment"
    assert 'hx-trigger="every 2s"' in waiting.content.decode()
    assert heading(paid) == "Request received!"
    assert "One payment of $98.00" in words(paid)
    assert all(page(order) in paid.content.decode() for order in orders)
    assert "Basket (" not in words(paid)
    assert Client().get(together).status_code == 404
    assert words(browser(orders[0]).get(together)).count(f"Order {orders[1].reference}") == 0


def test_checkout_of_several_orders_by_the_api_leads_back_to_an_order(stripe, settings):
    orders = [quoted(), quoted()]
    checkout = till(*orders)

    session = stripe.http.get(f"/v1/checkout/sessions/{checkout.stripe_session_id}", headers=KEY).json()

    first = min(order.pk for order in orders)
    assert session["cancel_url"] == f"{settings.SITE_URL}/orders/{first}/"


def test_a_lost_place_is_said_and_stops_that_link_alone(client, stripe):
    lost, kept = put_aside(client, article_for_sale(ONE_SLOT)), put_aside(client, article_for_sale())
    bought(stripe, lost.article)

    shown = client.get(BASKET)

    assert f"“{lost.article.title}”: Every place for a paid link in this article is taken." in words(shown)
    assert "This link cannot be paid for now; the others can." in words(shown)
    assert "Pay for 1 link, $49.00" in words(shown)
    assert payable(client) == [str(kept.pk)]


def test_a_place_lost_after_the_page_was_opened_charges_nothing(client, stripe):
    lost, kept = put_aside(client, article_for_sale(ONE_SLOT)), put_aside(client, article_for_sale())
    bought(stripe, lost.article)
    before = Checkout.objects.count()

    answer = pressed(client, lost, kept)

    assert (answer.status_code, answer["Location"]) == (303, BASKET)
    assert "Every place for a paid link in this article is taken." in words(client.get(BASKET))
    assert Checkout.objects.count() == before


def test_a_withdrawn_article_is_said_and_stops_that_link_alone(client):
    lost, kept = two_links(client)
    Article.objects.filter(pk=lost.article_id).update(status=Article.Status.ARCHIVED)

    assert f"“{lost.article.title}” is no longer published." in words(client.get(BASKET))
    assert payable(client) == [str(kept.pk)]


def test_a_target_found_unsafe_stops_that_link_alone_for_a_while(client):
    lost, kept = two_links(client)
    bad = Verdict("shop.example.com", [Finding("target_denied", False, "We do not sell links to it.", blocks=True)])
    keep(bad, order=lost, stage=TargetStage.PAYMENT)

    assert "We do not sell links to it." in words(client.get(BASKET))
    assert payable(client) == [str(kept.pk)]

    lost.target_reports.update(at="2026-01-01T00:00Z")
    assert payable(client) == [str(lost.pk), str(kept.pk)]


def test_of_two_links_to_one_website_in_one_article_the_later_is_stopped(client):
    article = article_for_sale()
    first, _second = put_aside(client, article), put_aside(client, article, anchor_text="another good guide")

    assert "A link to shop.example.com in this article is sold already, or about to be." in words(client.get(BASKET))
    assert payable(client) == [str(first.pk)]


def test_links_in_two_currencies_are_two_payments(client, stripe):
    article = article_for_sale()
    Article.objects.filter(pk=article.pk).update(price_minor=4900, currency="jpy")
    yen, dollars = put_aside(client, article), put_aside(client, article_for_sale())

    text = words(client.get(BASKET))

    assert "Pay for 1 link, ¥4,900" in text
    assert "Pay for 1 link, $49.00" in text
    assert pressed(client, yen, dollars)["Location"] == BASKET
    assert not Checkout.objects.exists()


def test_a_link_is_taken_out_by_whoever_knows_it_and_nobody_else(client):
    one, two = two_links(client)
    remove = f"/basket/{one.pk}/remove/"

    assert Client().post(remove).status_code == 404
    assert client.get(remove)["Location"] == BASKET
    assert BasketItem.objects.count() == 2

    assert client.post(remove).status_code == 303
    assert payable(client) == [str(two.pk)]
    assert Order.objects.get(pk=one.pk).status == OrderStatus.AWAITING_PAYMENT


def test_nobody_pays_for_links_he_does_not_know_or_that_are_gone(client, stripe):
    one, two = two_links(client)
    strangers = quoted()
    BasketItem.objects.create(order=strangers)

    for asked in ([one, strangers], [strangers], []):
        answer = pressed(client, *asked)
        assert (answer.status_code, answer["Location"]) == (303, BASKET)
    client.post(f"/basket/{two.pk}/remove/")
    assert pressed(client, one, two)["Location"] == BASKET

    assert "Your basket has changed since you opened it, so nothing was charged." in words(client.get(BASKET))
    assert not Checkout.objects.exists()


def test_forms_of_the_basket_need_their_csrf_token():
    client = Client(enforce_csrf_checks=True)
    order = quoted()

    assert client.post("/basket/pay/", {"order": [str(order.pk)]}).status_code == 403
    assert client.post(f"/basket/{order.pk}/remove/").status_code == 403
    assert not Checkout.objects.exists()


def test_a_full_basket_takes_no_further_link_and_keeps_what_was_typed(client, monkeypatch):
    monkeypatch.setattr("backlinks.basket.MOST_LINKS", 2)
    two_links(client)

    answer = client.post(form_page(article_for_sale()), {**FILLED, "then": "basket"})

    assert answer.status_code == 422
    assert "which is the most for one payment" in words(answer)
    assert FILLED["anchor_text"] in answer.content.decode()
    assert Order.objects.count() == 2


def test_a_payment_page_that_expired_frees_every_place_and_the_links_stay_in_the_basket(client, stripe):
    orders = two_links(client)
    pressed(client, *orders)

    pay(stripe, Checkout.objects.get(), "expire")

    assert statuses() == ["CANCELLED"] * 2
    assert not CheckoutItem.objects.filter(holds_slot=True).exists()
    assert payable(client) == [str(order.pk) for order in orders]
    assert heading(client.get(f"/basket/paid/{Checkout.objects.get().pk}/")) == "Not paid"
    assert pressed(client, *orders)["Location"] == Checkout.objects.latest("created_at").url


def test_a_payment_on_its_way_is_not_asked_for_again(client, stripe):
    orders = two_links(client)
    pressed(client, *orders)
    pay(stripe, Checkout.objects.get(), "pay_later")

    shown = client.get(BASKET)

    assert words(shown).count("Its payment is on its way.") == 2
    assert payable(client) == []
    assert pressed(client, *orders)["Location"] == BASKET
    assert "Nothing more was charged." in words(client.get(BASKET))
    assert Checkout.objects.count() == 1


def test_stripe_away_keeps_the_basket(client, stripe):
    orders = two_links(client)
    stripe.tell("api", mode="down")

    pressed(client, *orders)

    stripe.tell("api", mode="ok")
    assert "Your basket is kept and nothing was charged" in words(client.get(BASKET))
    assert payable(client) == [str(order.pk) for order in orders]
    assert not CheckoutItem.objects.filter(holds_slot=True).exists()


def test_refund_of_one_link_gives_back_its_part_and_leaves_the_other(client, stripe):
    one, two = two_links(client)
    pressed(client, one, two)
    pay(stripe, Checkout.objects.get())
    Order.objects.update(status=OrderStatus.FAILED)

    refund = ask(Order.objects.get(pk=one.pk))
    run()
    refund.refresh_from_db()
    hear(stripe, refund.stripe_refund_id)

    told = stripe.http.get("/v1/refunds", headers=KEY, params={"payment_intent": intent()}).json()["data"]
    assert [(each["amount"], each["status"]) for each in told] == [(4900, "succeeded")]
    assert statuses() == ["REFUNDED", "FAILED"]
    assert list(EmailLog.objects.filter(kind="refunded").values_list("subject_id", flat=True)) == [str(one.pk)]
    assert "Total $49.00" in words(browser(two).get(page(two, "receipt/")))


def intent() -> str:
    return str(Checkout.objects.get().payment_intent_id)


def test_the_basket_follows_a_signed_in_customer_and_nobody_else(customer, stranger):
    here, there, other = Client(), Client(), Client()
    for client, user in ((here, customer), (there, customer), (other, stranger)):
        client.force_login(user)

    put_aside(here, article_for_sale())

    assert len(payable(there)) == 1
    assert payable(other) == []


def test_baskets_are_read_with_few_queries(client, django_assert_max_num_queries):
    two_links(client)

    with django_assert_max_num_queries(3 + 2 * 2):
        assert len(basket_of(Order.objects.all()).lines) == 2
