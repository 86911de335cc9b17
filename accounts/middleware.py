"""Gives every request an id, remembers where it came from, keeps out who is banned, and says who is there.

It must never take an id from a client we do not trust, nor keep a whole address.
"""

import re
from collections.abc import Callable
from functools import partial
from uuid import uuid4

import structlog
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.functional import SimpleLazyObject

from accounts import banning, sessions
from accounts.addresses import client_ip, masked_ip
from accounts.limits import counting
from accounts.models import User
from accounts.networks import is_from_there
from audit.origin import Origin, coming_from

NEVER_REFUSED = ("/healthz", "/readyz", "/metrics", "/api/v1/purchase/webhook")  # monitors, and Stripe
BANNED = "Too many tries from your network failed. It may try again later."
_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")


class OriginMiddleware:
    """Stands before everything that may log or record."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = _request_id(request)
        origin = Origin(request_id=request_id, masked_ip=masked_ip(client_ip(request)))
        told = structlog.contextvars.bound_contextvars(request_id=request_id)
        with coming_from(origin), told, counting() as counted:
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        if counted:
            response["X-RateLimit-Limit"] = str(counted[0].limit)
            response["X-RateLimit-Remaining"] = str(counted[0].remaining)
        return response


def _request_id(request: HttpRequest) -> str:
    given = str(request.META.get("HTTP_X_REQUEST_ID", ""))
    return given if settings.TRUSTED_PROXIES and _WELL_FORMED.fullmatch(given) else uuid4().hex


class BansMiddleware:
    """Refuses whoever is banned, and counts what failed. Stands before whatever looks for a session or an order."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        network = "" if request.path.rstrip("/") in NEVER_REFUSED else banning.bannable(request)
        if not network:
            return self.get_response(request)
        if seconds := banning.seconds_left(network):
            return _refused(request, seconds)
        with banning.noting() as kinds:
            response = self.get_response(request)
        if kinds:
            banning.count(network, kinds[-1])  # a request is one try, however much of it was wrong
        return response


def _refused(request: HttpRequest, seconds: int) -> HttpResponse:
    headers = {"Retry-After": str(seconds), "Cache-Control": "no-store"}
    if request.path.startswith("/api/"):
        return JsonResponse({"detail": BANNED, "code": "banned"}, status=429, headers=headers)
    return HttpResponse(f"{BANNED}\n", status=429, content_type="text/plain; charset=utf-8", headers=headers)


class PresenceMiddleware:
    """Stands after Django's own: whoever's sign-in was ended, and staff without their second step, is nobody here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(partial(_whoever_may_enter, request))  # type: ignore[assignment]
        return self.get_response(request)


def _whoever_may_enter(request: HttpRequest) -> User | AnonymousUser:
    user = sessions.present(request)
    if user is None or not sessions.may_enter(request, user) or (user.is_staff and not is_from_there(request)):
        return AnonymousUser()
    return user
