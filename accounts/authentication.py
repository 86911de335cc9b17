"""Lets a program in that holds an owner's token, as that owner.

What a token may do is asked by each door; here it must only be a real one.
"""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.plumbing import build_bearer_security_scheme_object
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.addresses import client_network
from accounts.banning import failed
from accounts.limits import hit
from accounts.models import ApiToken, User
from accounts.networks import is_from_there
from accounts.tokens import BadToken, opened_by

SCHEME = "bearer"
BAD_TOKENS_PER_MINUTE = 30


class OwnerTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer own_…`; without such a header somebody else may know the caller."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _, text = get_authorization_header(request).decode("latin-1").partition(" ")
        if scheme.lower() != SCHEME:
            return None
        try:
            token = opened_by(text.strip())
        except BadToken:
            failed("API token")
            hit("bad-token", client_network(request._request), BAD_TOKENS_PER_MINUTE, 60)
            raise AuthenticationFailed(
                "This token opens nothing: it is wrong, expired or revoked.", "bad_token"
            ) from None
        if not is_from_there(request._request):
            raise AuthenticationFailed("This token opens nothing from here.", "wrong_network")
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="owners"'


class OwnerTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the API's description speaks of it."""

    target_class = OwnerTokenAuthentication
    name = "ownerToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return dict(build_bearer_security_scheme_object("Authorization", "Bearer", "own_…"))
