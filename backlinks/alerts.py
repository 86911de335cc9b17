"""What staff must look at: on record in the transaction it belongs to, and loud in the log.

Nothing is sent from here; the emails are `letters.to_staff`.
"""

from collections.abc import Mapping

import structlog
from django.db.models import TextChoices

from audit.recording import record
from backlinks.actors import STRIPE

log = structlog.get_logger("backlinks")


class Trouble(TextChoices):
    """What staff get an email about."""

    REFUND_FAILED = "refund_failed", "A refund failed"
    PARTLY_REFUNDED = "partly_refunded", "A part of a payment was given back at Stripe"
    DISPUTED = "disputed", "A payment is disputed"
    DISPUTE_WON = "dispute_won", "A dispute was won"
    DISPUTE_LOST = "dispute_lost", "A dispute was lost"
    MISMATCHED = "mismatched", "A payment is not what was asked for"
    OVERPAID = "overpaid", "An order was paid twice"
    LINK_STANDS = "link_stands", "A refunded link still stands"
    LINK_LOST = "link_lost", "A paid link is lost"
    PAGE_WRONG = "page_wrong", "A page does not show its paid link"
    GUARANTEE_CLAIMED = "guarantee_claimed", "A guarantee is claimed"
    PLAN_STOPPED = "plan_stopped", "A planned publication was stopped"
    REFUND_ASKED = "refund_asked", "A customer asks for a refund"


def tell_staff(action: str, target: tuple[str, str], *, reason: str = "", facts: Mapping[str, object]) -> None:
    """`action` is `thing.verb_past`, as in the record; `facts` hold ids and amounts, never an address or a secret."""
    record(actor=STRIPE, action=action, target=target, reason=reason, after=facts)
    log.error(action, target=f"{target[0]} {target[1]}", reason=reason, **facts)
