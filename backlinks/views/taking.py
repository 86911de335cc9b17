"""From a form that is in order to the till or the basket; or back to the form, with what stands in the way."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from accounts.limits import TooMany
from backlinks.basket import MOST_LINKS, BasketFull, refuse_when_full
from backlinks.forms import LinkForm
from backlinks.known_orders import all_known, remember
from backlinks.quoting import Quote, QuoteRefused
from backlinks.views.basket import into_basket
from backlinks.views.paying import to_the_till

THEN, BASKET = "then", "basket"
FULL = f"Your basket holds {MOST_LINKS} links, which is the most for one payment. Pay for them, or take one out, first."
TOO_MANY = "Too many orders in a short time from your connection. Nothing was ordered: please try again in a minute."


def take(
    request: HttpRequest, form: LinkForm, quoting: Callable[[], Quote], show: Callable[..., HttpResponse]
) -> HttpResponse:
    """`quoting` keeps the order and says what it costs; `show` is the form's page, given a status."""
    wants_basket = request.POST.get(THEN) == BASKET
    try:
        if wants_basket:
            refuse_when_full(all_known(request))
        quoted = quoting()
    except BasketFull:
        form.add_error(None, FULL)
        return show(request, form, status=422)
    except QuoteRefused as refusal:
        form.refuse(refusal.reasons)
        return show(request, form, status=422)
    except TooMany as error:
        form.add_error(None, TOO_MANY)
        return with_retry_after(show(request, form, status=429), error)
    remember(request, quoted.order)
    return into_basket(request, quoted.order) if wants_basket else to_the_till(request, quoted.order)


def with_retry_after(response: HttpResponse, error: TooMany) -> HttpResponse:
    response["Retry-After"] = str(error.retry_after)
    return response
