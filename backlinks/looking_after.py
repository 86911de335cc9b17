"""What an order's page says of its link once it is live, and of when it shall be. Reads only."""

from dataclasses import dataclass

from django.utils import timezone

from articles.models import Placement
from backlinks import scheduling
from backlinks.certifying import address_of
from backlinks.models import (
    ClaimOutcome,
    GuaranteeClaim,
    LinkCertificate,
    LinkLoss,
    LinkProof,
    Order,
    OrderStatus,
    PublicationWish,
)
from backlinks.moments import ZONES_OFFERED, spoken

EVER_LIVE = (OrderStatus.COMPLETED, OrderStatus.REFUNDED)


@dataclass(frozen=True)
class Guarded:
    """A link that went live. `proof` is the newest look at it, `loss` says since when it is missing."""

    certificate: LinkCertificate
    address: str
    placement: Placement | None
    proof: LinkProof | None
    loss: LinkLoss | None
    claim: GuaranteeClaim | None
    is_frozen: bool

    @property
    def is_live(self) -> bool:
        return self.placement is not None and self.placement.ended_at is None

    @property
    def is_guaranteed(self) -> bool:
        return timezone.now() <= self.certificate.guaranteed_until

    @property
    def can_claim(self) -> bool:
        is_open = self.claim is not None and self.claim.outcome == ClaimOutcome.OPEN
        return self.is_live and self.is_guaranteed and not is_open and not self.is_frozen


@dataclass(frozen=True)
class Aftercare:
    """`plan` and `wish` are in words; `zones` are those offered to somebody who may say when it shall go live."""

    guarded: Guarded | None
    plan: str
    wish: str
    can_wish: bool
    has_evidence: bool
    zones: tuple[str, ...] = ZONES_OFFERED


def aftercare_of(order: Order) -> Aftercare:
    can_wish = order.status in scheduling.WISHABLE and order.disputed_at is None
    wish = PublicationWish.objects.filter(order=order).first() if can_wish else None
    planned = scheduling.plan_of(order) if order.status == OrderStatus.ADMIN_REVIEW else None
    return Aftercare(
        guarded=_guarded(order) if order.status in EVER_LIVE else None,
        plan=scheduling.in_words(planned) if planned else "",
        wish=spoken(wish.wished_for, wish.zone) if wish else "",
        can_wish=can_wish,
        has_evidence=order.paid_at is not None,
    )


def _guarded(order: Order) -> Guarded | None:
    certificate = LinkCertificate.objects.filter(order=order).first()
    if certificate is None:
        return None
    return Guarded(
        certificate=certificate,
        address=address_of(certificate),
        placement=Placement.objects.filter(subject_type="order", subject_id=str(order.pk)).order_by("-id").first(),
        proof=LinkProof.objects.filter(order=order).order_by("-id").first(),
        loss=LinkLoss.objects.filter(order=order, ended_at=None).first(),
        claim=GuaranteeClaim.objects.filter(order=order).order_by("-id").first(),
        is_frozen=order.disputed_at is not None or order.status != OrderStatus.COMPLETED,
    )
