"""A refunded link comes out of its article: the paragraph as it was, every other paid link untouched."""

from typing import Any

import pytest

from articles import editing
from articles.markdown.links import links, markdown_link
from articles.models import Article, ArticleVersion, Placement
from articles.publishing import RevivesPaidLink
from audit.models import AuditEntry
from backlinks import refunds, takedown
from backlinks.models import LinkLoss, Order, RefundReason
from backlinks.tests.given import EDITOR, approved, article_for_sale, live_body, republished, submitted, written
from backlinks.tests.looking import browser, page, plain_static, words  # noqa: F401
from mail.models import EmailLog
from queues.draining import drain
from queues.models import DeadLetter, Job

pytestmark = pytest.mark.django_db


def live(stripe, article=None) -> Any:
    order = submitted(written(stripe, article))
    approved(order)
    order.refresh_from_db()
    assert order.status == "COMPLETED"
    return order


def refunded(order, **how) -> Any:
    decision = refunds.Decision(RefundReason.STAFF, "They asked for it.", **how)
    refunds.request_refund(order, decision=decision, actor=EDITOR)
    drain(only="refund-order")
    order.refresh_from_db()
    return order


def hrefs(article) -> list[str]:
    return [link.href for link in links(live_body(article))]


def take_down() -> Any:
    return drain(only="take-link-down")


def test_the_article_is_again_what_it_was_before_the_sale(stripe, openai):
    article = article_for_sale()
    before = live_body(article)
    order = refunded(live(stripe, article))
    assert order.status == "REFUNDED"
    assert live_body(article) != before

    assert take_down() == [("take-link-down", "SUCCESS")]

    placement = Placement.objects.get()
    assert live_body(article) == before
    assert (placement.ended_at is None, placement.end_reason) == (False, "The order was refunded.")
    assert AuditEntry.objects.filter(action="placement.ended").count() == 1
    assert EmailLog.objects.get(kind="refunded").context["was_live"] is True
    assert "Your link was taken out of the article" in words(browser(order).get(page(order)))


def test_nothing_is_taken_down_before_stripe_says_refunded(stripe, openai):
    stripe.tell("refunds", outcome="pending")
    order = refunded(live(stripe))

    assert order.status == "COMPLETED"
    assert not Job.objects.filter(name="take-link-down").exists()
    assert "has been started" in words(browser(order).get(page(order)))


def test_staff_may_let_it_stand_and_it_stays_disclosed(stripe, openai):
    article = article_for_sale()
    order = refunded(live(stripe, article), keeps_link=True)

    assert order.status == "REFUNDED"
    assert take_down() == []
    assert Placement.objects.live().count() == 1
    assert order.target_url in hrefs(article)
    answer = browser(order).get(article.get_absolute_url())
    assert "paid for" in words(answer)
    assert "Your link stays in" in words(browser(order).get(page(order)))


def test_the_links_of_others_stay(stripe, openai):
    article = article_for_sale()
    one, two = live(stripe, article), live(stripe, article)

    refunded(one)
    take_down()

    assert one.target_url not in hrefs(article)
    assert two.target_url in hrefs(article)
    assert [placement.subject_id for placement in Placement.objects.live()] == [str(two.pk)]


def test_a_paragraph_edited_since_keeps_its_words_and_loses_the_link(stripe, openai):
    article = article_for_sale()
    order = live(stripe, article)
    change = order.submitted_version.change["after"]
    republished(article, live_body(article).replace(change, change + " One more sentence."))

    refunded(order)
    take_down()

    body = live_body(article)
    assert order.target_url not in hrefs(article)
    assert " One more sentence." in body
    assert order.anchor_text in body


def test_a_link_that_cannot_be_taken_out_is_left_for_an_editor(stripe, openai, settings):
    settings.ALERT_EMAILS = ["desk@copydesk.example"]
    order = live(stripe)
    Placement.objects.update(href=order.target_url[:-1], anchor="other words")
    Order.objects.update(submitted_version=order.article.published_version)
    ArticleVersion.objects.filter(pk=order.submitted_version_id).update(change=None)
    before = live_body(order.article)

    refunded(order)

    assert take_down() == [("take-link-down", "FAILURE")]
    assert live_body(order.article) == before
    assert Placement.objects.live().count() == 1
    assert "stands 0 times" in DeadLetter.objects.get().error
    assert EmailLog.objects.get(kind="order_trouble").context["trouble"] == "A refunded link still stands"


def test_a_link_of_which_nothing_is_left_leaves_its_place_and_the_text_alone(stripe, openai):
    order = live(stripe)
    Placement.objects.update(href="https://elsewhere.example/", anchor="other words")
    before = live_body(order.article)

    refunded(order)

    assert take_down() == [("take-link-down", "SUCCESS")]
    assert (live_body(order.article), Placement.objects.live().count()) == (before, 0)
    assert AuditEntry.objects.filter(action="placement.ended").count() == 1


def test_nobody_waits_any_more_for_a_lost_link_that_was_taken_down(stripe, openai):
    order = live(stripe)
    placement = Placement.objects.get()
    LinkLoss.objects.create(order=order, placement=placement, why="It did not stand as bought.")

    refunded(order)
    take_down()

    assert LinkLoss.objects.get().ended_at is not None
    assert not EmailLog.objects.filter(kind="link_restored").exists()


def test_a_second_refund_event_takes_nothing_down_again(stripe, openai):
    order = refunded(live(stripe))
    take_down()
    versions = ArticleVersion.objects.count()

    assert takedown.take_down(order.pk) == "not_live"
    assert ArticleVersion.objects.count() == versions


def put_live_by_the_desk(article, body: str) -> None:
    article = Article.objects.select_related("published_version").get(pk=article.pk)
    start = editing.start_of(article)
    version = editing.save(article=article, body=body, seen=editing.seen_of(article), began_with=start, actor=EDITOR)
    editing.put_live(version=version, body_sha256=version.sha256, expected_published_id=version.base_id, actor=EDITOR)


def test_a_link_that_an_editor_spelled_otherwise_comes_out_too(stripe, openai):
    order = live(stripe)
    body = live_body(order.article)
    written = markdown_link(order.target_url, order.anchor_text)
    otherwise = f'[{order.anchor_text}]({order.target_url}){{rel="sponsored noopener"}}'
    assert body.count(written) == 1 and written != otherwise
    put_live_by_the_desk(order.article, body.replace(written, otherwise))
    refunded(order)

    assert take_down() == [("take-link-down", "SUCCESS")]

    assert live_body(order.article) == body.replace(written, order.anchor_text)


def test_an_earlier_text_does_not_bring_a_refunded_link_back(stripe, openai):
    order = live(stripe)
    with_link = order.submitted_version
    refunded(order)
    take_down()

    with pytest.raises(RevivesPaidLink):
        editing.bring_back(version=ArticleVersion.objects.get(pk=with_link.pk), actor=EDITOR)

    assert order.target_url not in hrefs(order.article)


def test_the_same_link_may_be_bought_again(stripe, openai):
    order = refunded(live(stripe))
    take_down()

    again = submitted(written(stripe, order.article, target_url=order.target_url))
    approved(again)

    assert order.target_url in hrefs(order.article)
