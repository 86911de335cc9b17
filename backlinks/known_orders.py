"""The orders this browser may see: those it began, and those an access link from an email opened in it.

Only ids are kept, in the session, with the `token_version` they were opened by: links that were revoked open nothing
here either. Whoever is signed in besides sees the orders of their account.
"""

from django.db.models import Q
from django.http import HttpRequest

from accounts.personal.pseudonyms import DOMAIN, is_pseudonym
from backlinks.models import Order, OrderQuerySet

KEY = "orders"
MOST = 50


def remember(request: HttpRequest, order: Order) -> None:
    """Let this browser see the order. The session gets a new key, so that nobody who knew the old one comes along."""
    known = _known(request)
    known.pop(str(order.pk), None)
    known[str(order.pk)] = order.token_version
    request.session[KEY] = [f"{id}:{version}" for id, version in known.items()][-MOST:]
    request.session.cycle_key()


def is_known(request: HttpRequest, order: Order) -> bool:
    """Whether this browser, or the account signed in on it, may see the order."""
    if is_pseudonym(order.email):  # whoever it was has been erased, and is nobody's to come back as
        return False
    owns = request.user.is_authenticated and order.customer_id == request.user.pk
    return owns or _known(request).get(str(order.pk)) == order.token_version


def all_known(request: HttpRequest) -> OrderQuerySet:
    """Every order this browser may see, by itself or by the account signed in on it."""
    theirs = Q(pk__in=[])
    for id, version in _known(request).items():
        theirs |= Q(pk=id, token_version=version)
    if request.user.is_authenticated:
        theirs |= Q(customer_id=request.user.pk)
    return Order.objects.filter(theirs).exclude(email__endswith=f"@{DOMAIN}")


def _known(request: HttpRequest) -> dict[str, int]:
    """Newest last."""
    kept = (entry.partition(":") for entry in request.session.get(KEY, []))
    return {id: int(version or 1) for id, _, version in kept}
