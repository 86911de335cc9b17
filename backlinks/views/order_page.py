"""An order as its customer reads it: what its page says, put into words.

Reads only. What staff wrote for staff, and what a machine wrote for a log, is never shown here.
"""

from dataclasses import dataclass
from typing import Any
from zlib import crc32

from articles.models import ArticleVersion, Placement
from backlinks.actors import SYSTEM
from backlinks.certificates import Row, readable
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
from backlinks.preview import Preview, preview_of
from backlinks.queries import OrderView, view_of

S = OrderStatus

CONFIRMING, IN_QUESTION = "confirming_payment", "payment_in_question"
POLL_SECONDS = {S.PROCESSING: 2, S.AWAITING_PAYMENT: 2, S.ADMIN_REVIEW: 30}
MODES = {
    "wrap": "Words that stood there already became the link.",
    "rewrite_sentence": "One sentence was rewritten to carry the link.",
    "add_sentence": "A sentence was added to carry the link.",
}
HEADLINES = {
    "awaiting_payment": "Not paid yet",
    "confirming_payment": "Waiting for the payment",
    "payment_in_question": "We are looking into your payment",
    "processing": "Request received!",
    "quality_check": "Your change is ready to read",
    "admin_review": "With the editor",
    "completed": "Your link is live",
    "rejected": "The editor decided against this version",
    "failed": "We could not place your link",
    "cancelled": "Not paid",
    "refunded": "Refunded",
    "refund_returned": "Your refund did not go through",
}
NOT_WRITTEN = (
    "The latest attempt did not lead to a version that passes our checks. "
    "Your earlier one is still here, and you may ask again."
)
NO_LONGER_FITS = (
    "The article was published anew since this was written, and the paragraph is no longer the same. "
    "Please have another version written, at no cost."
)
OFFLINE = "offline"
STEPS: dict[tuple[str, str], str] = {
    ("", S.AWAITING_PAYMENT): "Ordered",
    (S.AWAITING_PAYMENT, S.CANCELLED): "Not paid",
    (S.CANCELLED, S.AWAITING_PAYMENT): "Back at the payment",
    (S.AWAITING_PAYMENT, S.PROCESSING): "Paid, writing began",
    (S.PROCESSING, S.QUALITY_CHECK): "Ready for you to read",
    (S.PROCESSING, S.FAILED): "The link could not be written",
    (S.QUALITY_CHECK, S.PROCESSING): "You asked for another version",
    (S.QUALITY_CHECK, S.ADMIN_REVIEW): "You submitted it to the editor",
    (S.ADMIN_REVIEW, S.QUALITY_CHECK): "You took it back",
    (S.ADMIN_REVIEW, S.COMPLETED): "Approved by the editor, and live",
    (S.ADMIN_REVIEW, S.REJECTED): "The editor decided against it",
    (S.REJECTED, S.PROCESSING): "You asked for another version",
    (S.FAILED, S.PROCESSING): "Taken up again",
}
WITHOUT_THE_CUSTOMER: dict[tuple[str, str], str] = {
    (S.ADMIN_REVIEW, S.QUALITY_CHECK): "The article changed: please look again"
}


@dataclass(frozen=True)
class Step:
    event: OrderEvent
    words: str


@dataclass(frozen=True)
class Candidate:
    """A version that passed its checks, as people judge it."""

    version: ArticleVersion
    preview: Preview
    heading: str
    mode: str
    number: int
    certificate: list[Row]

    @property
    def is_offline(self) -> bool:
        return OFFLINE in self.version.author_label

    @property
    def met(self) -> int:
        return len(self.certificate) - len(self.not_met)

    @property
    def not_met(self) -> list[Row]:
        """Warnings; blocking ones only in what was kept for staff."""
        return [row for row in self.certificate if not row.passed]


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
    headline: str
    notice: str
    known: OrderView
    steps: list[Step]
    shown: Candidate | None
    earlier: list[Candidate]
    placement: Placement | None
    target: TargetReport | None
    live: Live | None

    @property
    def last(self) -> Step:
        return self.steps[-1]

    @property
    def template(self) -> str:
        return f"backlinks/states/{self.face}.html"

    @property
    def is_payment_open(self) -> bool:
        """Money may have moved that is not on the order yet."""
        return self.face in (CONFIRMING, IN_QUESTION)


def order_page(order: Order, *, back_from_paying: bool = False) -> OrderPage:
    """`back_from_paying`: the browser says it has just paid; only Stripe can say whether it has."""
    known = view_of(order)
    face = _face(order, back_from_paying=back_from_paying)
    shown = candidate_of(known.version) if known.version else None
    return OrderPage(
        order=order,
        face=face,
        headline=HEADLINES[face],
        notice=_notice(known, shown),
        known=known,
        steps=[_step(event) for event in order.events.order_by("id")],
        shown=shown,
        earlier=[candidate_of(version) for version in known.candidates if version != known.version],
        placement=Placement.objects.filter(subject_type="order", subject_id=str(order.pk)).order_by("-id").first(),
        target=order.target_reports.order_by("-id").first(),
        live=_live(face, known),
    )


def candidate_of(version: ArticleVersion) -> Candidate:
    change: dict[str, Any] = version.change or {}
    metadata: dict[str, Any] = version.backlink_metadata or {}
    return Candidate(
        version=version,
        preview=preview_of(version),
        heading=change.get("heading", ""),
        mode=MODES.get(change.get("mode", ""), ""),
        number=metadata.get("regeneration_count", 0) + 1,
        certificate=readable(version.certificate),
    )


def _face(order: Order, *, back_from_paying: bool) -> str:
    """The template of the order's state; waiting for a payment's confirmation looks different from not having paid."""
    if order.status == S.REFUNDED and _refund_came_back(order):
        return "refund_returned"
    if order.status != S.AWAITING_PAYMENT:
        return order.status.lower()
    newest = Checkout.objects.filter(items__order=order).order_by("-created_at").first()
    if newest is None:
        return "awaiting_payment"
    if newest.status == CheckoutStatus.FAILED and newest.stripe_session_id:
        return IN_QUESTION  # any other failure of a session cancels the order
    is_confirming = newest.status == CheckoutStatus.PENDING or (back_from_paying and newest.status in UNDER_WAY)
    return CONFIRMING if is_confirming else "awaiting_payment"


def _refund_came_back(order: Order) -> bool:
    """Whether it failed at the customer's bank after Stripe had called it done."""
    refund = order.refunds.order_by("-id").first()
    if refund is None or refund.status != RefundStatus.FAILED or refund.settled_at is None:
        return False
    return order.updated_at < refund.settled_at


def _notice(known: OrderView, shown: Candidate | None) -> str:
    if shown is None or known.is_frozen:
        return ""
    if not known.can_submit:
        return NO_LONGER_FITS
    return NOT_WRITTEN if shown.number <= known.order.regeneration_count else ""


def _step(event: OrderEvent) -> Step:
    move = (event.from_status, event.to_status)
    words = STEPS.get(move, OrderStatus(event.to_status).label)
    return Step(event, WITHOUT_THE_CUSTOMER.get(move, words) if event.actor_type == SYSTEM else words)


def _live(face: str, known: OrderView) -> Live | None:
    seconds = POLL_SECONDS.get(OrderStatus(known.order.status))
    if seconds is None or face in ("awaiting_payment", IN_QUESTION):
        return None
    return Live(seconds, f"{face}.{crc32(repr(known.queue).encode())}")
