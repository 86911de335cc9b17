"""What tests of live links say often: a link that is live, and one that was lost by other means than publishing."""

from typing import Any

from articles import going_live
from articles.models import Article, ArticleVersion
from articles.versions import NewVersion, approve, propose
from backlinks.tests.given import EDITOR, approved, article_for_sale, live_body, submitted, written
from queues.draining import drain


def gone_live(stripe, article=None, **different) -> Any:
    order = submitted(written(stripe, article or article_for_sale(), **different))
    approved(order)
    order.refresh_from_db()
    assert order.status == "COMPLETED"
    return order


def slipped_in(article, body: str) -> Any:
    """Another text goes live past every check, as a mistaken hand in the database would have it."""
    article = Article.objects.get(pk=article.pk)
    version = propose(article=article, base=article.published_version, new=NewVersion(body=body, author_label="a slip"))
    version = approve(version=version, body_sha256=version.sha256, actor=EDITOR)
    ArticleVersion.objects.filter(pk=article.published_version_id).update(status="superseded")
    ArticleVersion.objects.filter(pk=version.pk).update(status="published", published_at=version.approved_at)
    Article.objects.filter(pk=article.pk).update(published_version=version)
    going_live.tell(article)
    return version


def changed(order) -> tuple[str, str]:
    """The paragraph without and with the link."""
    change = order.submitted_version.change
    return change["before"], change["after"]


def lose(order, *, keeping_words: bool = False) -> str:
    """The link's paragraph goes back to what it was; returns the body readers had before."""
    before, after = changed(order)
    body = live_body(order.article)
    slipped_in(order.article, body.replace(after, before))
    return body


def watch() -> list[tuple[str, str]]:
    return drain(only="watch-links")
