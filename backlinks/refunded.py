"""What Stripe says became of a refund, and what follows: an order is called refunded only here.

A refund that fails is for staff to settle; nothing is ever asked of Stripe from here.
"""

from dataclasses import dataclass

from django.utils import timezone

from articles.commissioning import shelve
from articles.money import written
from backlinks import letters, takedown
from backlinks.actors import STRIPE
from backlinks.alerts import Trouble, tell_staff
from backlinks.checkout import checkout_paid_by
from backlinks.clients import stripe
from backlinks.locking import lock_orders
from backlinks.models import Checkout, Order, OrderStatus, Refund, RefundReason, RefundStatus
from backlinks.moves import move
from backlinks.refunds import paid_for, under_way
from queues.errors import HeldBack, RetryLater

WORKING_SECONDS = 60
PARTLY = "partly_refunded"
BY_HAND = (
    "Of which order that is cannot be told here, so none is called refunded until the whole payment went back, and no "
    "more of it is asked for here: whatever else is due must be given back at Stripe too."
)


@dataclass(frozen=True)
class Given:
    """A payment, and the refunds of it, as Stripe has them now."""

    charge: stripe.Charge
    refunds: list[stripe.StripeRefund]

    @property
    def waits_by_hand(self) -> bool:
        """Stripe counts a refund before it has gone through; of one made there we hear nothing else."""
        by_hand = [refund for refund in self.refunds if refund.is_standing and not refund.number]
        return any(refund.status != "succeeded" for refund in by_hand)


def look_up(charge_id: str) -> Given:
    """Outside any transaction."""
    charge = stripe.charge(charge_id)
    payment = charge.payment_intent if charge.refunded else None
    return Given(charge, stripe.refunds_of(payment) if payment else [])


def settle(told: stripe.StripeRefund) -> str:
    """Do, once, what Stripe says of a refund; in words what was done."""
    checkout = checkout_paid_by(told.payment_intent)
    if checkout is None or not told.number.isdecimal():
        return "not_ours"
    refund = Refund.objects.filter(pk=int(told.number), order__paid_by=checkout).first()
    if refund is None:
        return "not_ours"
    (order,) = lock_orders(Order.objects.filter(pk=refund.order_id))
    refund = Refund.objects.select_for_update().get(pk=refund.pk)
    if told.status == "succeeded":
        return _succeed(order, refund, told)
    if told.is_standing:
        return _wait(refund, told)
    if _is_old_news(refund, told):
        return "already_over"
    return fail(refund, f"Stripe says the refund {told.status}.", stripe_refund_id=told.id)


def fail(refund: Refund, reason: str, **changes: object) -> str:
    """The money did not go back: on record and by email for staff, who ask for it again or settle it at Stripe."""
    failed = Refund.objects.filter(pk=refund.pk).exclude(status=RefundStatus.FAILED)
    if not failed.update(status=RefundStatus.FAILED, settled_at=timezone.now(), **changes):
        return "already_over"
    facts = {"refund": refund.pk, "attempt": refund.attempt, "amount_minor": refund.amount_minor}
    tell_staff("refund.failed", ("order", str(refund.order_id)), reason=reason, facts=facts)
    letters.to_staff(Trouble.REFUND_FAILED, refund.order, cause=f"{refund.pk}.{refund.attempt}", message=reason)
    return "failed"


def settle_by_hand(told: stripe.StripeRefund, given: Given) -> str:
    """What Stripe says of a refund that somebody made there: staff hear of one that failed, and of a part, for whose it
    is cannot be told.
    """
    checkout = checkout_paid_by(told.payment_intent)
    if checkout is None:
        return "not_ours"
    if not told.is_standing:
        _write(Trouble.REFUND_FAILED, checkout, told, f"the refund {told.id}, made there by hand, {told.status}.")
        return "failed"
    outcome = settle_charge(given)
    if outcome == PARTLY:
        amount = written(told.amount, checkout.currency)
        _write(
            Trouble.PARTLY_REFUNDED, checkout, told, f"{amount} were given back there by hand ({told.id}). {BY_HAND}"
        )
    return outcome


def settle_charge(given: Given) -> str:
    """A payment given back as a whole, perhaps by hand at Stripe: all its orders are refunded.

    Stripe counts a refund that may still fail; of those we asked for, the refund's own events are the word.
    """
    checkout = checkout_paid_by(given.charge.payment_intent)
    if checkout is None:
        return "not_ours"
    if not given.charge.refunded:
        return PARTLY
    if given.waits_by_hand:
        return "pending"
    for order in lock_orders(Order.objects.filter(paid_by=checkout)):
        asked_for = under_way(order)
        if asked_for is None:
            _given_back_at_stripe(order)
        elif asked_for.status == RefundStatus.REQUESTED:
            raise RetryLater(f"refund {asked_for.pk} is being asked for", WORKING_SECONDS)
    return "refunded"


def _write(trouble: Trouble, checkout: Checkout, told: stripe.StripeRefund, words: str) -> None:
    for order in checkout.paid_orders.select_related("article"):
        letters.to_staff(trouble, order, cause=told.id, message=f"Stripe says that {words}")


def _succeed(order: Order, refund: Refund, told: stripe.StripeRefund) -> str:
    """Also of one that was given up here: Stripe's word that the money went back is the last."""
    if refund.status == RefundStatus.SUCCEEDED:
        return "already_over"
    _refuse_while_written(order)
    Refund.objects.filter(pk=refund.pk).update(
        status=RefundStatus.SUCCEEDED, stripe_refund_id=told.id, settled_at=timezone.now()
    )
    _mark_refunded(order, refund)
    return "refunded"


def _wait(refund: Refund, told: stripe.StripeRefund) -> str:
    Refund.objects.filter(pk=refund.pk, status=RefundStatus.REQUESTED).update(
        status=RefundStatus.PENDING, stripe_refund_id=told.id
    )
    return "pending"


def _is_old_news(refund: Refund, told: stripe.StripeRefund) -> bool:
    """Whether it tells of a refund that had failed before this one was asked for."""
    if told.id == refund.stripe_refund_id:
        return refund.status == RefundStatus.REQUESTED
    return told.attempt < refund.attempt


def _given_back_at_stripe(order: Order) -> None:
    """On our books too, whoever did it: no more than was paid can ever be on its way back."""
    if order.status == OrderStatus.REFUNDED and not order.refunds.exists():
        return
    _refuse_while_written(order)
    refund = order.refunds.order_by("-id").first() or _unasked(order)
    done = {"status": RefundStatus.SUCCEEDED, "reason": RefundReason.AT_STRIPE, "settled_at": timezone.now()}
    Refund.objects.filter(pk=refund.pk).update(**done)
    _mark_refunded(order, refund)


def _unasked(order: Order) -> Refund:
    paid = paid_for(order)
    return Refund.objects.create(order=order, reason=RefundReason.AT_STRIPE, amount_minor=paid, paid_minor=paid)


def _refuse_while_written(order: Order) -> None:
    """However long that lasts: a budget or a pause may hold the writing back for days, and this must not be lost."""
    if order.status == OrderStatus.PROCESSING:
        raise HeldBack(f"order {order.pk} is being worked on", WORKING_SECONDS)


def _mark_refunded(order: Order, refund: Refund) -> None:
    if order.status != OrderStatus.REFUNDED:
        was_live = order.status == OrderStatus.COMPLETED
        move(order, OrderStatus.REFUNDED, actor=STRIPE)
        if was_live and not refund.keeps_link:
            takedown.begin(order)
        if order.is_for_article and not was_live:
            shelve(order.article)
    letters.refunded(order, refund)
