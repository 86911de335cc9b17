"""Gives every request an id, remembers where it came from, and says who is there.

It must never take an id from a client we do not trust, nor keep a whole address.
"""

import re
from collections.abc import Callable
from functools import partial
from uuid import uuid4

import structlog
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.utils.functional import SimpleLazyObject

from accounts import sessions
from accounts.addresses import client_ip, masked_ip
from accounts.models import User
from audit.origin import Origin, coming_from

_WELL_FORMED = re.compile(r"[A-Za-z0-9._-]{8,64}")


class OriginMiddleware:
    """Stands before everything that may log or record."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request_id = _request_id(request)
        origin = Origin(request_id=request_id, masked_ip=masked_ip(client_ip(request)))
        with coming_from(origin), structlog.contextvars.bound_contextvars(request_id=request_id):
            response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


def _request_id(request: HttpRequest) -> str:
    given = str(request.META.get("HTTP_X_REQUEST_ID", ""))
    return given if settings.TRUSTED_PROXIES and _WELL_FORMED.fullmatch(given) else uuid4().hex


class PresenceMiddleware:
    """Stands after Django's own: whoever's sign-in was ended, and staff without their second step, is nobody here."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.user = SimpleLazyObject(partial(_whoever_may_enter, request))  # type: ignore[assignment]
        return self.get_response(request)


def _whoever_may_enter(request: HttpRequest) -> User | AnonymousUser:
    user = sessions.present(request)
    return user if user is not None and sessions.may_enter(request, user) else AnonymousUser()
