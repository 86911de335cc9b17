"""Sending a customer to Stripe's page, and what to say when that cannot be done. The order is kept in every case."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from backlinks.actors import customer_of
from backlinks.checkout import AlreadyPaid, CheckoutBusy, PaymentUnavailable, open_checkout
from backlinks.models import Order
from backlinks.moves import Disputed, WrongState
from backlinks.quoting import QuoteRefused
from backlinks.views.answers import back_to, button
from backlinks.views.doors import order_holder

UNREACHABLE = (
    "We could not reach the payment page just now. Your order is kept and nothing was charged: "
    "please try again in a moment."
)
SETTLED = "There is nothing to pay: this order is paid already, or its payment is on its way."


@order_holder
@button()
def pay(request: HttpRequest, order: Order) -> HttpResponse:
    return to_the_till(request, order)


def to_the_till(request: HttpRequest, order: Order) -> HttpResponse:
    """On to Stripe's page; else back to the order's own, which says why and how to go on."""
    try:
        checkout = open_checkout(order_ids=[order.pk], actor=customer_of(order))
    except (PaymentUnavailable, CheckoutBusy):
        messages.error(request, UNREACHABLE)
    except (AlreadyPaid, WrongState, Disputed):
        messages.warning(request, SETTLED)
    except QuoteRefused as refusal:
        for reason in refusal.reasons:
            messages.error(request, reason.message)
    else:
        return HttpResponse(status=303, headers={"Location": checkout.url})
    return back_to(order)
