"""What a customer's own page shows of the sale: their orders. Reads only."""

from dataclasses import dataclass

from accounts.models import User
from accounts.roles import Role
from backlinks.models import Order
from backlinks.queries import orders_of
from backlinks.views.order_page import HEADLINES

SHOWN = 50
TEMPLATE = "backlinks/_my_orders.html"


@dataclass(frozen=True)
class Row:
    order: Order
    headline: str


def my_orders(user: User) -> dict[str, object] | None:
    """Newest first. Staff order as anybody would, without their account."""
    if user.role != Role.CUSTOMER:
        return None
    orders = list(orders_of(user)[: SHOWN + 1])
    rows = [Row(order, HEADLINES[order.status.lower()]) for order in orders[:SHOWN]]
    return {"orders": rows, "has_more": len(orders) > SHOWN}
