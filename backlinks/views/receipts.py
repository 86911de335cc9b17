"""The receipt of a paid order, to read, print or keep."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from backlinks.models import Order
from backlinks.receipts import NotPaid, receipt_of
from backlinks.views.doors import order_holder


@order_holder
@require_safe
def receipt(request: HttpRequest, order: Order) -> HttpResponse:
    try:
        shown = receipt_of(order)
    except NotPaid:
        raise Http404("This order is not paid.") from None
    return render(request, "backlinks/receipt.html", {"receipt": shown, "order": order})
