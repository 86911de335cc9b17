"""Who calls the purchase API: a signed-in customer, or whoever holds an order's token.

A stranger is told the same as about an order that does not exist.
"""

from dataclasses import dataclass
from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import NotFound
from rest_framework.permissions import BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from accounts.banning import failed
from accounts.models import User
from backlinks.access import NoSuchOrder, order_for_token
from backlinks.models import Order

SCHEME = "bearer"
NOT_THERE = "There is no such order, or it is not yours."


@dataclass(frozen=True)
class OrderTokens:
    """The orders whose tokens the caller sent; forged and revoked ones open nothing."""

    order_ids: frozenset[UUID]


class OrderTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer ord_…`; several tokens, for one checkout of several orders, are separated by commas."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, OrderTokens] | None:
        scheme, _, tokens = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != SCHEME:
            return None
        return AnonymousUser(), OrderTokens(frozenset(_opened(tokens.split(","))))

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="orders"'


class OrderTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's description speaks of it."""

    target_class = OrderTokenAuthentication
    name = "orderToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return dict(build_bearer_security_scheme_object("Authorization", "Bearer", "ord_…"))


class HoldsTheOrder(BasePermission):
    """The order's own customer: by its token, or by the account that ordered it."""

    def has_object_permission(self, request: Request, view: APIView, obj: Order) -> bool:
        """Without a query: an order of somebody else costs what one that is not there costs."""
        holds = isinstance(request.auth, OrderTokens) and obj.pk in request.auth.order_ids
        owns = isinstance(request.user, User) and obj.customer_id == request.user.pk
        if not (holds or owns):
            failed("order")
            raise NotFound(NOT_THERE)
        return True


def _opened(tokens: list[str]) -> list[UUID]:
    opened = []
    for token in tokens:
        try:
            opened.append(order_for_token(token.strip()).pk)
        except NoSuchOrder:
            failed("access token")
    return opened
