"""How staff come in: the admin's password form, limited, with the second step behind it.

Until both are done the browser is nobody's, on every page and in every API.
"""

from django.contrib import admin, auth
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from accounts import people, refused, sessions
from accounts.addresses import client_network
from accounts.banning import failed
from accounts.limits import TooMany, forgive, hit
from accounts.models import User
from accounts.views.answers import next_page, see, too_many

QUARTER, HOUR = 15 * 60, 3600
PER_NETWORK, PER_ADDRESS, PER_BOTH = 60, 50, 10


@never_cache
@sensitive_post_parameters()
def staff_sign_in(request: HttpRequest) -> HttpResponse:
    """The admin's own form. Passwords are tried by so many, and no faster."""
    user = sessions.present(request)
    if user is not None and not sessions.may_enter(request, user):
        return _to_second_step(request)
    if request.method == "POST":
        try:
            _count(request)
        except TooMany as refusal:
            failed("password")
            return too_many(request, refusal, back=reverse("admin:login"))
    response = admin.site.login(request)
    return _after_password(request, response) if request.method == "POST" else response


def _count(request: HttpRequest) -> None:
    address, network = _typed_address(request), client_network(request)
    hit("password-network", network, PER_NETWORK, QUARTER)
    hit("password-both", f"{address} {network}", PER_BOTH, QUARTER)
    hit("password-address", address, PER_ADDRESS, HOUR)


def _after_password(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    user = auth.get_user(request)
    if response.status_code != 302 or not isinstance(user, User):
        failed("password")
        refused.note(request, people.known(_typed_address(request)), step="password")
        return response
    forgive("password-both", f"{_typed_address(request)} {client_network(request)}")
    sessions.begin(request, user)
    return response if sessions.may_enter(request, user) else _to_second_step(request)


def _to_second_step(request: HttpRequest) -> HttpResponse:
    return see(reverse("accounts:second_step"), next=next_page(request, ""))


def _typed_address(request: HttpRequest) -> str:
    return request.POST.get("username", "").strip().lower()
