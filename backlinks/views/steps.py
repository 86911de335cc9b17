"""What happened to an order, each step in its customer's words. Reads only; what staff or machines noted stays out."""

from dataclasses import dataclass

from backlinks.actors import SYSTEM
from backlinks.models import OrderEvent, OrderStatus

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
    event: OrderEvent
    words: str


def step_of(event: OrderEvent) -> Step:
    move = (event.from_status, event.to_status)
    words = STEPS.get(move, OrderStatus(event.to_status).label)
    return Step(event, WITHOUT_THE_CUSTOMER.get(move, words) if event.actor_type == SYSTEM else words)
