"""What is found of a live link, on record: a proof at every look, a loss once for each occurrence, and who hears of it.

All of it in the transaction of the look, under the article's lock.
"""

from dataclasses import dataclass

from django.utils import timezone

from articles.models import ArticleVersion, Placement
from audit.recording import record
from backlinks import letters
from backlinks.actors import WATCH
from backlinks.alerts import Trouble, tell_staff
from backlinks.models import LinkLoss, LinkProof, Order, OrderStatus, PageSeen
from backlinks.page_reading import ServedPage

REASON = "A paid link did not stand as it was bought."


@dataclass
class Watched:
    """A live link and whose it is; `problem` says why it is lost and cannot be put back."""

    placement: Placement
    order: Order
    problem: str = ""


def prove(it: Watched, version: ArticleVersion | None, served: ServedPage) -> None:
    assert version is not None  # it stands in something
    page, note = served.shows(it.placement)
    _proof(it, version, stands=True, page=page, note=note)
    if page == PageSeen.WRONG:
        words = f"It stands in what is published, but not in the page as readers get it: {note}."
        letters.to_staff(Trouble.PAGE_WRONG, it.order, cause=f"{it.placement.pk}.{version.pk}", message=words)


def keep_loss(it: Watched, version: ArticleVersion | None) -> None:
    """The proof of it, and the occurrence where it is a new one."""
    _proof(it, version, stands=False, page=PageSeen.NOT_READ, note="It does not stand as bought.")
    _, is_new = LinkLoss.objects.get_or_create(
        placement=it.placement, ended_at=None, defaults={"order": it.order, "why": "It did not stand as bought."}
    )
    if is_new:
        record(actor=WATCH, action="link.lost", target=("order", str(it.order.pk)), reason=REASON)


def over(it: Watched, version: ArticleVersion | None) -> None:
    """It stands again, whoever put it back: the customer is told once."""
    loss = LinkLoss.objects.filter(placement=it.placement, ended_at=None).first()
    if loss is None:
        return
    LinkLoss.objects.filter(pk=loss.pk).update(ended_at=timezone.now(), restored_by=version)
    after = {"version": version.pk, "sha256": version.sha256} if version else {}
    record(actor=WATCH, action="link.restored", target=("order", str(it.order.pk)), reason=REASON, after=after)
    if it.order.status == OrderStatus.COMPLETED:
        letters.link_restored(it.order, loss)


def give_up(it: Watched) -> None:
    """Only an editor can put it back: they and the customer are told, once for each occurrence."""
    waiting = LinkLoss.objects.filter(placement=it.placement, ended_at=None, told_at=None)
    loss = waiting.first()
    if loss is None:
        return
    waiting.update(told_at=timezone.now(), why=it.problem[:300])
    facts = {"placement": it.placement.pk, "article": it.placement.article_id}
    tell_staff("link.not_restored", ("order", str(it.order.pk)), reason=it.problem, facts=facts)
    words = f"The link could not be put back by itself: {it.problem}."
    letters.to_staff(Trouble.LINK_LOST, it.order, cause=str(loss.pk), message=words)
    if it.order.status == OrderStatus.COMPLETED:
        letters.link_lost(it.order, loss)


def end_losses(placement: Placement) -> None:
    """The link is gone for good, by decision: nobody waits for it any more."""
    LinkLoss.objects.filter(placement=placement, ended_at=None).update(ended_at=timezone.now())


def _proof(it: Watched, version: ArticleVersion | None, *, stands: bool, page: PageSeen, note: str) -> None:
    LinkProof.objects.create(
        order=it.order,
        placement=it.placement,
        version=version,
        body_sha256=version.sha256 if version else "",
        stands=stands,
        page=page,
        note=note[:300],
    )
