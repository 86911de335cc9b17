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
LONGEST_SUBJECT = 64  # of a job
# Every other event is stored and ignored.
HEEDED = frozenset(
    [
        "checkout.session.completed",
        "checkout.session.async_payment_succeeded",
        "checkout.session.async_payment_failed",
        "checkout.session.expired",
        "refund.created",
        "refund.updated",
        "refund.failed",
        "charge.refunded",
        "charge.dispute.created",
        "charge.dispute.updated",
        "charge.dispute.closed",
    ]
)
IGNORED = "ignored"


def receive(raw: bytes, signature: str) -> None:
    """Keep the event and enqueue its job, however often it comes. Raises clients.stripe.Forged."""
    if len(raw) > LARGEST_BODY:
        raise stripe.Forged("larger than any event")
    event = stripe.read_event(raw, signature, settings.STRIPE_WEBHOOK_SECRETS)
    heeded = event.type in HEEDED
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
            subject = ("stripe_event", event.id[:LONGEST_SUBJECT])
            enqueue("apply-stripe-event", {"event_id": event.id}, subject=subject, once=event.id)
