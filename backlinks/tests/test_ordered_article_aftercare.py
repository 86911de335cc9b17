"""A bought article after it went live: its link is watched, put back and guaranteed as any other."""

import pytest

from articles.models import Article, Placement
from backlinks import review
from backlinks.models import GuaranteeClaim, LinkCertificate, LinkLoss
from backlinks.tests.aftermath import changed, lose, slipped_in, watch
from backlinks.tests.articles_given import written_article
from backlinks.tests.given import EDITOR, live_body, submitted
from backlinks.tests.looking import browser, page, plain_static, words  # noqa: F401
from mail.models import EmailLog

pytestmark = pytest.mark.django_db


@pytest.fixture
def order(stripe, openai):
    order = submitted(written_article(stripe))
    review.approve(order=order, read=review.submitted_hashes(order), actor=EDITOR)
    order.refresh_from_db()
    order.article = Article.objects.get(pk=order.article_id)
    assert order.status == "COMPLETED"
    return order


def claim(order):
    return browser(order).post(page(order, "claim/"), follow=True)


def test_it_has_a_certificate_and_a_claim_about_a_standing_link_is_answered(order):
    assert LinkCertificate.objects.get().order_id == order.pk
    assert "stands in the article exactly as you bought it" in words(claim(order))
    assert GuaranteeClaim.objects.get().outcome == "stands"


def test_a_missing_link_is_put_back_at_a_claim(order):
    as_bought = lose(order)

    answer = claim(order)

    assert live_body(order.article) == as_bought
    assert "we have put it back" in words(answer)
    assert GuaranteeClaim.objects.get().outcome == "restored"


def test_the_watch_puts_it_back_by_itself(order):
    as_bought = lose(order)

    watch()

    assert live_body(order.article) == as_bought
    assert LinkLoss.objects.get().restored_by is not None
    assert Placement.objects.live().count() == 1


def test_what_cannot_be_put_back_waits_for_staff(order, settings):
    settings.ALERT_EMAILS = ["desk@copydesk.example"]
    slipped_in(order.article, live_body(order.article).replace(changed(order)[1], "Something else entirely."))

    claim(order)

    assert GuaranteeClaim.objects.get().outcome == "open"
    assert "A guarantee is claimed" in EmailLog.objects.values_list("context__trouble", flat=True)
