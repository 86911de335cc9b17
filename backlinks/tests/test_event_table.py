"""The table event × state: current, and the same however often, in whatever order and however closely events come."""

import os
from typing import Any

import pytest
from django.db import transaction

from backlinks import events
from backlinks.models import Order, OrderStatus
from backlinks.tests.event_table import PAGE, ROWS, Row, cell, deliver, facts, order_in, page, said, siblings
from backlinks.tests.given import article_for_sale, signed
from backlinks.webhooks import HEEDED, receive
from queues.draining import drain
from queues.errors import RetryLater
from queues.tests.given import at_once

pytestmark = pytest.mark.django_db
ONCE: dict[tuple[Row, OrderStatus], dict[str, Any]] = {}
EACH_ROW = pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.type} {row.variant}".strip())


@pytest.fixture
def play(stripe):
    """An order in a state, and the object at Stripe that the row's event is about, after it happened there."""
    article = article_for_sale()

    def played(row: Row, status: OrderStatus) -> tuple[Any, str]:
        order = order_in(stripe, article, status)
        return order, row.play(stripe, order)

    return played


def apply_all() -> None:
    drain(only="apply-stripe-event")


def test_every_event_we_heed_has_its_row():
    assert {row.type for row in ROWS} == HEEDED


def test_the_page_says_what_happens(play):
    found = {}
    for row in ROWS:
        for status in OrderStatus:
            order, about = play(row, status)
            found[row, status] = cell(row, order, about)

    if os.environ.get("WRITE_TABLE"):
        PAGE.write_text(page(found))
    assert page(found) == PAGE.read_text()


def ended_once(play, row, status):
    """The facts after one delivery, looked at once for both tests."""
    if (row, status) not in ONCE:
        order, about = play(row, status)
        deliver(row.type, about)
        apply_all()
        ONCE[row, status] = facts(order)
    return ONCE[row, status]


@EACH_ROW
def test_repeated_and_out_of_order_it_ends_the_same(play, row):
    for status in OrderStatus:
        once = ended_once(play, row, status)

        order, about = play(row, status)
        body = signed(said(f"evt_twice_{order.pk}", row.type, about))
        for _ in range(2):
            receive(*body)
            deliver(row.type, about)
            apply_all()
        assert (status, facts(order)) == (status, once)

        order, about = play(row, status)
        for other in siblings(row):
            deliver(other, about)
            apply_all()
        deliver(row.type, about)
        apply_all()
        assert (status, facts(order)) == (status, once)


@EACH_ROW
@pytest.mark.django_db(transaction=True)
def test_applied_at_once_it_ends_the_same(play, row):
    for status in OrderStatus:
        once = ended_once(play, row, status)

        order, about = play(row, status)
        news = [events.look_up(deliver(row.type, about)) for _ in range(3)]
        outcomes = at_once(*[lambda each=each: _applied(each) for each in news])

        trouble = [each for each in outcomes if isinstance(each, Exception) and not isinstance(each, RetryLater)]
        assert (status, trouble) == (status, [])
        assert (status, facts(order)) == (status, once)


def test_money_given_back_while_a_version_is_written_counts_once_it_is(play):
    row = next(row for row in ROWS if row.type == "charge.refunded")
    order, about = play(row, OrderStatus.PROCESSING)
    deliver(row.type, about)
    apply_all()
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.QUALITY_CHECK)

    assert drain(only="apply-stripe-event", advance=True) == [("apply-stripe-event", "SUCCESS")]

    assert Order.objects.get(pk=order.pk).status == OrderStatus.REFUNDED


def _applied(news: events.News) -> str:
    with transaction.atomic():
        return events.apply(news)
