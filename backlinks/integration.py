"""Weaving a bought link into the published text: asking for an edit, judging it, keeping it as a version.

Always starts from what readers see now, never from another candidate. Nothing is written before `keep`, which runs in
the job's own transaction.
"""

from dataclasses import dataclass

from django.db import transaction

from articles import versions
from articles.markdown.splice import Change
from articles.models import Article, ArticleVersion
from articles.quality.results import Certificate
from backlinks import letters
from backlinks.actors import WRITER
from backlinks.models import Order, OrderStatus
from backlinks.moves import move
from queues.enqueue import Enqueued, enqueue
from queues.errors import Permanent


class NothingToWrite(Exception):
    """The order does not wait for this regeneration (any more): an answer, not a failure."""


class BaseMoved(Exception):
    """Another version went live while the edit was written: it must be written again, for that one."""


@dataclass(frozen=True)
class Proposal:
    """An edited article that was judged, for whom it was made, and which model wrote it."""

    order: Order
    regeneration: int
    base: ArticleVersion
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
    article = Article.objects.select_for_update().get(pk=proposal.base.article_id)
    if article.published_version_id != proposal.base.pk:
        raise BaseMoved(f"version {proposal.base.pk} is no longer published")
    order = waiting_order(str(proposal.order.pk), proposal.regeneration)
    version = versions.propose(article=article, base=proposal.base, new=new_version(proposal))
    move(order, OrderStatus.QUALITY_CHECK, actor=WRITER)
    letters.version_ready(order, version)
    return version


@transaction.atomic
def keep_failed(proposal: Proposal) -> ArticleVersion:
    """Keep the best of what failed its checks, for staff."""
    return versions.keep_failed(article=proposal.base.article, base=proposal.base, new=new_version(proposal))


def _enqueue(order: Order, *, once: str | None) -> Enqueued:
    id = str(order.pk)
    payload = {"order_id": id, "regeneration": order.regeneration_count}
    return enqueue("integrate-backlink", payload, subject=("order", id), key=id, once=once)


def new_version(proposal: Proposal) -> versions.NewVersion:
    order, again = proposal.order, proposal.regeneration > 0
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
            "integration_type": "customer_backlink_regeneration" if again else "customer_backlink",
            "base_article_version_id": proposal.base.pk,
            "regeneration_count": proposal.regeneration,
        },
    )
