"""What Stripe tells us: verified, stored once, answered at once.

Nothing is done here about what it says; a job looks at Stripe itself.
"""

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from backlinks.clients import stripe
from backlinks.models import StripeEvent
from queues.enqueue import enqueue

LARGEST_BODY = 256 * 1024
HEEDED = ("checkout.session.", "refund.", "charge.refunded", "charge.dispute.")
IGNORED = "ignored"


def receive(raw: bytes, signature: str) -> None:
    """Keep the event and enqueue its job, however often it comes. Raises clients.stripe.Forged."""
    if len(raw) > LARGEST_BODY:
        raise stripe.Forged("larger than any event")
    event = stripe.read_event(raw, signature, settings.STRIPE_WEBHOOK_SECRETS)
    heeded = event.type.startswith(HEEDED)
    row = StripeEvent(
        id=event.id,
        type=event.type,
        object_id=event.object_id,
        payload=event.payload,
        outcome="" if heeded else IGNORED,
        applied_at=None if heeded else timezone.now(),
    )
    with transaction.atomic():
        StripeEvent.objects.bulk_create([row], ignore_conflicts=True)
        if heeded:
            enqueue("apply-stripe-event", {"event_id": event.id}, subject=("stripe_event", event.id), once=event.id)
