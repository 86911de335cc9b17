"""How often one caller may call, counted in PostgreSQL: DRF's own throttles read and write in two steps.

Only doors that name a `throttle_scope` are limited here; a caller nobody knows is counted by address.
"""

from typing import TYPE_CHECKING

from django.conf import settings
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from accounts.addresses import client_network
from accounts.limits import TooMany, hit

if TYPE_CHECKING:  # rest_framework.views loads this module, by the name in settings
    from rest_framework.views import APIView


class CallerThrottle(BaseThrottle):
    """`<throttle_scope>-read` or `-write` per person, `<throttle_scope>-stranger` per address.

    The limits are CALLS_PER_MINUTE.
    """

    retry_after: int | None = None

    def allow_request(self, request: Request, view: "APIView") -> bool:
        scope = getattr(view, "throttle_scope", None)
        if scope is None:
            return True
        limited, who = _caller(request)
        limit = settings.CALLS_PER_MINUTE[f"{scope}-{limited}"]
        try:
            hit(f"{scope}-{limited}", who, limit, 60)
        except TooMany as refusal:
            self.retry_after = refusal.retry_after
        return self.retry_after is None

    def wait(self) -> float | None:
        return self.retry_after


def _caller(request: Request) -> tuple[str, str]:
    if not request.user.is_authenticated:
        return "stranger", client_network(request._request)
    return "read" if request.method in SAFE_METHODS else "write", str(request.user.pk)
