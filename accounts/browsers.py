"""The cookie by which a browser is known while it waits for its code, and what else we see of who asks.

Its text is random and new with every code; it must never be stored but as a hash.
"""

import secrets
from dataclasses import replace
from datetime import timedelta

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from accounts.addresses import client_ip, client_network, masked_ip
from accounts.devices import device_named
from accounts.otp import Asker

COOKIE = "asked_for_code"
KEPT = timedelta(hours=1)
PATH = "/accounts/"


def asker_of(request: HttpRequest) -> Asker:
    return Asker(
        browser=request.COOKIES.get(COOKIE, ""),
        network=client_network(request),
        masked_ip=masked_ip(client_ip(request)),
        device=device_of(request),
    )


def new_asker(request: HttpRequest) -> Asker:
    """The same, with a cookie that no browser had before."""
    return replace(asker_of(request), browser=secrets.token_urlsafe(32))


def device_of(request: HttpRequest) -> str:
    return device_named(request.headers.get("User-Agent", ""))


def mark(response: HttpResponse, asker: Asker) -> None:
    secure, age = settings.SESSION_COOKIE_SECURE, int(KEPT.total_seconds())
    response.set_cookie(COOKIE, asker.browser, age, path=PATH, secure=secure, httponly=True, samesite="Lax")


def unmark(response: HttpResponse) -> None:
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
