"""A recent second step: how recent is recent, and where it is proven. Registered for the rooms below in `wiring`.

Where staff need no second step (STAFF_SECOND_FACTOR) nobody is asked for a recent one either.
"""

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from accounts import sessions
from accounts.models import User
from accounts.views.answers import NEXT, see


class ByCode:
    """With the code of the app, or a recovery code."""

    def is_recent(self, request: HttpRequest) -> bool:
        user = request.user
        return isinstance(user, User) and sessions.stepped_up(request, user)

    def ask(self, request: HttpRequest) -> HttpResponse:
        return see(reverse("accounts:step_up"), **{NEXT: _page_of(request)})


def _page_of(request: HttpRequest) -> str:
    """Where they say once more what they want: a question's own page, or the page whose button was pressed."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    came_from = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(came_from, {request.get_host()}, require_https=request.is_secure())
    return came_from if ours else ""
