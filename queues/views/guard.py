"""The door to the owner's pages: who may come in, how often they may change something, and the admin's frame around it.

A visitor is sent to sign in; whoever is signed in and may not gets 403 and an audit entry. Nothing else is written.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from rest_framework.request import Request
from rest_framework.views import APIView

from queues.alerts import current_alerts
from queues.refusing import refuse
from queues.staff_posts import named
from queues.stepping_up import ask_first

View = Callable[..., HttpResponse]
VIEW = "queues.view_queues"
OTHER_SECTIONS = (("Dead letters", "dlq/"), ("Schedule", "schedule/"), ("Alerts", "alerts/"))


@dataclass(frozen=True)
class Section:
    title: str
    url: str
    is_current: bool


class Counted(APIView):
    """As what writes and refusals are counted: together with the owner API's, by the same throttles."""

    throttle_scope = "owner"


def owner_page(permission: str, *, step_up: bool = False) -> Callable[[View], View]:
    """Only whoever holds `permission`, with `step_up` only soon after their second step.

    The view returns a TemplateResponse of a template that extends queues/base.html, its context holding `title`; asked
    by htmx, the page comes without the admin around it.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return _sign_in(request)
            if not request.user.has_perm(permission):
                return _refuse(request)
            if step_up and (first := ask_first(request)):
                return first
            wait = _too_soon(request) if request.method == "POST" else 0
            response = _slow_down(request, wait) if wait else view(request, *args, **kwargs)
            if isinstance(response, TemplateResponse):
                response.context_data = {**_frame(request), **(response.context_data or {})}
            add_never_cache_headers(response)
            patch_vary_headers(response, ["HX-Request"])
            return response

        return named(guarded, permission, step_up=step_up)

    return guard


def told(request: HttpRequest, title: str, words: str, *, status: int, back: str = "") -> TemplateResponse:
    """A page that only says something, and leads back."""
    context = {"title": title, "words": words, "back": back or reverse("queues:overview")}
    return TemplateResponse(request, "queues/told.html", context, status=status)


def is_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks, who needs no frame."""
    return request.headers.get("HX-Request") == "true"


def _sign_in(request: HttpRequest) -> HttpResponse:
    """A refresh is not sent anywhere: it would put the sign-in form into the middle of what is being read."""
    if is_fragment(request):
        return HttpResponse("Please sign in again.", status=401, content_type="text/plain; charset=utf-8")
    return redirect_to_login(request.get_full_path(), reverse("admin:login"))


def _refuse(request: HttpRequest) -> HttpResponse:
    """On record; whoever hammers is slowed down before they fill it. Raises PermissionDenied."""
    if wait := _too_soon(request):
        response = HttpResponse("One moment, please.", status=429, content_type="text/plain; charset=utf-8")
        response["Retry-After"] = f"{wait:.0f}"
        return response
    refuse(request)
    raise PermissionDenied


def _too_soon(request: HttpRequest) -> float:
    """Counts this one, and says in how many seconds this person may ask again; 0 for now."""
    asked = Request(request)
    asked.user = request.user
    door = Counted()
    for throttle in door.get_throttles():
        if not throttle.allow_request(asked, door):
            return throttle.wait() or 1
    return 0


def _slow_down(request: HttpRequest, seconds: float) -> HttpResponse:
    words = f"Nothing was done: that was too much at once. Try again in {seconds:.0f} seconds."
    response = told(request, "One moment, please", words, status=429)
    response["Retry-After"] = f"{seconds:.0f}"
    return response


def _frame(request: HttpRequest) -> dict[str, Any]:
    ours = {"sections": _sections(request.path), "alerts": current_alerts()}
    if is_fragment(request):
        return {"frame": "queues/_bare.html", **ours}
    return {"frame": "admin/base_site.html", **admin.site.each_context(request), **ours}


def _sections(path: str) -> list[Section]:
    home = reverse("queues:overview")
    others = [Section(title, home + part, path.startswith(home + part)) for title, part in OTHER_SECTIONS]
    return [Section("Overview", home, not any(section.is_current for section in others)), *others]
