"""Taking a refunded link out of its article: the paragraph as it stood before the sale, everything else untouched.

Only `articles.publishing` changes what readers see; a link that cannot be taken out cleanly is left for an editor.
"""

from uuid import UUID

from articles import publishing
from articles.markdown.splice import Change
from articles.markdown.unlinking import LinkNotFound
from articles.models import Article, Placement
from backlinks.actors import STRIPE
from backlinks.models import Order
from queues.enqueue import enqueue
from queues.errors import Permanent

REASON = "The order was refunded."


class CannotTakeDown(Permanent):
    """The article is no longer such that the link can be taken out by itself; the message says why."""


def begin(order: Order) -> None:
    """Have it taken out, once, by a job: the article is locked before its orders, and the caller holds the order."""
    id = str(order.pk)
    enqueue("take-link-down", {"order_id": id}, subject=("refunded_link", id), once=f"take-down:{id}")


def take_down(order_id: UUID) -> str:
    """In the caller's transaction; in words what was done. Raises CannotTakeDown with nothing written."""
    order = Order.objects.select_related("submitted_version").get(pk=order_id)
    Article.objects.select_for_update().get(pk=order.article_id)
    placement = Placement.objects.live().filter(subject_type="order", subject_id=str(order.pk)).first()
    if placement is None:
        return "not_live"
    change = order.submitted_version.change if order.submitted_version else None
    undo = Change.from_json(change) if change else None
    try:
        publishing.retract(placement=placement, undo=undo, reason=REASON, actor=STRIPE)
    except (LinkNotFound, publishing.BreaksPaidLink) as problem:
        raise CannotTakeDown(str(problem)) from problem
    return "taken_down"
