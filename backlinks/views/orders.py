"""An order as its customer sees it: one page with one face per state, live while somebody else is at work."""

import re
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import reswap, retarget

from accounts.banning import failed
from backlinks.access import NoSuchOrder, order_for_token
from backlinks.known_orders import remember
from backlinks.models import Order
from backlinks.views.doors import order_holder, order_holder_by_link
from backlinks.views.order_page import order_page

PAID, EARLIER = "paid", "earlier"
PAGE = re.compile(r"[0-9]{1,6}")


@order_holder_by_link
@never_cache
@require_safe
def order(request: HttpRequest, order_id: UUID) -> HttpResponse:
    """The order's page for whoever may see it; the access link of an email opens it for this browser."""
    token = request.GET.get("access")
    return _let_in(request, order_id, token) if token is not None else _own_order(request, order_id)


@order_holder
@require_safe
def live(request: HttpRequest, order: Order) -> HttpResponse:
    """What changed since the mark `seen`: nothing (204), the progress, or the whole order when it has another face."""
    page = order_page(order, back_from_paying=PAID in request.GET)
    seen = request.GET.get("seen", "")
    context = {"page": page, "query": _query(request)}
    if page.live and page.live.seen == seen:
        return HttpResponse(status=204)
    if page.live and page.live.seen.partition(".")[0] == seen.partition(".")[0]:
        return render(request, "backlinks/_live.html", context)
    response = render(request, "backlinks/_order.html", {**context, "swapped_in": True})
    return retarget(reswap(response, "outerHTML"), "#order")


def show_order(request: HttpRequest, order: Order, status: int = 200) -> HttpResponse:
    """The page itself, also as the answer to a form that was refused."""
    earlier = request.GET.get(EARLIER, "")
    earlier_page = int(earlier) if PAGE.fullmatch(earlier) else 1
    page = order_page(order, back_from_paying=PAID in request.GET, earlier_page=earlier_page)
    return render(request, "backlinks/order.html", {"page": page, "query": _query(request)}, status=status)


@order_holder
def _own_order(request: HttpRequest, order: Order) -> HttpResponse:
    return show_order(request, order)


def _let_in(request: HttpRequest, order_id: UUID, token: str) -> HttpResponse:
    """Trade the token for an entry in the session and go on to the address without it, telling nobody of it."""
    try:
        opened = order_for_token(token)
    except NoSuchOrder:
        opened = None
    if opened is None or opened.pk != order_id:
        failed("access token")
        raise Http404("There is no such order.")
    remember(request, opened)
    response = redirect("backlinks:order", order_id)
    response.status_code = 303
    response["Referrer-Policy"] = "no-referrer"
    return response


def _query(request: HttpRequest) -> str:
    return f"&{PAID}=1" if PAID in request.GET else ""
