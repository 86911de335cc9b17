"""Who may come through: every page of this room names it with one of these marks, kept as the view's `permission`.

A stranger is told the same as about an order that does not exist.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache

from accounts.banning import failed
from backlinks.known_orders import is_known
from backlinks.models import Order

P = ParamSpec("P")
View = Callable[..., HttpResponse]
OrderView = Callable[Concatenate[HttpRequest, Order, P], HttpResponse]


def public(view: View) -> View:
    """Anybody may."""
    view.permission = "public"  # type: ignore[attr-defined]
    return view


def order_holder_by_link(view: View) -> View:
    """Like `order_holder`, or whoever brings the order's access link: the view itself tells them apart."""
    view.permission = "order_holder"  # type: ignore[attr-defined]
    return view


def order_holder(view: OrderView[P]) -> View:
    """Only browsers that know the order and its signed-in customer; the view is given the order. Never cached."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, order_id: UUID, *args: Any, **kwargs: Any) -> HttpResponse:
        order = Order.objects.select_related("article", "submitted_version", "paid_by").filter(pk=order_id).first()
        if order is None or not is_known(request, order):
            failed("order")
            raise Http404("There is no such order.")
        return view(request, order, *args, **kwargs)

    guarded.permission = "order_holder"  # type: ignore[attr-defined]
    return guarded
