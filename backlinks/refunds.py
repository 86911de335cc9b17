"""Asking for money back: once, never more than was paid, never while the payment is disputed.

What becomes of it is Stripe's to say; `refunded` listens.
"""

from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from audit.actors import Actor
from audit.recording import record
from backlinks.clients import stripe
from backlinks.models import CheckoutItem, Order, OrderStatus, Refund, RefundReason, RefundStatus
from backlinks.moves import MOVES, Disputed, WrongState
from queues.enqueue import enqueue
from queues.errors import Permanent

SLOW_AFTER = timedelta(hours=1)


class NotRefundable(Exception):
    """The refund cannot be asked for again; the message says why."""


class GivenBackByHand(Permanent):
    """Money of this payment was given back at Stripe, for whichever order: ours might come out of another's."""


class DisputedMeanwhile(Permanent):
    """The bank asked for the money back before we could give it: Stripe must not be asked as well."""


@dataclass(frozen=True)
class Decision:
    """Why money goes back: `words` are for the record, `keeps_link` lets a live link stand."""

    reason: RefundReason
    words: str = ""
    keeps_link: bool = False


@transaction.atomic
def request_refund(order: Order, *, decision: Decision, actor: Actor) -> Refund:
    """Have the order's whole price given back. Raises WrongState or Disputed; asked again, the same refund.

    One that failed is asked for once more.
    """
    order = Order.objects.select_for_update().get(pk=order.pk)
    if not is_refundable(order):
        raise WrongState(order, OrderStatus.REFUNDED)
    if order.disputed_at:
        raise Disputed(f"order {order.pk}")
    known = under_way(order)
    if known is not None:
        return known
    refund = _written(order, decision)
    id = str(refund.pk)
    enqueue("refund-order", {"refund_id": refund.pk}, subject=("refund", id), once=f"refund:{id}:{refund.attempt}")
    facts = {"amount_minor": refund.amount_minor, "attempt": refund.attempt, "keeps_link": refund.keeps_link}
    record(
        actor=actor,
        action="refund.requested",
        target=("order", str(order.pk)),
        reason=decision.words or str(decision.reason.label),
        after=facts,
    )
    return refund


def is_refundable(order: Order) -> bool:
    """Where its state allows it; once refunded, only if the money came back to us."""
    if order.status == OrderStatus.REFUNDED:
        return order.refunds.filter(status=RefundStatus.FAILED).exists()
    return (OrderStatus(order.status), OrderStatus.REFUNDED) in MOVES


def under_way(order: Order) -> Refund | None:
    """The order's refund, asked for or done; failed ones do not count."""
    return Refund.objects.filter(order=order).exclude(status=RefundStatus.FAILED).first()


def paid_for(order: Order) -> int:
    """What was paid for the order, in minor units: the most that can go back."""
    return CheckoutItem.objects.get(order=order, checkout=order.paid_by).amount_minor


def ask_stripe(refund_id: int) -> stripe.StripeRefund | None:
    """Ask for the refund; the same one however often, and None where nobody waits for it any more. Raises
    StripeUnavailable, StripeRefused, GivenBackByHand or DisputedMeanwhile.

    Stripe keeps a refusal for a day under its idempotency key, so another attempt has a key of its own. And it keeps
    what it did no longer than that either, so it is asked first what became of it.
    """
    refund = Refund.objects.select_related("order__paid_by").get(pk=refund_id)
    checkout, number = refund.order.paid_by, str(refund.pk)
    assert checkout is not None and checkout.payment_intent_id  # a refund begins with a payment
    standing = [told for told in stripe.refunds_of(checkout.payment_intent_id) if told.is_standing]
    for told in standing:
        if told.number == number:
            return told
    if refund.status != RefundStatus.REQUESTED:
        return None
    if by_hand := [told.id for told in standing if not told.number]:
        raise GivenBackByHand(
            f"money of this payment was given back at Stripe by hand ({', '.join(by_hand)}), for which order cannot be "
            "told here: give back at Stripe what is still due"
        )
    if refund.order.disputed_at:
        raise DisputedMeanwhile(f"the payment of order {refund.order_id} is disputed")
    return stripe.create_refund(
        refund_id=number,
        attempt=refund.attempt,
        key=_key(refund),
        payment_intent=checkout.payment_intent_id,
        amount=refund.amount_minor,
    )


def ask_again(refund: Refund) -> None:
    """A failed refund becomes another attempt, for a job that runs again. Raises NotRefundable."""
    order = Order.objects.select_for_update().get(pk=refund.order_id)
    if order.disputed_at or under_way(order):
        raise NotRefundable("the payment is disputed, or another refund is under way")
    if not is_refundable(order):
        raise NotRefundable(f"the order is {order.get_status_display().lower()}")
    _begin_anew(refund)


def reconcile() -> int:
    """Have refunds that have been under way for long looked at again: a lost webhook leaves none hanging."""
    slow = Refund.objects.filter(status=RefundStatus.PENDING, created_at__lt=timezone.now() - SLOW_AFTER)
    ids = list(slow.order_by("created_at").values_list("pk", flat=True))
    for id in ids:
        enqueue("settle-refund", {"refund_id": id}, subject=("refund", str(id)), key=f"settle:{id}")
    return len(ids)


def _written(order: Order, decision: Decision) -> Refund:
    failed = Refund.objects.filter(order=order).order_by("-id").first()
    if failed is not None:
        return _begin_anew(failed, reason=decision.reason, keeps_link=decision.keeps_link)
    paid = paid_for(order)
    return Refund.objects.create(
        order=order, reason=decision.reason, keeps_link=decision.keeps_link, amount_minor=paid, paid_minor=paid
    )


def _begin_anew(refund: Refund, **changes: object) -> Refund:
    """`stripe_refund_id` stays until the next one is known: late news of the failed one is told apart by it."""
    Refund.objects.filter(pk=refund.pk).update(
        status=RefundStatus.REQUESTED, settled_at=None, attempt=refund.attempt + 1, **changes
    )
    refund.refresh_from_db()
    return refund


def _key(refund: Refund) -> str:
    first = f"refund:{refund.order_id}:{refund.reason}"
    return first if refund.attempt == 1 else f"{first}:{refund.attempt}"
