"""Taking a refunded link out of its article: the paragraph as it stood before the sale, everything else untouched.

Only `articles.publishing` changes what readers see; a link that cannot be taken out cleanly is left for an editor.
"""

from uuid import UUID

from django.db import transaction

from articles import publishing
from articles.markdown.splice import Change
from articles.markdown.unlinking import LinkNotFound
from articles.models import Article, Placement
from audit.actors import Actor
from audit.recording import record
from backlinks.actors import STRIPE
from backlinks.losses import end_losses
from backlinks.models import Order, OrderStatus
from backlinks.moves import WrongState
from queues.enqueue import enqueue
from queues.errors import Permanent

REASON = "The order was refunded."
CHARGED_BACK = "The payment was charged back."


class CannotTakeDown(Permanent):
    """The article is no longer such that the link can be taken out by itself; the message says why."""


def begin(order: Order, *, reason: str = REASON, again: bool = False) -> None:
    """Have it taken out by a job: the article is locked before its orders, and the caller holds the order.

    Once, however often it is asked for; `again`: also after a job that failed.
    """
    id, name = str(order.pk), f"take-down:{order.pk}"
    only_once, only_one = (None, name) if again else (name, None)
    given = {"order_id": id, "reason": reason}
    enqueue("take-link-down", given, subject=("refunded_link", id), once=only_once, key=only_one)


@transaction.atomic
def after_chargeback(*, order: Order, actor: Actor, reason: str) -> None:
    """Staff have the link of an order taken out whose dispute was lost. Raises WrongState unless it still stands."""
    order = Order.objects.select_for_update().get(pk=order.pk)
    if not can_take_out(order):
        raise WrongState(order, OrderStatus.REFUNDED)
    begin(order, reason=CHARGED_BACK, again=True)
    record(actor=actor, action="order.link_taken_out", target=("order", str(order.pk)), reason=reason)


def can_take_out(order: Order) -> bool:
    is_lost = order.status == OrderStatus.COMPLETED and order.dispute_lost_at is not None
    return is_lost and _live_placement(order) is not None


def take_down(order_id: UUID, *, reason: str = REASON) -> str:
    """In the caller's transaction; in words what was done. Raises CannotTakeDown with nothing written."""
    order = Order.objects.select_related("submitted_version").get(pk=order_id)
    Article.objects.select_for_update().get(pk=order.article_id)
    placement = _live_placement(order)
    if placement is None:
        return "not_live"
    change = order.submitted_version.change if order.submitted_version else None
    undo = Change.from_json(change) if change else None
    try:
        version = publishing.retract(placement=placement, undo=undo, reason=reason, actor=STRIPE)
    except (LinkNotFound, publishing.BreaksPaidLink) as problem:
        raise CannotTakeDown(str(problem)) from problem
    end_losses(placement)
    return "taken_down" if version else "was_gone"


def _live_placement(order: Order) -> Placement | None:
    return Placement.objects.live().filter(subject_type="order", subject_id=str(order.pk)).first()
