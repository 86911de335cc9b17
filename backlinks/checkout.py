"""Taking orders to the till: a reserved slot for each, then a page at Stripe to pay on.

The open Checkout is the reservation, made under the articles' locks; Stripe is only ever asked outside a transaction.
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.text import Truncator

from accounts.limits import hit
from articles.models import Article
from audit.actors import Actor
from backlinks.access import NoSuchOrder
from backlinks.availability import without_room
from backlinks.clients import stripe
from backlinks.locking import lock_articles, lock_orders
from backlinks.models import (
    UNDER_WAY,
    UNPAID,
    BasketItem,
    Checkout,
    CheckoutItem,
    CheckoutStatus,
    Order,
    OrderStatus,
)
from backlinks.moves import Disputed, WrongState, move
from backlinks.quoting import QuoteRefused, Reason
from backlinks.rechecking import before_payment
from queues.errors import Permanent, RetryLater

log = structlog.get_logger("backlinks")
STILL_USEFUL = timedelta(minutes=2)
PER_NETWORK_AND_MINUTE = 30
PER_NETWORK_AND_RESERVATION = 60  # so many slots a network that never pays can keep from others
RETRY_AFTER_SECONDS = 30
LONGEST_TITLE_AT_STRIPE = 200


class AlreadyPaid(Exception):
    """One of the orders is paid, or its payment is on its way."""


class CheckoutBusy(Exception):
    """Another checkout of one of the orders was opened at the same moment."""


class PaymentUnavailable(Exception):
    """Stripe could not open a page to pay on; the slots are free again."""

    def __init__(self, retry_after: int) -> None:
        super().__init__("the payment page could not be opened")
        self.retry_after = retry_after


def count_try(network: str) -> None:
    """Before a checkout is opened for somebody there. Raises TooMany."""
    hit("checkout", network, PER_NETWORK_AND_MINUTE, 60)
    hit("reservations", network, PER_NETWORK_AND_RESERVATION, settings.CHECKOUT_OPEN_FOR.total_seconds())


def open_checkout(*, order_ids: Sequence[UUID], actor: Actor) -> Checkout:
    """One checkout for all the orders, with the URL to pay on. Asked again, the same one as long as it is open.

    Raises NoSuchOrder, WrongState, Disputed, AlreadyPaid, CheckoutBusy, QuoteRefused (a slot is gone, a
    target became unsafe) or PaymentUnavailable.
    """
    ids = sorted(set(order_ids))
    try:
        for other in _in_the_way(ids):
            release(other)
    except (RetryLater, Permanent) as error:
        raise _unavailable(error) from error
    before_payment(ids)
    checkout = _reserve(ids, actor)
    return checkout if checkout.url else _open_at_stripe(checkout)


def release(checkout: Checkout) -> None:
    """Make sure nobody can pay on it any more, and free its slots.

    Raises AlreadyPaid, StripeUnavailable or StripeRefused.
    """
    if checkout.status == CheckoutStatus.PENDING:
        raise AlreadyPaid(f"checkout {checkout.pk}")
    if checkout.stripe_session_id and _was_completed(checkout.stripe_session_id):
        raise AlreadyPaid(f"checkout {checkout.pk}")
    close(checkout, CheckoutStatus.EXPIRED)


def give_way(order_ids: Iterable[UUID]) -> None:
    """End the open checkouts of these orders: whoever began them orders the same article again.

    What is paid already, or cannot be ended at Stripe now, keeps its slot.
    """
    for checkout in Checkout.objects.filter(items__order__in=list(order_ids), items__holds_slot=True).distinct():
        with suppress(AlreadyPaid, RetryLater, Permanent):
            release(checkout)


@transaction.atomic
def close(checkout: Checkout, status: CheckoutStatus) -> bool:
    """End a checkout nobody paid, and free its slots; False when it had ended before."""
    closed = Checkout.objects.filter(pk=checkout.pk, status__in=UNDER_WAY).update(
        status=status, settled_at=timezone.now()
    )
    if closed:
        CheckoutItem.objects.filter(checkout=checkout).update(holds_slot=False)
    return bool(closed)


def checkout_paid_by(payment_intent: str | None) -> Checkout | None:
    """The checkout a payment was for; None when it is not one of ours."""
    return Checkout.objects.filter(payment_intent_id=payment_intent).first() if payment_intent else None


def _was_completed(session_id: str) -> bool:
    try:
        return stripe.end_session(session_id).status == "complete"
    except stripe.NoSuchObject:
        return False


def _in_the_way(ids: list[UUID]) -> list[Checkout]:
    """Checkouts under way that hold some of these orders and are not simply the same one again."""
    held = Checkout.objects.filter(items__order__in=ids, items__holds_slot=True).distinct()
    return [checkout for checkout in held if not _is_the_same(checkout, ids)]


def _is_the_same(checkout: Checkout, ids: list[UUID]) -> bool:
    """Holding exactly these orders, and open for long enough to pay."""
    return (
        checkout.status == CheckoutStatus.OPEN
        and checkout.expires_at > timezone.now() + STILL_USEFUL
        and sorted(checkout.items.values_list("order_id", flat=True)) == ids
    )


@transaction.atomic
def _reserve(ids: list[UUID], actor: Actor) -> Checkout:
    """Under the locks the last slot is given once."""
    wanted = Order.objects.filter(pk__in=ids)
    articles, orders = lock_articles(wanted), lock_orders(wanted)
    if not ids or len(orders) < len(ids):
        raise NoSuchOrder
    for order in orders:
        _refuse_unless_payable(order)
    held = Checkout.objects.filter(items__order__in=ids, items__holds_slot=True).distinct().first()
    if held is not None:
        if _is_the_same(held, ids):
            return held
        raise CheckoutBusy(f"checkout {held.pk}")
    _refuse_without_room(orders, articles)
    for order in orders:
        if order.status == OrderStatus.CANCELLED:
            move(order, OrderStatus.AWAITING_PAYMENT, actor=actor)
    return _write(orders)


def _refuse_unless_payable(order: Order) -> None:
    if order.status not in UNPAID:
        raise WrongState(order, OrderStatus.PROCESSING)
    if order.disputed_at:
        raise Disputed(f"order {order.pk}")


def _refuse_without_room(orders: list[Order], articles: dict[int, Article]) -> None:
    if len({order.currency for order in orders}) > 1:
        raise QuoteRefused([Reason("mixed_currencies", "Orders in different currencies are paid for one by one.")])
    reasons = without_room(orders, articles)
    if reasons:
        raise QuoteRefused(list(reasons.values()))


def _write(orders: list[Order]) -> Checkout:
    checkout = Checkout.objects.create(
        attempt=1 + max(order.checkout_items.count() for order in orders),
        amount_minor=sum(order.price_minor for order in orders),
        currency=orders[0].currency,
        expires_at=timezone.now() + settings.CHECKOUT_OPEN_FOR,
    )
    CheckoutItem.objects.bulk_create(
        [CheckoutItem(checkout=checkout, order=order, amount_minor=order.price_minor) for order in orders]
    )
    return checkout


def _open_at_stripe(checkout: Checkout) -> Checkout:
    """Asked twice at once for the same checkout, Stripe's idempotency key makes both answers the same session."""
    try:
        session = stripe.create_session(_session_for(checkout))
    except (RetryLater, Permanent) as error:
        _give_up(checkout)
        raise _unavailable(error) from error
    stored = Checkout.objects.filter(pk=checkout.pk, status=CheckoutStatus.OPEN).update(
        stripe_session_id=session.id, url=session.url or ""
    )
    if not stored:
        raise CheckoutBusy(f"checkout {checkout.pk}")
    checkout.refresh_from_db(fields=["stripe_session_id", "url"])
    return checkout


@transaction.atomic
def _give_up(checkout: Checkout) -> None:
    """Unless a twin of this request opened the session meanwhile and somebody is about to pay on it."""
    if Checkout.objects.select_for_update().filter(pk=checkout.pk, stripe_session_id=None).exists():
        close(checkout, CheckoutStatus.FAILED)


def _session_for(checkout: Checkout) -> stripe.NewSession:
    items = list(checkout.items.select_related("order__article").order_by("order_id"))
    success_url, cancel_url = _ways_back(checkout, [item.order for item in items])
    return stripe.NewSession(
        checkout_id=str(checkout.pk),
        attempt=checkout.attempt,
        currency=checkout.currency,
        lines=tuple((_in_words(item.order), item.amount_minor) for item in items),
        email=items[0].order.email,
        success_url=success_url,
        cancel_url=cancel_url,
        expires_at=int(checkout.expires_at.timestamp()),
    )


def _ways_back(checkout: Checkout, orders: list[Order]) -> tuple[str, str]:
    """Paid and unpaid: to the order's own page, or to a page of all that were paid for together."""
    page = f"{settings.SITE_URL}/orders/{orders[0].pk}/"
    if len(orders) == 1:
        return f"{page}?paid=1", page
    is_basket = BasketItem.objects.filter(order__in=orders).exists()
    basket = f"{settings.SITE_URL}/basket/"
    return f"{basket}paid/{checkout.pk}/", basket if is_basket else page


def _in_words(order: Order) -> str:
    if order.is_for_article:
        return f"New article with a link: “{Truncator(order.article.title).chars(LONGEST_TITLE_AT_STRIPE)}”"
    return f"Link in “{Truncator(order.article.title).chars(LONGEST_TITLE_AT_STRIPE)}”"


def _unavailable(error: Exception) -> PaymentUnavailable:
    if isinstance(error, Permanent):
        log.error("payment_page_refused", reason=str(error))  # waiting will not cure it
    seconds = getattr(error, "after_seconds", None)
    return PaymentUnavailable(max(1, round(seconds or RETRY_AFTER_SECONDS)))
