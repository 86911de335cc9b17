"""The basket: what was put aside, what of it can be paid for now, and how the links paid for together came out.

It shows a browser no order but those it knows, and never charges for another set of links than was shown.
"""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from backlinks.basket import MOST_LINKS, BasketFull, basket_of, put_aside, put_aside_among, take_out
from backlinks.known_orders import all_known
from backlinks.models import UNPAID, Checkout, CheckoutStatus, Order, OrderStatus
from backlinks.views.doors import order_holder, public
from backlinks.views.order_page import CONFIRMING, HEADLINES
from backlinks.views.paying import Words, on_to_stripe

KEY = "basket"  # how many links it held when this browser saw it last, for the top of every page
SECONDS_WITHOUT_SCRIPT = 5
CHANGED = "Your basket has changed since you opened it, so nothing was charged. Please look at it again."
PUT_ASIDE = "The link is in your basket. Its place is kept for you once you go to the payment."
TAKEN_OUT = "The link to {} is out of your basket."
WORDS = Words(
    unreachable=(
        "We could not reach the payment page just now. Your basket is kept and nothing was charged: "
        "please try again in a moment."
    ),
    settled="One of these links is paid already, or its payment is on its way. Nothing more was charged.",
)


@public
@never_cache
@require_safe
def basket(request: HttpRequest) -> HttpResponse:
    shown = basket_of(all_known(request))
    _note(request, len(shown.lines))
    return render(request, "backlinks/basket.html", {"basket": shown, "most": MOST_LINKS})


def into_basket(request: HttpRequest, order: Order) -> HttpResponse:
    """For an order that was just quoted to this browser; where another one filled the basket meanwhile, to its page."""
    try:
        put_aside(order, among=all_known(request))
    except BasketFull:
        return redirect("backlinks:order", order.pk)
    messages.success(request, PUT_ASIDE)
    return _back(request)


@order_holder
@require_http_methods(["GET", "HEAD", "POST"])
def remove(request: HttpRequest, order: Order) -> HttpResponse:
    """Its address, opened by hand, leads back to the basket."""
    if request.method == "POST":
        take_out(order)
        messages.success(request, TAKEN_OUT.format(order.target_url))
    return _back(request)


@public
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def pay(request: HttpRequest) -> HttpResponse:
    """For exactly the links that were shown, whose ids come with the button."""
    if request.method != "POST":
        return _back(request)
    shown = set(request.POST.getlist("order"))
    orders = [order for order in put_aside_among(all_known(request)) if str(order.pk) in shown]
    if not orders or len(orders) < len(shown):
        messages.warning(request, CHANGED)
        return _back(request)
    return on_to_stripe(request, orders, WORDS) or _back(request)


@public
@never_cache
@require_safe
def paid(request: HttpRequest, checkout_id: UUID) -> HttpResponse:
    """The links of one payment, as far as this browser knows them; a stranger is told there is none."""
    orders = list(all_known(request).filter(checkout_items__checkout=checkout_id).select_related("article"))
    if not orders:
        raise Http404("There is no such payment.")
    orders.sort(key=lambda order: order.created_at)
    checkout = Checkout.objects.get(pk=checkout_id)
    _note(request, put_aside_among(all_known(request)).count())
    context = {
        "orders": [(order, _headline(order, checkout)) for order in orders],
        "checkout": checkout,
        "is_paid": checkout.status == CheckoutStatus.PAID,
        "is_unpaid": checkout.status in (CheckoutStatus.EXPIRED, CheckoutStatus.FAILED),
        "seconds_without_script": SECONDS_WITHOUT_SCRIPT,
        "is_moving": _is_confirming(checkout) or any(order.status == OrderStatus.PROCESSING for order in orders),
    }
    return render(request, "backlinks/paid_together.html", context)


def _headline(order: Order, checkout: Checkout) -> str:
    if order.status in UNPAID and _is_confirming(checkout):
        return HEADLINES[CONFIRMING]
    return HEADLINES[order.status.lower()]


def _is_confirming(checkout: Checkout) -> bool:
    """The browser was sent here after paying; only Stripe can say whether it has."""
    return checkout.status in (CheckoutStatus.OPEN, CheckoutStatus.PENDING)


def _note(request: HttpRequest, links: int) -> None:
    if request.session.get(KEY, 0) != links:
        request.session[KEY] = links


def _back(request: HttpRequest) -> HttpResponse:
    _note(request, put_aside_among(all_known(request)).count())
    response = redirect("backlinks:basket")
    response.status_code = 303
    return response
