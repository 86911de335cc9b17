"""Where staff may come from: anywhere, or only from the networks of STAFF_NETWORKS.

From elsewhere the staff's addresses answer 403, a session of theirs is nobody's, and their tokens open nothing.
"""

from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse

from accounts.addresses import client_ip

STAFF_ADDRESSES = ("/admin/", "/api/owner/", "/accounts/second-step/", "/accounts/step-up/")


def is_from_there(request: HttpRequest) -> bool:
    """Whether staff may be behind this request. An address that cannot be read is none of theirs."""
    if not settings.STAFF_NETWORKS:
        return True
    address = client_ip(request)
    return bool(address) and any(ip_address(address) in network for network in settings.STAFF_NETWORKS)


class StaffNetworksMiddleware:
    """Stands before anything that asks who is there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: object, args: object, kwargs: object) -> None:
        if request.path.startswith(STAFF_ADDRESSES) and not is_from_there(request):
            raise PermissionDenied
