"""An order as its customer reads it: what its page says, put into words.

Reads only. What staff wrote for staff, and what a machine wrote for a log, is never shown here.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from articles.models import Placement
from backlinks.asking_back import is_asking
from backlinks.models import (
    UNDER_WAY,
    Checkout,
    CheckoutStatus,
    Order,
    OrderEvent,
    OrderStatus,
    RefundStatus,
    TargetReport,
)
from backlinks.queries import OrderView, view_of
from backlinks.scheduling import plan_of
from backlinks.views.candidate import Candidate, Earlier, candidate_of, earlier_versions
from backlinks.views.next_steps import NEXT, NEXT_OF_ARTICLES, Situation, situation_of
from backlinks.views.steps import RECENT, Step, is_base_moved, steps_of

S = OrderStatus

CONFIRMING, IN_QUESTION, EXPIRED = "confirming_payment", "payment_in_question", "expired"
POLL_SECONDS = {S.PROCESSING: 2, S.AWAITING_PAYMENT: 2, S.ADMIN_REVIEW: 30}
HEADLINES = {
    "awaiting_payment": "Not paid yet",
    "confirming_payment": "Waiting for the payment",
    "payment_in_question": "We are looking into your payment",
    "processing": "Request received!",
    "quality_check": "Your change is ready to read",
    "admin_review": "With the editor",
    "planned": "Approved, and waiting for its day",
    "completed": "Your link is live",
    "link_lost": "Your link no longer stands",
    "rejected": "The editor decided against this version",
    "failed": "We could not place your link",
    "expired": "Not paid in time",
    "cancelled": "Not paid",
    "refunded": "Refunded",
    "refund_returned": "Your refund did not go through",
}
ENDED = "This order has ended"  # whatever state it was in when the bank took the payment back
OF_ARTICLES = {
    "quality_check": "Your article is ready to read",
    "completed": "Your article is live",
    "failed": "We could not write your article",
}
REFUND_SECONDS = 5  # between two looks at one that is under way
NOT_WRITTEN = (
    "The latest attempt did not lead to a version that passes our checks. "
    "Your earlier one is still here, and you may ask again."
)
CAME_BACK = (
    "The article was published anew before your change was approved. Your change fits the new text: "
    "please read it once more, and submit it again."
)
NEWER_NO_LONGER_FITS = (
    "The article was published anew since, and your latest version no longer fits it. "
    "This is the newest one that does. You may also have another written, at no cost."
)
NO_LONGER_FITS = (
    "The article was published anew since this was written, and the paragraph is no longer the same. "
    "Please have another version written, at no cost."
)


@dataclass(frozen=True)
class Live:
    """How often the page looks again, and a mark of what it shows now."""

    seconds: int
    seen: str

    @property
    def seconds_without_script(self) -> int:
        """A whole page that loads again is no pleasure to read."""
        return max(5, self.seconds)


@dataclass(frozen=True)
class OrderPage:
    order: Order
    face: str
    situation: Situation
    notice: str
    known: OrderView
    events: list[OrderEvent]
    steps: list[Step]
    shown: Candidate | None
    earlier: Earlier
    placement: Placement | None
    target: TargetReport | None
    live: Live | None

    @property
    def headline(self) -> str:
        if self.situation == Situation.DISPUTE_LOST:
            return ENDED
        name = self.situation if self.situation in HEADLINES else self.face
        return OF_ARTICLES.get(name, HEADLINES[name]) if self.order.is_for_article else HEADLINES[name]

    @property
    def next(self) -> str:
        """What happens next, in one sentence."""
        of_articles = NEXT_OF_ARTICLES if self.order.is_for_article else {}
        return of_articles.get(self.situation, NEXT[self.situation])

    @property
    def last(self) -> OrderEvent:
        return self.events[-1]

    @property
    def recent_steps(self) -> list[Step]:
        return self.steps[-RECENT:]

    @property
    def older_steps(self) -> list[Step]:
        return self.steps[:-RECENT]

    @property
    def asks_back(self) -> bool:
        return is_asking(self.events)

    @property
    def rejection_reason(self) -> str:
        """The editor's, whatever the customer did since."""
        reasons = [event.reason for event in self.events if event.from_status == S.ADMIN_REVIEW]
        return reasons[-1] if reasons else ""

    @property
    def template(self) -> str:
        return f"backlinks/states/{self.face}.html"

    @property
    def is_payment_open(self) -> bool:
        """Money may have moved that is not on the order yet."""
        return self.face in (CONFIRMING, IN_QUESTION)


def order_page(order: Order, *, back_from_paying: bool = False, earlier_page: int = 1) -> OrderPage:
    """`back_from_paying`: the browser says it has just paid; only Stripe can say whether it has."""
    known = view_of(order)
    face = _face(order, known, back_from_paying=back_from_paying)
    shown = candidate_of(known.version) if known.version else None
    earlier = [version for version in known.candidates if version != known.version] if face == "quality_check" else []
    events = list(order.events.order_by("id"))
    placement = _placement(order)
    return OrderPage(
        order=order,
        face=face,
        situation=situation_of(
            face,
            known,
            asks_back=is_asking(events),
            is_link_gone=_is_link_gone(order, placement),
            is_planned=order.status == S.ADMIN_REVIEW and plan_of(order) is not None,
        ),
        notice=_notice(known, events),
        known=known,
        events=events,
        steps=steps_of(order, events, placement),
        shown=shown,
        earlier=earlier_versions(earlier, earlier_page),
        placement=placement,
        target=order.target_reports.order_by("-id").first(),
        live=_live(face, known),
    )


def _face(order: Order, known: OrderView, *, back_from_paying: bool) -> str:
    """The template of the order's state; waiting for a payment's confirmation looks different from not having paid."""
    if order.status == S.REFUNDED and _refund_came_back(known):
        return "refund_returned"
    if order.status not in (S.AWAITING_PAYMENT, S.CANCELLED):
        return order.status.lower()
    newest = Checkout.objects.filter(items__order=order).order_by("-created_at").first()
    if order.status == S.CANCELLED:
        return EXPIRED if newest and newest.status == CheckoutStatus.EXPIRED else "cancelled"
    if newest is None:
        return "awaiting_payment"
    if newest.status == CheckoutStatus.FAILED and newest.stripe_session_id:
        return IN_QUESTION  # any other failure of a session cancels the order
    is_confirming = newest.status == CheckoutStatus.PENDING or (back_from_paying and newest.status in UNDER_WAY)
    return CONFIRMING if is_confirming else "awaiting_payment"


def _refund_came_back(known: OrderView) -> bool:
    """Whether it failed at the customer's bank after Stripe had called it done."""
    refund = known.refund
    if refund is None or refund.status != RefundStatus.FAILED or refund.settled_at is None:
        return False
    return known.order.updated_at < refund.settled_at


def _placement(order: Order) -> Placement | None:
    if order.status not in (S.COMPLETED, S.REFUNDED):
        return None
    return Placement.objects.filter(subject_type="order", subject_id=str(order.pk)).order_by("-id").first()


def _is_link_gone(order: Order, placement: Placement | None) -> bool:
    """Taken out, or found missing and not restored by itself."""
    if order.status != S.COMPLETED or placement is None:
        return False
    return bool(placement.ended_at) or order.losses.filter(ended_at=None, told_at__isnull=False).exists()


def _notice(known: OrderView, events: Sequence[OrderEvent]) -> str:
    if known.version is None or known.is_frozen:
        return ""
    if not known.can_submit:
        return NO_LONGER_FITS
    newest = known.candidates[0]
    if candidate_of(newest).number <= known.order.regeneration_count:
        return NOT_WRITTEN
    if known.version != newest:
        return NEWER_NO_LONGER_FITS
    return CAME_BACK if events and is_base_moved(events[-1]) else ""


def _live(face: str, known: OrderView) -> Live | None:
    seconds = POLL_SECONDS.get(OrderStatus(known.order.status), REFUND_SECONDS if known.is_refunding else None)
    if seconds is None or face in ("awaiting_payment", IN_QUESTION):
        return None
    return Live(seconds, f"{face}.{crc32(repr(known.queue).encode())}")
