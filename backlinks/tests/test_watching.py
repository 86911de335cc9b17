"""A lost link is put back byte for byte, or its editor and its customer hear of it, once for each occurrence."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles.markdown.links import markdown_link
from articles.models import Article, ArticleVersion, Placement
from audit.models import AuditEntry
from backlinks.models import LinkLoss, LinkProof, Order
from backlinks.page_reading import ServedPage
from backlinks.tests.aftermath import changed, gone_live, lose, slipped_in, watch
from backlinks.tests.given import article_for_sale, live_body
from backlinks.watching import look, look_where_due
from mail.models import EmailLog
from queues.draining import drain
from queues.models import Job, State

pytestmark = pytest.mark.django_db
UNREAD = ServedPage(unread="a test")


def told(kind: str) -> int:
    return EmailLog.objects.filter(kind=kind).count()


def test_a_link_that_goes_live_is_looked_at_once_and_leaves_a_proof(stripe, openai):
    order = gone_live(stripe)

    assert watch() == [("watch-links", "SUCCESS")]

    proof = LinkProof.objects.get()
    version = Article.objects.get(pk=order.article_id).published_version
    assert (proof.order_id, proof.version, proof.body_sha256) == (order.pk, version, version.sha256)
    assert (proof.stands, proof.page) == (True, "not_read")
    assert not LinkLoss.objects.exists()


def test_a_lost_link_is_put_back_byte_for_byte_and_the_customer_told_once(stripe, openai):
    order = gone_live(stripe)
    watch()
    as_bought = lose(order)
    assert live_body(order.article) != as_bought

    watch()
    look(order.article_id, UNREAD)

    assert live_body(order.article) == as_bought
    loss = LinkLoss.objects.get()
    live = Article.objects.get(pk=order.article_id).published_version
    assert (loss.ended_at is None, loss.restored_by, loss.told_at) == (False, live, None)
    assert (told("link_restored"), told("link_lost")) == (1, 0)
    assert EmailLog.objects.get(kind="link_restored").context["was_told"] is False
    assert AuditEntry.objects.filter(action="article.links_restored").count() == 1
    assert [proof.stands for proof in LinkProof.objects.order_by("id")] == [True, False, True, True]
    assert Placement.objects.live().count() == 1


def test_a_second_loss_is_another_occurrence(stripe, openai):
    order = gone_live(stripe)
    for _ in range(2):
        lose(order)
        watch()
        watch()

    assert LinkLoss.objects.count() == 2
    assert told("link_restored") == 2


def test_words_that_kept_and_lost_the_link_get_it_back(stripe, openai):
    order = gone_live(stripe)
    written, bare = markdown_link(order.target_url, order.anchor_text), order.anchor_text
    as_bought = live_body(order.article)
    slipped_in(order.article, as_bought.replace(written, bare))

    watch()

    assert live_body(order.article) == as_bought


def test_a_link_that_lost_its_rel_gets_it_back(stripe, openai):
    order = gone_live(stripe)
    as_bought = live_body(order.article)
    slipped_in(order.article, as_bought.replace('{rel="sponsored noopener"}', '{rel="nofollow"}'))

    watch()

    assert live_body(order.article) == as_bought


def test_two_links_lost_at_once_come_back_with_one_version(stripe, openai):
    article = article_for_sale()
    one, two = gone_live(stripe, article), gone_live(stripe, article)
    as_bought = live_body(article)
    body = as_bought
    for order in (one, two):
        before, after = changed(order)
        body = body.replace(after, before)
    slipped_in(article, body)
    versions = ArticleVersion.objects.count()

    watch()

    assert live_body(article) == as_bought
    assert ArticleVersion.objects.count() == versions + 1
    assert told("link_restored") == 2


def test_a_link_whose_paragraph_is_gone_is_for_an_editor_and_its_neighbour_comes_back(stripe, openai, settings):
    settings.ALERT_EMAILS = ["desk@copydesk.example"]
    article = article_for_sale()
    one, two = gone_live(stripe, article), gone_live(stripe, article)
    as_bought = live_body(article)
    gone = as_bought.replace(changed(one)[1], "Something else entirely.")
    slipped_in(article, gone.replace(changed(two)[1], changed(two)[0]))

    watch()
    look(article.pk, UNREAD)

    assert live_body(article) == gone
    loss = LinkLoss.objects.get(order=one)
    assert (loss.ended_at, loss.told_at is None) == (None, False)
    assert loss.why == "its paragraph is no longer in the article as it was"
    assert LinkLoss.objects.get(order=two).ended_at is not None
    assert (told("link_lost"), told("link_restored")) == (1, 1)
    assert EmailLog.objects.get(kind="order_trouble").context["trouble"] == "A paid link is lost"


def test_what_an_editor_put_back_ends_the_loss_and_the_customer_hears_it(stripe, openai):
    order = gone_live(stripe)
    as_bought = live_body(order.article)
    slipped_in(order.article, as_bought.replace(changed(order)[1], "Something else entirely."))
    watch()
    slipped_in(order.article, as_bought)

    watch()

    assert LinkLoss.objects.get().ended_at is not None
    assert (told("link_lost"), told("link_restored")) == (1, 1)
    assert EmailLog.objects.get(kind="link_restored").context["was_told"] is True


def test_a_withdrawn_article_is_not_published_again_by_the_watch(stripe, openai, settings):
    settings.ALERT_EMAILS = ["desk@copydesk.example"]
    order = gone_live(stripe)
    versions = ArticleVersion.objects.count()
    Article.objects.filter(pk=order.article_id).update(status="archived")

    watch()

    assert Article.objects.get(pk=order.article_id).status == "archived"
    assert ArticleVersion.objects.count() == versions
    assert LinkLoss.objects.get().why == "the article is not published any more"
    assert told("link_lost") == 1


def test_a_refunded_link_that_is_to_go_is_never_put_back(stripe, openai):
    order = gone_live(stripe)
    lose(order)
    Order.objects.filter(pk=order.pk).update(status="REFUNDED")
    body = live_body(order.article)

    assert look(order.article_id, UNREAD) == {"standing": 0, "restored": 0, "lost": 0}
    assert live_body(order.article) == body
    assert not LinkProof.objects.exists()


def test_daily_for_a_fortnight_then_weekly(stripe, openai):
    order = gone_live(stripe)
    watch()
    assert look_where_due() == 0
    now = timezone.now()

    def due(age_days: float, proven_days: float) -> int:
        Placement.objects.update(live_since=now - timedelta(days=age_days))
        return _due_when_proven(order, now - timedelta(days=proven_days))

    assert due(5, 0.5) == 0
    assert due(5, 0.99) == 1
    assert due(20, 3) == 0
    assert due(20, 6.99) == 1
    LinkLoss.objects.create(placement=Placement.objects.get(), order=order, why="It did not stand as bought.")
    assert due(20, 0) == 1, "a lost one is looked at at every tick"


def _due_when_proven(order, at) -> int:
    Job.objects.filter(name="watch-links").update(state=State.COMPLETED)
    LinkProof.objects.create(order=order, placement=Placement.objects.get(), at=at, stands=True, body_sha256="0" * 64)
    return look_where_due()


def test_a_page_that_does_not_show_the_link_is_told_to_staff_once(stripe, openai, settings):
    settings.ALERT_EMAILS = ["desk@copydesk.example"]
    order = gone_live(stripe)

    look(order.article_id, ServedPage(hidden="the page tells search engines not to index it"))
    look(order.article_id, ServedPage(hidden="the page tells search engines not to index it"))

    assert [proof.page for proof in LinkProof.objects.all()] == ["wrong", "wrong"]
    email = EmailLog.objects.get(kind="order_trouble")
    assert email.context["trouble"] == "A page does not show its paid link"
    assert told("link_lost") == 0


def test_the_hourly_tick_looks_where_it_is_due(stripe, openai):
    order = gone_live(stripe)
    drain()
    assert LinkProof.objects.filter(order=order).count() == 1
