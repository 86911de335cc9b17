from datetime import UTC, datetime
from typing import Any

import pytest

from backlinks import progress, review
from backlinks.actors import customer_of
from backlinks.models import Order
from backlinks.queries import orders_of, promised_links, unpaid_among, view_of
from backlinks.tests.given import (
    EDITOR,
    approved,
    article_for_sale,
    bought,
    quoted,
    republished,
    submitted,
    till,
    versions_of,
    write,
    writers_are_in,
    written,
)
from backlinks.tests.looking import browser, page, plain_static, words  # noqa: F401
from queues.models import Job, State
from queues.pausing import pause

pytestmark = pytest.mark.django_db


def abilities(order) -> Any:
    order.refresh_from_db()
    view = view_of(order)
    return view.can_regenerate, view.can_submit


def test_what_the_customer_may_do_follows_the_state(stripe, openai):
    order = written(stripe)
    assert abilities(order) == (True, True)

    submitted(order)
    assert abilities(order) == (False, False)
    review.withdraw(order=order, actor=customer_of(order))
    assert abilities(order) == (True, True)
    Order.objects.update(disputed_at=order.created_at)
    assert abilities(order) == (False, False)
    Order.objects.update(disputed_at=None, status="FAILED")
    assert abilities(order) == (False, False)


def test_a_version_that_no_longer_fits_can_be_seen_but_not_submitted(stripe, openai):
    article = article_for_sale()
    order = written(stripe, article)
    before = versions_of(order)[0].change["before"]
    republished(article, article.published_version.body.replace(before, "New. " + before))

    assert abilities(Order.objects.get(pk=order.pk)) == (True, False)
    assert view_of(Order.objects.get(pk=order.pk)).preview is not None


def test_what_would_be_submitted_is_what_is_shown_where_the_newest_no_longer_fits(stripe, openai):
    article = article_for_sale()
    order = written(stripe, article)
    review.regenerate(order=order, actor=customer_of(order))
    write()
    order.refresh_from_db()
    first, second = versions_of(order)
    assert first.change["before"] != second.change["before"]
    republished(article, article.published_version.body.replace(second.change["before"], "Another paragraph."))

    order = Order.objects.get(pk=order.pk)
    view, said = view_of(order), words(browser(order).get(page(order)))

    assert (view.version, view.can_submit) == (first, True)
    assert "your latest version no longer fits it" in said
    assert (
        review.submit(order=order, actor=customer_of(order)).submitted_version.change["before"]
        == (first.change["before"])
    )


def test_a_change_that_comes_back_because_the_article_moved_says_so(stripe, openai):
    article = article_for_sale()
    order = submitted(written(stripe, article))
    original, change = article.published_version.body, versions_of(order)[0].change["before"]
    republished(article, original.replace(change, "Another paragraph."))
    approved(order)
    republished(article, original)

    order = Order.objects.get(pk=order.pk)

    assert order.status == "QUALITY_CHECK"
    assert "Your change fits the new text" in words(browser(order).get(page(order)))


def test_while_another_version_is_written_the_newest_stays_in_sight(stripe, openai):
    order = written(stripe)
    review.regenerate(order=order, actor=customer_of(order))
    order.refresh_from_db()

    view = view_of(order)

    assert view.queue
    assert (view.version, view.queue.state) == (versions_of(order)[0], "waiting")
    write()
    order.refresh_from_db()
    view = view_of(order)
    assert (view.version, view.queue) == (versions_of(order)[1], None)
    assert view.candidates == versions_of(order)[::-1]


@pytest.mark.parametrize(
    ("state", "shown", "message"),
    [
        (State.WAITING, "waiting", "Waiting for a free writer"),
        (State.DISPATCHED, "waiting", "Waiting for a free writer"),
        (State.DELAYED, "delayed", "It did not work out yet; we try again by ourselves"),
    ],
)
def test_the_queue_is_told_in_words_that_are_true(stripe, state, shown, message):
    order = bought(stripe)
    writers_are_in()
    Job.objects.filter(name="integrate-backlink").update(state=state)

    told = view_of(order).queue
    assert told

    assert (told.state, told.message, told.progress) == (shown, message, 0)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"postponements": 3}, f"{progress.OUTAGE}, at 12:30 UTC."),
        ({"attempt": 1}, "Try 1 of 3 did not work out; the next begins by itself, at 12:30 UTC."),
    ],
)
def test_an_outage_or_another_try_is_told_with_its_time(stripe, changes, message):
    order = bought(stripe)
    at = datetime(2100, 1, 1, 12, 30, tzinfo=UTC)
    Job.objects.filter(name="integrate-backlink").update(state=State.DELAYED, run_at=at, **changes)

    told = view_of(order).queue

    assert told is not None
    assert told.message == message


def test_nobody_there_to_write_and_a_pause_are_told(stripe):
    order = bought(stripe)
    assert (told := view_of(order).queue) is not None
    assert told.message == progress.AWAY

    writers_are_in()
    pause(queue="backlink-integration", actor=EDITOR, reason="Maintenance at the provider")

    assert (told := view_of(order).queue) is not None
    assert told.message == progress.PAUSED


def test_what_is_promised_in_an_article_is_counted_once(stripe, openai):
    article, other = article_for_sale(), article_for_sale()
    quoted(article)
    till(quoted(article))
    bought(stripe, article)

    assert promised_links([article, other]) == {article.pk: 2}


def test_orders_that_were_begun_and_not_paid_are_found_again(stripe, customer):
    article = article_for_sale()
    begun, paid = quoted(article), bought(stripe, article)
    Order.objects.update(customer=customer)

    assert unpaid_among(Order.objects.filter(pk__in=[begun.pk, paid.pk]), article=article) == [begun]
    assert list(orders_of(customer)) == [paid, begun]
