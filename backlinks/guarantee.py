"""The guarantee of a live link: claimed by its customer, looked into at once, decided by staff where it must be.

No claim is taken after the end, and no money moves but by a refund that staff decided.
"""

from datetime import datetime

from django.db import transaction
from django.utils import timezone

from articles.models import Placement
from audit.actors import Actor
from audit.recording import record
from backlinks import letters, watching
from backlinks.actors import WATCH
from backlinks.alerts import Trouble
from backlinks.models import ClaimOutcome, GuaranteeClaim, LinkCertificate, LinkLoss, Order, OrderStatus, RefundReason
from backlinks.page_reading import ServedPage
from backlinks.refunds import Decision, request_refund, under_way
from backlinks.review import ReasonMissing

CHECKED = "It was looked at when you claimed, and stands in the published article exactly as you bought it."
PUT_BACK = "It was missing when you claimed, and was put back at once."


class NothingGuaranteed(Exception):
    """The order has no live link to guarantee: not live yet, refunded, or taken out."""


class GuaranteeOver(Exception):
    """The guarantee had ended."""

    def __init__(self, until: datetime) -> None:
        super().__init__(f"guaranteed until {until}")
        self.until = until


class AlreadyClaimed(Exception):
    """A claim is with our staff already."""


class NotOpen(Exception):
    """The claim was decided before."""


@transaction.atomic
def claim(*, order: Order, actor: Actor) -> GuaranteeClaim:
    """The customer says the link is not there: it is looked at now. Raises NothingGuaranteed, GuaranteeOver or
    AlreadyClaimed.
    """
    looked = watching.look(order.article_id, ServedPage(unread="looked at for a claim"))  # locks article, then order
    order = Order.objects.select_for_update(of=("self",)).select_related("article").get(pk=order.pk)
    _refuse_unguaranteed(order)
    restored = _restored_now(order) if looked["restored"] else None
    new = GuaranteeClaim.objects.create(order=order)
    record(actor=actor, action="guarantee.claimed", target=("order", str(order.pk)))
    if LinkLoss.objects.filter(order=order, ended_at=None).exists():
        words = "The link does not stand as bought and could not be put back by itself. Decide: put it back, or refund."
        letters.to_staff(Trouble.GUARANTEE_CLAIMED, order, cause=str(new.pk), message=words)
        return new
    if restored:
        return _decide(new, ClaimOutcome.RESTORED, PUT_BACK, WATCH)
    return _decide(new, ClaimOutcome.STANDS, CHECKED, WATCH)


@transaction.atomic
def refund(*, claim: GuaranteeClaim, actor: Actor, reason: str) -> GuaranteeClaim:
    """Staff give the money back. Raises ReasonMissing, NotOpen, and as request_refund does."""
    claim = _open(claim, reason)
    request_refund(claim.order, decision=Decision(RefundReason.STAFF, f"Guarantee: {reason}"), actor=actor)
    return _decide(claim, ClaimOutcome.REFUND, reason, actor)


@transaction.atomic
def put_back(*, claim: GuaranteeClaim, actor: Actor, reason: str) -> GuaranteeClaim:
    """Staff have seen to it: believed only if the link stands. Raises ReasonMissing, NotOpen or NothingGuaranteed."""
    claim = _open(claim, reason)
    watching.look(claim.order.article_id, ServedPage(unread="looked at for a claim"))
    if LinkLoss.objects.filter(order=claim.order, ended_at=None).exists():
        raise NothingGuaranteed(f"the link of order {claim.order_id} still does not stand")
    return _decide(claim, ClaimOutcome.RESTORED, reason, actor)


@transaction.atomic
def refuse(*, claim: GuaranteeClaim, actor: Actor, reason: str) -> GuaranteeClaim:
    """Staff decide against it; the customer reads why. Raises ReasonMissing or NotOpen."""
    claim = _decide(_open(claim, reason), ClaimOutcome.REFUSED, reason, actor)
    letters.claim_refused(claim.order, claim)
    return claim


def open_claim(order: Order) -> GuaranteeClaim | None:
    return GuaranteeClaim.objects.filter(order=order, outcome=ClaimOutcome.OPEN).first()


def _refuse_unguaranteed(order: Order) -> None:
    certificate = LinkCertificate.objects.filter(order=order).first()
    live = Placement.objects.live().filter(subject_type="order", subject_id=str(order.pk)).exists()
    is_frozen = order.disputed_at is not None or under_way(order) is not None
    if certificate is None or not live or order.status != OrderStatus.COMPLETED or is_frozen:
        raise NothingGuaranteed(f"order {order.pk}")
    if timezone.now() > certificate.guaranteed_until:
        raise GuaranteeOver(certificate.guaranteed_until)
    if open_claim(order):
        raise AlreadyClaimed(f"order {order.pk}")


def _restored_now(order: Order) -> bool:
    """Whether this transaction's look put this order's link back: its loss ended within it."""
    newest = LinkLoss.objects.filter(order=order).order_by("-id").first()
    proofs = list(order.proofs.order_by("-id").values_list("stands", flat=True)[:2])
    return newest is not None and newest.restored_by_id is not None and proofs == [True, False]


def _open(claim: GuaranteeClaim, reason: str) -> GuaranteeClaim:
    """Article before order before claim, as everywhere; here the claim's row is what two editors meet at."""
    if not reason.strip():
        raise ReasonMissing(f"claim {claim.pk}")
    fresh = GuaranteeClaim.objects.select_related("order__article").get(pk=claim.pk)
    if fresh.outcome != ClaimOutcome.OPEN:
        raise NotOpen(f"claim {claim.pk} is {fresh.outcome}")
    return fresh


def _decide(claim: GuaranteeClaim, outcome: ClaimOutcome, reason: str, actor: Actor) -> GuaranteeClaim:
    """One guarded UPDATE: of two decisions at once one is refused."""
    now = timezone.now()
    mine = GuaranteeClaim.objects.filter(pk=claim.pk, outcome=ClaimOutcome.OPEN)
    if not mine.update(outcome=outcome, reason=reason, decided_at=now, decided_by_label=actor.label):
        raise NotOpen(f"claim {claim.pk}")
    record(actor=actor, action=f"guarantee.{outcome}", target=("order", str(claim.order_id)), reason=reason)
    claim.refresh_from_db()
    return claim
