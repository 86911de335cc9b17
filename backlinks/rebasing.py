"""When another version of the article went live: the same one-paragraph change, made to what readers see now.

The change itself is never altered: where its paragraph is no longer there word for word, it does not apply.
"""

from collections.abc import Iterable

from django.core.cache import cache

from articles import versions
from articles.markdown.splice import Change, ChangeDoesNotApply, apply, reapply
from articles.models import Article, ArticleVersion
from articles.quality.battery import examine
from articles.quality.case import LinkCase
from backlinks.candidates import passing
from backlinks.integration import Proposal, new_version
from backlinks.models import Order

MOVED = ", moved to the new text"
REMEMBERED_SECONDS = 86_400


class DoesNotApply(Exception):
    """The change no longer fits the published text; the message says why."""


def submittable(order: Order) -> ArticleVersion | None:
    """The newest candidate that can still be submitted, its base moved or not."""
    return newest_fitting(order, passing(order))


def newest_fitting(order: Order, candidates: Iterable[ArticleVersion]) -> ArticleVersion | None:
    """The first of `candidates`, newest first, that was made for the published text or can be made to it."""
    return next((version for version in candidates if _fits(version, order)), None)


def reapplied(version: ArticleVersion, order: Order) -> Proposal:
    """The version's change made to the published text of the order's article and examined anew.

    Raises DoesNotApply.
    """
    article = order.article
    base = article.published_version
    assert base is not None and version.change is not None and version.backlink_metadata is not None
    if version.change["before"] not in base.body:  # seen at a glance, with fifty versions to look through
        raise DoesNotApply("the paragraph is no longer there")
    try:
        change = reapply(base.body, Change.from_json(version.change), language=article.language)
        body = apply(base.body, change)
    except ChangeDoesNotApply as error:
        raise DoesNotApply(str(error)) from error
    case = LinkCase(
        base=base.body,
        candidate=body,
        change=change,
        href=order.target_url,
        anchor=order.anchor_text,
        language=article.language,
        base_is_published=True,
        earlier=[],
        notes=order.customer_notes,
    )
    certificate = examine(case)
    if not certificate.passed:
        raise DoesNotApply(", ".join(result.check for result in certificate.failed))
    number, author = version.backlink_metadata["regeneration_count"], version.author_label.removesuffix(MOVED)
    return Proposal(order, number, base, body, change, certificate, author + MOVED)


def rebase(version: ArticleVersion, article: Article) -> ArticleVersion:
    """The version's change on the published text, as a new candidate; the article is locked. Raises DoesNotApply."""
    order = Order.objects.get(pk=version.subject_id)
    order.article = article
    proposal = reapplied(version, order)
    return versions.propose(article=article, base=proposal.base, new=new_version(proposal))


def _fits(version: ArticleVersion, order: Order) -> bool:
    """Neither text ever changes, so a verdict on the two is remembered: a page with fifty versions asks for fifty."""
    published_id = order.article.published_version_id
    if version.base_id == published_id:
        return True
    verdict = cache.get_or_set(
        f"fits:{version.pk}:{published_id}", lambda: _applies(version, order), REMEMBERED_SECONDS
    )
    return bool(verdict)


def _applies(version: ArticleVersion, order: Order) -> bool:
    try:
        reapplied(version, order)
    except DoesNotApply:
        return False
    return True
