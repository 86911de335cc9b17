"""At which address an ordered article stands, and that nobody else's comes over it."""

import pytest

from articles.importing import UnreadableSource, import_article
from articles.models import Article
from articles.publishing import IsCommissioned, publish
from articles.versions import NewVersion, approve, propose
from backlinks.models import Order, OrderStatus
from backlinks.tests.articles_given import SAMPLE, bought_article, quoted_article
from backlinks.tests.given import EDITOR, pay, till
from backlinks.tests.test_ordered_articles import paid_back

pytestmark = pytest.mark.django_db


def imported(slug):
    return import_article(source_bytes=SAMPLE.read_bytes(), actor=EDITOR, slug=slug, publishing=True)


def test_an_order_nobody_paid_for_takes_no_editors_address(stripe):
    order = quoted_article()

    ours = imported("saving-seed-from-your-own-vegetables")
    pay(stripe, till(order))

    order.refresh_from_db()
    assert ours.article.pk != order.article_id
    assert (ours.article.status, ours.article.slug) == ("published", "saving-seed-from-your-own-vegetables")
    assert order.article.slug == "saving-seed-from-your-own-vegetables-2"


def test_what_is_paid_for_stands_at_its_address_and_leaves_it_when_it_is_paid_back(stripe):
    order = bought_article(stripe)
    assert order.article.slug == "saving-seed-from-your-own-vegetables"
    Order.objects.update(status=OrderStatus.FAILED)

    paid_back(stripe, order)

    order.article.refresh_from_db()
    assert (order.article.status, order.article.slug.startswith("shelved-")) == ("archived", True)


def test_nobody_imports_or_publishes_over_an_article_that_was_ordered(stripe):
    order = bought_article(stripe)

    with pytest.raises(UnreadableSource, match="Give this one another slug"):
        imported(order.article.slug)
    version = propose(article=order.article, base=None, new=NewVersion(body="A text.", author_label="a workflow"))
    version = approve(version=version, body_sha256=version.sha256, actor=EDITOR)
    with pytest.raises(IsCommissioned):
        publish(version=version, body_sha256=version.sha256, expected_published_id=None, placement=None, actor=EDITOR)

    assert Article.objects.get(pk=order.article_id).published_version is None
