"""The orders this browser may see: those it began, and those an access link from an email opened in it.

Only ids are kept, in the session; whoever is signed in besides sees the orders of their account.
"""

from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest

from accounts.personal.pseudonyms import DOMAIN, is_pseudonym
from backlinks.models import Order, OrderQuerySet

KEY = "orders"
MOST = 50


def remember(request: HttpRequest, order: Order) -> None:
    """Let this browser see the order. The session gets a new key, so that nobody who knew the old one comes along."""
    known = [id for id in _ids(request) if id != str(order.pk)]
    request.session[KEY] = [*known, str(order.pk)][-MOST:]
    request.session.cycle_key()


def is_known(request: HttpRequest, order: Order) -> bool:
    """Whether this browser, or the account signed in on it, may see the order."""
    if is_pseudonym(order.email):  # whoever it was has been erased, and is nobody's to come back as
        return False
    owns = request.user.is_authenticated and order.customer_id == request.user.pk
    return owns or str(order.pk) in _ids(request)


def known_ids(request: HttpRequest) -> list[UUID]:
    """Newest last."""
    return [UUID(id) for id in _ids(request)]


def all_known(request: HttpRequest) -> OrderQuerySet:
    """Every order this browser may see, by itself or by the account signed in on it."""
    theirs = Q(pk__in=known_ids(request))
    if request.user.is_authenticated:
        theirs |= Q(customer_id=request.user.pk)
    return Order.objects.filter(theirs).exclude(email__endswith=f"@{DOMAIN}")


def _ids(request: HttpRequest) -> list[str]:
    return list(request.session.get(KEY, []))
