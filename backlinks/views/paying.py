"""Sending a customer to Stripe's page, and what to say when that cannot be done. The order is kept in every case."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from accounts.addresses import client_network
from accounts.limits import TooMany
from backlinks.actors import customer_of
from backlinks.checkout import AlreadyPaid, CheckoutBusy, PaymentUnavailable, count_try, open_checkout
from backlinks.models import Order
from backlinks.moves import Disputed, WrongState
from backlinks.quoting import QuoteRefused
from backlinks.views.answers import back_to, button
from backlinks.views.doors import order_holder


@dataclass(frozen=True)
class Words:
    """What is said when there is no way to the till."""

    unreachable: str
    settled: str


OF_AN_ORDER = Words(
    unreachable=(
        "We could not reach the payment page just now. Your order is kept and nothing was charged: "
        "please try again in a moment."
    ),
    settled="There is nothing to pay: this order is paid already, or its payment is on its way.",
)


TOO_MANY = (
    "Too many payments were begun from your connection in a short time. Your order is kept and nothing was charged: "
    "please try again in {} min."
)


@order_holder
@button()
def pay(request: HttpRequest, order: Order) -> HttpResponse:
    return to_the_till(request, order)


def to_the_till(request: HttpRequest, order: Order) -> HttpResponse:
    """On to Stripe's page; else back to the order's own, which says why and how to go on."""
    return on_to_stripe(request, [order], OF_AN_ORDER) or back_to(order)


def on_to_stripe(request: HttpRequest, orders: Sequence[Order], words: Words) -> HttpResponse | None:
    """To the page on which all of them are paid for; None when there is none, and why is left as messages."""
    try:
        count_try(client_network(request))
        checkout = open_checkout(order_ids=[order.pk for order in orders], actor=customer_of(orders[0]))
    except TooMany as error:
        messages.error(request, TOO_MANY.format(math.ceil(error.retry_after / 60)))
    except (PaymentUnavailable, CheckoutBusy):
        messages.error(request, words.unreachable)
    except (AlreadyPaid, WrongState, Disputed):
        messages.warning(request, words.settled)
    except QuoteRefused as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason.message)
    else:
        return HttpResponse(status=303, headers={"Location": checkout.url})
    return None
