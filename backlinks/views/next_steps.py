"""What happens next with an order, in one sentence for every situation it can be in.

The one table of these sentences: a page, a list or an email that says what comes next says it from here.
"""

from collections.abc import Mapping
from enum import StrEnum

from backlinks.models import OrderStatus, RefundStatus
from backlinks.queries import OrderView


class Situation(StrEnum):
    """An order's face (the template of its state), or what weighs more than its state."""

    AWAITING_PAYMENT = "awaiting_payment"
    CONFIRMING_PAYMENT = "confirming_payment"
    PAYMENT_IN_QUESTION = "payment_in_question"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    PROCESSING = "processing"
    REWRITING = "rewriting"
    QUALITY_CHECK = "quality_check"
    NOTHING_FITS = "nothing_fits"
    ADMIN_REVIEW = "admin_review"
    PLANNED = "planned"
    REJECTED = "rejected"
    REFUND_ASKED = "refund_asked"
    COMPLETED = "completed"
    LINK_LOST = "link_lost"
    FAILED = "failed"
    REFUND_UNDER_WAY = "refund_under_way"
    REFUND_FAILED = "refund_failed"
    REFUND_RETURNED = "refund_returned"
    REFUNDED = "refunded"
    DISPUTED = "disputed"
    DISPUTE_LOST = "dispute_lost"


S = Situation
NEXT: Mapping[Situation, str] = {
    S.AWAITING_PAYMENT: "Once you have paid, your link is written, and you read the change before anybody else.",
    S.CONFIRMING_PAYMENT: "As soon as the payment is confirmed, writing begins and this page goes on by itself.",
    S.PAYMENT_IN_QUESTION: "Our staff settle it and write to you; until then, please do not pay again.",
    S.EXPIRED: "Pay now if you still want the link; otherwise you need not do anything.",
    S.CANCELLED: "Pay again if you still want the link; otherwise you need not do anything.",
    S.PROCESSING: "You read the exact change first: we write to you when it is ready, so you may close this page.",
    S.REWRITING: "You read it first, and choose between it and what was written before; you may close this page.",
    S.QUALITY_CHECK: "You decide: submit the version you like, or have another one written.",
    S.NOTHING_FITS: "Have another version written for the article as it is now; nothing more is due.",
    S.ADMIN_REVIEW: "An editor decides; we write to you when your link is live, or when something stands in its way.",
    S.PLANNED: "It goes live by itself on its day, and we write to you then; until then you can take it back.",
    S.REJECTED: "You decide: have another version written at no cost, or ask for your money back.",
    S.REFUND_ASKED: "Our staff decide about the refund and write to you; you may still have another version written.",
    S.COMPLETED: "You need not do anything; if something changes with your link, we write to you.",
    S.LINK_LOST: "Our staff look into why your link no longer stands, and write to you.",
    S.FAILED: "Our staff have it written again or give your money back, and write to you either way.",
    S.REFUND_UNDER_WAY: "Your money is on its way back; we write to you when it has gone out.",
    S.REFUND_FAILED: "Our staff see to it that your money goes back, and write to you when it has.",
    S.REFUND_RETURNED: "Our staff find another way to give your money back, and write to you.",
    S.REFUNDED: "Nothing more: your bank usually shows the money within five to ten days.",
    S.DISPUTE_LOST: "Nothing more: your bank took the payment back, and with that this order has ended.",
    S.DISPUTED: "Nothing moves until your bank has decided; write to us if this is a mistake.",
}
NEXT_OF_ARTICLES: Mapping[Situation, str] = {
    S.AWAITING_PAYMENT: "Once you have paid, your article is written, and you read it before anybody else.",
    S.PROCESSING: "You read the whole article first: we write to you when it is ready, so you may close this page.",
    S.ADMIN_REVIEW: "An editor decides; we write to you when it is live, or when something stands in its way.",
}
MONEY_STILL_OWED = (OrderStatus.FAILED, OrderStatus.REJECTED)


def situation_of(face: str, known: OrderView, *, asks_back: bool, is_link_gone: bool, is_planned: bool) -> Situation:
    """What weighs most: the bank first, then money on its way, then the order's own state."""
    order, refund = known.order, known.refund
    if order.status == OrderStatus.REFUNDED:
        return Situation(face)
    if order.disputed_at:
        return S.DISPUTE_LOST if order.dispute_lost_at else S.DISPUTED
    if known.is_refunding:
        return S.REFUND_UNDER_WAY
    if refund and refund.status == RefundStatus.FAILED and order.status in MONEY_STILL_OWED:
        return S.REFUND_FAILED
    special = {
        S.PROCESSING: (order.regeneration_count > 0, S.REWRITING),
        S.QUALITY_CHECK: (not known.can_submit, S.NOTHING_FITS),
        S.ADMIN_REVIEW: (is_planned, S.PLANNED),
        S.REJECTED: (asks_back, S.REFUND_ASKED),
        S.COMPLETED: (is_link_gone, S.LINK_LOST),
    }
    applies, instead = special.get(Situation(face), (False, Situation(face)))
    return instead if applies else Situation(face)
