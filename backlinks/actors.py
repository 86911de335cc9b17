"""Who acts on an order: its customer, staff, or the system, told apart by the actor's type.

An actor says who did something; it must never be what decides whether they were allowed through the door.
"""

from audit.actors import Actor
from backlinks.models import Order

CUSTOMER, STAFF, SYSTEM = "customer", "user", "system"

STRIPE = Actor(SYSTEM, "stripe", "Stripe")
WRITER = Actor(SYSTEM, "writer", "AI writer")
WATCH = Actor(SYSTEM, "watch", "Link watch")


def customer_of(order: Order) -> Actor:
    """Whoever holds the order: its account where it has one, else the address it was quoted to."""
    return Actor(CUSTOMER, str(order.customer_id or ""), order.email)
