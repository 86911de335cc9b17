"""How every form of an order answers: with the order's page, and never to more than was asked."""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from backlinks.models import Order
from backlinks.views.orders import show_order

CSRF_FIELD = "csrfmiddlewaretoken"
TOO_MUCH = "This takes no text and no instructions, so nothing was done. Please use the button as it is."

OrderAction = Callable[[HttpRequest, Order], HttpResponse]


def button(*fields: str) -> Callable[[OrderAction], OrderAction]:
    """A form that brings nothing but these fields; its address, opened by hand, leads back to the order."""

    def mark(view: OrderAction) -> OrderAction:
        @wraps(view)
        @require_http_methods(["GET", "HEAD", "POST"])
        def pressed(request: HttpRequest, order: Order) -> HttpResponse:
            if request.method != "POST":
                return back_to(order)
            if not {*request.POST, *request.GET, *request.FILES} <= {CSRF_FIELD, *fields}:
                return refused(request, order, TOO_MUCH, status=400)
            return view(request, order)

        return pressed

    return mark


def back_to(order: Order) -> HttpResponse:
    response = redirect("backlinks:order", order.pk)
    response.status_code = 303
    return response


def refused(request: HttpRequest, order: Order, words: str, status: int = 409) -> HttpResponse:
    """The order as it stands now, and why nothing was done."""
    order.refresh_from_db()
    messages.error(request, words)
    return show_order(request, order, status=status)
