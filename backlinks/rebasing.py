"""When another version of the article went live: the same one-paragraph change, made to what readers see now.

The change itself is never altered: where its paragraph is no longer there word for word, it does not apply.
"""

from articles import versions
from articles.markdown.splice import Change, ChangeDoesNotApply, apply, reapply
from articles.models import Article, ArticleVersion
from articles.quality.battery import examine
from articles.quality.case import LinkCase
from backlinks.candidates import passing
from backlinks.integration import Proposal, new_version
from backlinks.models import Order

MOVED = ", moved to the new text"


class DoesNotApply(Exception):
    """The change no longer fits the published text; the message says why."""


def submittable(order: Order) -> ArticleVersion | None:
    """The newest candidate that can still be submitted, its base moved or not."""
    article = order.article
    return next((version for version in passing(order) if fits(version, article)), None)


def fits(version: ArticleVersion, article: Article) -> bool:
    """Whether the version was made for the published text, or its change can be made to it."""
    if version.base_id == article.published_version_id:
        return True
    try:
        reapplied(version, article)
    except DoesNotApply:
        return False
    return True


def reapplied(version: ArticleVersion, article: Article) -> Proposal:
    """The version's change made to the published text and examined anew. Raises DoesNotApply."""
    base, order = article.published_version, Order.objects.get(pk=version.subject_id)
    assert base is not None and version.change is not None and version.backlink_metadata is not None
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
    proposal = reapplied(version, article)
    return versions.propose(article=article, base=proposal.base, new=new_version(proposal))
