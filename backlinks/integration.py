"""Weaving a bought link into the published text: asking for an edit, judging it, keeping it as a version.

Always starts from what readers see now, never from another candidate. Nothing is written before `keep`, which runs in
the job's own transaction.
"""

from dataclasses import dataclass

from django.db import transaction

from articles import versions
from articles.generation import name_after
from articles.markdown.splice import Change
from articles.models import Article, ArticleVersion, Brief
from articles.quality.results import Certificate
from backlinks import letters
from backlinks.actors import WRITER
from backlinks.models import Order, OrderStatus, Product
from backlinks.moves import move
from queues.enqueue import Enqueued, enqueue
from queues.errors import Permanent

JOBS = {Product.BACKLINK: "integrate-backlink", Product.ARTICLE: "generate-article"}


class NothingToWrite(Exception):
    """The order does not wait for this regeneration (any more): an answer, not a failure."""


class BaseMoved(Exception):
    """Another version went live while the edit was written: it must be written again, for that one."""


@dataclass(frozen=True)
class Proposal:
    """An edited article that was judged, for whom it was made, and which model wrote it."""

    order: Order
    regeneration: int
    base: ArticleVersion | None  # None for an article that is new
    body: str
    change: Change
    certificate: Certificate
    author: str


class QualityRefused(Permanent):
    """No edit passed its checks; `best` is the least bad, for staff to read (None when none could be read at all)."""

    def __init__(self, message: str, best: Proposal | None) -> None:
        super().__init__(message)
        self.best = best


def begin(order: Order) -> Enqueued:
    """Enqueue, once ever, the work for the order's current regeneration, in the caller's transaction."""
    return _enqueue(order, once=f"{order.pk}:{order.regeneration_count}")


def begin_again(order: Order) -> Enqueued:
    """The same work once more, because the first time came to nothing; never beside a live job."""
    return _enqueue(order, once=None)


def waiting_order(order_id: str, regeneration: int) -> Order:
    """The order if it waits for exactly this, else NothingToWrite. A disputed one waits for nothing."""
    order = Order.objects.select_related("article__published_version").get(pk=order_id)
    if order.status != OrderStatus.PROCESSING or order.regeneration_count != regeneration or order.disputed_at:
        raise NothingToWrite(f"order {order_id} is {order.status}, regeneration {order.regeneration_count}")
    return order


def keep(proposal: Proposal) -> ArticleVersion:
    """Keep a proposal that passed, for the customer to see. Raises BaseMoved or NothingToWrite with nothing written."""
    article = Article.objects.select_for_update().get(pk=proposal.order.article_id)
    if article.published_version_id != _base_id(proposal):
        raise BaseMoved(f"version {_base_id(proposal)} is no longer what is published")
    order = waiting_order(str(proposal.order.pk), proposal.regeneration)
    version = versions.propose(article=article, base=proposal.base, new=new_version(proposal))
    if order.is_for_article:
        order.article = name_after(version)
    move(order, OrderStatus.QUALITY_CHECK, actor=WRITER)
    letters.version_ready(order, version)
    return version


@transaction.atomic
def keep_failed(proposal: Proposal) -> ArticleVersion:
    """Keep the best of what failed its checks, for staff."""
    return versions.keep_failed(article=proposal.order.article, base=proposal.base, new=new_version(proposal))


def _enqueue(order: Order, *, once: str | None) -> Enqueued:
    id = str(order.pk)
    if order.is_for_article:
        brief_id = Brief.objects.values_list("pk", flat=True).get(subject_type="order", subject_id=id)
        payload: dict[str, object] = {"brief_id": brief_id, "regeneration": order.regeneration_count}
    else:
        payload = {"order_id": id, "regeneration": order.regeneration_count}
    return enqueue(JOBS[Product(order.product)], payload, subject=("order", id), key=id, once=once)


def _base_id(proposal: Proposal) -> int | None:
    return proposal.base.pk if proposal.base else None


def new_version(proposal: Proposal) -> versions.NewVersion:
    order = proposal.order
    kind = "customer_article" if order.is_for_article else "customer_backlink"
    return versions.NewVersion(
        body=proposal.body,
        author_label=proposal.author,
        subject=("order", str(order.pk)),
        change=proposal.change.to_json(),
        certificate=proposal.certificate.to_json(),
        backlink_metadata={
            "target_url": order.target_url,
            "anchor_text": order.anchor_text,
            "customer_notes": order.customer_notes,
            "integration_type": f"{kind}_regeneration" if proposal.regeneration else kind,
            "base_article_version_id": _base_id(proposal),
            "regeneration_count": proposal.regeneration,
        },
    )
