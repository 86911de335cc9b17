"""The receipt: what was paid, when, by which payment, and what went back."""

import pytest
from django.test import Client

from articles.models import Article
from backlinks.tests.given import article_for_sale, bought, hear, pay, quoted, till
from backlinks.tests.looking import browser, page, plain_static, words  # noqa: F401
from backlinks.tests.test_refunds import ask, failed_order, run

pytestmark = pytest.mark.django_db


def receipt(order):
    return browser(order).get(page(order, "receipt/"))


def test_a_paid_order_has_a_receipt_and_its_page_leads_there(stripe):
    order = bought(stripe)

    text = words(receipt(order))

    assert f"Paid, payment {order.paid_by.payment_intent_id} $49.00" in text
    assert "Total $49.00" in text
    assert f"{order.paid_at:%B %Y}" in text
    assert f'href="{page(order, "receipt/")}"' in browser(order).get(page(order)).content.decode()


def test_one_payment_for_several_orders_says_so(stripe):
    one, two = quoted(), quoted()
    pay(stripe, till(one, two))

    text = words(receipt(one))

    assert "Total $49.00" in text
    assert "Part of one payment of $98.00 for several orders." in text


def test_what_went_back_is_counted_once_stripe_says_so(stripe):
    stripe.tell("refunds", outcome="pending")
    order = failed_order(bought(stripe))
    refund = ask(order)
    run()
    assert "Refund started, not confirmed yet" in words(receipt(order))
    assert "Total $49.00" in words(receipt(order))

    refund.refresh_from_db()
    stripe.tell("refund", refund=refund.stripe_refund_id, outcome="succeeded")
    hear(stripe, refund.stripe_refund_id)

    text = words(receipt(order))
    assert f"Given back, refund {refund.stripe_refund_id} −$49.00" in text
    assert "Total $0.00" in text


@pytest.mark.parametrize(("price", "currency", "said"), [(4900, "jpy", "¥4,900"), (4900, "kwd", "4.900 KWD")])
def test_amounts_are_written_as_the_currency_has_them_and_paid_as_stripe_counts_them(stripe, price, currency, said):
    article = article_for_sale()
    Article.objects.filter(pk=article.pk).update(price_minor=price, currency=currency)

    order = bought(stripe, Article.objects.get(pk=article.pk))

    assert order.status == "PROCESSING"
    assert (order.paid_by.amount_minor, order.paid_by.currency) == (price, currency)
    assert f"Total {said}" in words(receipt(order))


def test_what_is_not_paid_has_no_receipt_and_strangers_see_none(stripe):
    unpaid, paid = quoted(), bought(stripe)

    assert receipt(unpaid).status_code == 404
    assert Client().get(page(paid, "receipt/")).status_code == 404
