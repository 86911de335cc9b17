"""What happened to an order, each step in its customer's words. Reads only; what staff or machines noted stays out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from articles.models import Placement
from backlinks.actors import SYSTEM
from backlinks.models import Order, OrderEvent, OrderStatus

S = OrderStatus
RECENT = 8

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
    (S.REJECTED, S.REJECTED): "You asked for your money back",
    (S.FAILED, S.PROCESSING): "Taken up again",
}
WITHOUT_THE_CUSTOMER: dict[tuple[str, str], str] = {
    (S.ADMIN_REVIEW, S.QUALITY_CHECK): "The article changed: please look again"
}


@dataclass(frozen=True)
class Step:
    at: datetime
    words: str


def steps_of(order: Order, events: Sequence[OrderEvent], placement: Placement | None) -> list[Step]:
    """In their order: the moves of the order, what the bank did beside them, and the end of the link."""
    beside = {
        "Your bank asked for the payment back": order.disputed_at,
        "Your bank took the payment back": order.dispute_lost_at,
        "Your link was taken out of the article": placement.ended_at if placement else None,
    }
    steps = [Step(event.at, _move_in_words(event)) for event in events]
    return sorted([*steps, *(Step(at, words) for words, at in beside.items() if at)], key=lambda step: step.at)


def is_base_moved(event: OrderEvent) -> bool:
    """Whether the order came back because the article changed under it."""
    return event.actor_type == SYSTEM and (event.from_status, event.to_status) in WITHOUT_THE_CUSTOMER


def _move_in_words(event: OrderEvent) -> str:
    move = (event.from_status, event.to_status)
    words = STEPS.get(move, OrderStatus(event.to_status).label)
    return WITHOUT_THE_CUSTOMER.get(move, words) if event.actor_type == SYSTEM else words
