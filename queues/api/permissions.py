"""Who may go through a door of the owner API: whoever holds its permission, by a token that may do as much.

A person we know who is refused is put on record; a stranger is asked to say who they are.
"""

from typing import Protocol, cast

from rest_framework.exceptions import PermissionDenied
from rest_framework.permissions import SAFE_METHODS, BasePermission
from rest_framework.request import Request
from rest_framework.views import APIView

from queues.refusing import refuse

VIEW = "queues.view_queues"


class Token(Protocol):
    """As much of a token as a door asks; whose class it is, settings say. A session has none."""

    @property
    def may_write(self) -> bool: ...


class Allowed(BasePermission):
    """A door's `permission` is for its writes; reading takes VIEW everywhere."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        if not request.user.is_authenticated:
            return False
        reads = request.method in SAFE_METHODS
        needed = VIEW if reads else getattr(view, "permission", VIEW)
        if not request.user.has_perm(needed):
            refuse(request._request)
            return False
        token = cast("Token | None", request.auth)
        if token is not None and not reads and not token.may_write:
            refuse(request._request)
            raise PermissionDenied("This token may only read.", "read_only_token")
        return True
