from typing import Any

import pytest

from accounts.limits import TooMany
from articles.models import Article
from backlinks.access import order_for_token
from backlinks.models import Order, OrderEvent, OrderStatus
from backlinks.quoting import NoSuchArticle, QuoteRefused, quote
from backlinks.tests.given import NO_SLOT, ONE_SLOT, article_for_sale, history, quoted, till, wish_for
from mail.models import EmailLog
from queues.models import Job

pytestmark = pytest.mark.django_db


def codes_of(wish) -> Any:
    """Why it is refused; and nothing may be written, sent or enqueued."""
    with pytest.raises(QuoteRefused) as refusal:
        quote(wish, ip="10.9.9.9")
    assert not OrderEvent.objects.filter(order__target_url=wish.target_url).exists()
    assert not Order.objects.filter(target_url=wish.target_url).exists()
    assert not EmailLog.objects.exists()
    assert not Job.objects.exists()
    assert all(reason.message for reason in refusal.value.reasons)
    return [reason.code for reason in refusal.value.reasons]


def test_a_quote_writes_the_order_with_everything_frozen(customer):
    article = article_for_sale()
    wish = wish_for(article)

    given = quote(wish, ip="10.0.0.1", customer=customer)

    order = Order.objects.get()
    article.refresh_from_db()
    assert given.order == order
    assert order_for_token(given.access_token) == order
    assert (order.status, order.price_minor, order.currency) == (OrderStatus.AWAITING_PAYMENT, 4900, "usd")
    assert (order.article, order.quoted_version, order.customer) == (article, article.published_version, customer)
    assert (order.target_url, order.anchor_text, order.customer_notes) == (
        wish.target_url,
        wish.anchor_text,
        wish.customer_notes,
    )
    assert [check["check"] for check in order.checks] == [
        "target_url",
        "target_reputation",
        "target_opens",
        "anchor_text",
        "article_has_room",
        "target_is_new_here",
    ]
    assert [check["check"] for check in order.checks if not check["passed"]] == ["target_opens"]
    assert all(check["message"] for check in order.checks)
    assert history(order) == [OrderStatus.AWAITING_PAYMENT]
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("different", "codes"),
    [
        ({"target_url": "http://example.com/"}, ["target_not_https"]),
        ({"target_url": "https://127.1/"}, ["target_ip_address"]),
        ({"anchor_text": "here"}, ["anchor_too_few_words"]),
        ({"anchor_text": "the very best guide"}, ["anchor_superlative"]),
        ({"anchor_text": "see www.example.com now"}, ["anchor_url"]),
        ({"customer_notes": "x" * 501}, ["notes_too_long"]),
        ({"target_url": "https://localhost/", "anchor_text": "here"}, ["target_not_public", "anchor_too_few_words"]),
    ],
)
def test_what_cannot_be_delivered_is_refused_before_money_with_every_reason(different, codes):
    assert codes_of(wish_for(article_for_sale(), **different)) == codes


def test_an_article_that_is_too_short_is_refused():
    assert codes_of(wish_for(article_for_sale(NO_SLOT))) == ["too_short"]


def test_an_article_nobody_can_read_does_not_exist():
    article = article_for_sale()
    Article.objects.filter(pk=article.pk).update(status=Article.Status.ARCHIVED)

    for article_id in (article.pk, 10**12):
        with pytest.raises(NoSuchArticle):
            quote(wish_for(article, article_id=article_id), ip="10.0.0.1")
    assert not Order.objects.exists()


def test_quotes_alone_take_no_slot():
    article = article_for_sale(ONE_SLOT)

    orders = [quoted(article) for _ in range(3)]

    assert {order.status for order in orders} == {OrderStatus.AWAITING_PAYMENT}


def test_the_last_slot_is_gone_while_somebody_is_paying_for_it(stripe):
    article = article_for_sale(ONE_SLOT)
    till(quoted(article))

    assert codes_of(wish_for(article)) == ["no_slot_left"]


def test_a_website_that_is_being_linked_already_is_refused(stripe):
    article = article_for_sale()
    first = quoted(article)
    till(first)

    again = wish_for(article, target_url=first.target_url.replace("https://", "https://www.") + "&more=1")

    assert codes_of(again) == ["target_already_linked"]


def test_the_twenty_first_quote_within_a_minute_is_too_many():
    wish = wish_for(article_for_sale(NO_SLOT))
    for _ in range(20):
        with pytest.raises(QuoteRefused):
            quote(wish, ip="10.1.1.1")

    with pytest.raises(TooMany) as error:
        quote(wish, ip="10.1.1.1")

    assert 1 <= error.value.retry_after <= 60
    with pytest.raises(QuoteRefused):
        quote(wish, ip="10.1.1.2")
