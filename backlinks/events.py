"""From a stored event to what is done about it: which of Stripe's objects to look at, and whose word that is.

Nothing in an event is believed but its type and the id of its object.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils import timezone

from backlinks import disputes, fulfilment, refunded
from backlinks.clients import stripe
from backlinks.models import StripeEvent


@dataclass(frozen=True)
class News:
    """What Stripe says now about the object of an event; `settle` does what follows and says what it did."""

    event: StripeEvent
    settle: Callable[[], str]


def look_up(event_id: str) -> News:
    """Read the event's object at Stripe, outside any transaction."""
    event = StripeEvent.objects.get(pk=event_id)
    kind, _, _ = event.type.rpartition(".")
    if kind == "checkout.session":
        session = fulfilment.look_up(event.object_id)
        return News(event, lambda: fulfilment.settle(session))
    if kind == "refund":
        refund = stripe.refund(event.object_id)
        if refund.number or refund.charge is None:
            return News(event, lambda: refunded.settle(refund))
        given = refunded.look_up(refund.charge)
        return News(event, lambda: refunded.settle_by_hand(refund, given))
    if kind == "charge.dispute":
        dispute = stripe.dispute(event.object_id)
        return News(event, lambda: disputes.settle(dispute))
    given = refunded.look_up(event.object_id)
    return News(event, lambda: refunded.settle_charge(given))


def apply(news: News) -> str:
    """In the caller's transaction: do it and note it on the event."""
    outcome = news.settle()
    StripeEvent.objects.filter(pk=news.event.pk).update(applied_at=timezone.now(), outcome=outcome)
    return outcome
