"""What was paid for an order, when, by which payment, and what went back: for its customer to keep.

Reads only, and says only what Stripe has confirmed: a refund on its way is shown and not counted, a failed one left
out.
"""

from dataclasses import dataclass
from datetime import datetime

from backlinks.models import Order, Refund, RefundStatus
from backlinks.refunds import paid_for


class NotPaid(Exception):
    """There is nothing to give a receipt for."""


@dataclass(frozen=True)
class Returned:
    """Money that went back, or is on its way; `at` is when Stripe said so, else when it was asked for."""

    at: datetime
    amount_minor: int
    is_done: bool
    number: str


@dataclass(frozen=True)
class Receipt:
    """`payment` is Stripe's number of it; `together_minor` its whole amount where it paid for other orders too."""

    order: Order
    payment: str
    paid_at: datetime
    paid_minor: int
    together_minor: int | None
    returned: list[Returned]

    @property
    def kept_minor(self) -> int:
        return self.paid_minor - sum(line.amount_minor for line in self.returned if line.is_done)


def receipt_of(order: Order) -> Receipt:
    """Raises NotPaid."""
    checkout = order.paid_by
    if checkout is None or order.paid_at is None:
        raise NotPaid(f"order {order.pk}")
    paid = paid_for(order)
    return Receipt(
        order=order,
        payment=checkout.payment_intent_id or checkout.stripe_session_id or "",
        paid_at=order.paid_at,
        paid_minor=paid,
        together_minor=checkout.amount_minor if checkout.amount_minor != paid else None,
        returned=[_line(refund) for refund in order.refunds.exclude(status=RefundStatus.FAILED).order_by("id")],
    )


def _line(refund: Refund) -> Returned:
    is_done = refund.status == RefundStatus.SUCCEEDED
    at = refund.settled_at if is_done and refund.settled_at else refund.created_at
    return Returned(at, refund.amount_minor, is_done, refund.stripe_refund_id or "")
