"""Takes a payer out of the messages Stripe sent about their payments. Numbers and amounts stay: they are vouchers.

Nothing reads these messages but people: what happened is asked of Stripe anew.
"""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Q, TextField
from django.db.models.functions import Cast

from backlinks.models import Checkout, StripeEvent

PERSONAL = frozenset(
    {"customer_details", "billing_details", "shipping", "shipping_details", "collected_information"}
    | {"customer_email", "receipt_email", "individual_name", "payment_method_details"}
)


def forget_payer(order_ids: Collection[UUID], *, email: str, pseudonym: str) -> int:
    """In how many messages they stood: about these orders' checkouts, or naming the address."""
    checkouts = Checkout.objects.filter(items__order__in=order_ids).distinct()
    numbers = [number for pair in checkouts.values_list("stripe_session_id", "payment_intent_id") for number in pair]
    about = Q(object_id__in=[number for number in numbers if number]) | Q(told__icontains=email)
    events = list(StripeEvent.objects.alias(told=Cast("payload", TextField())).filter(about))
    for event in events:
        event.payload = without_person(event.payload, email, pseudonym)
    StripeEvent.objects.bulk_update(events, ["payload"])
    return len(events)


def without_person(value: Any, email: str, pseudonym: str) -> Any:
    """The same JSON; what Stripe says of the person is null, and the address wherever it stands the pseudonym."""
    if isinstance(value, dict):
        kept = {key: None if key in PERSONAL else inner for key, inner in value.items()}
        return {key: without_person(inner, email, pseudonym) for key, inner in kept.items()}
    if isinstance(value, list):
        return [without_person(inner, email, pseudonym) for inner in value]
    is_theirs = isinstance(value, str) and value.lower() == email.lower()
    return pseudonym if is_theirs else value
