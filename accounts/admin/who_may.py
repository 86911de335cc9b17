"""Who may do what, as the one table in `roles` says and every address asks: shown, and changed in code alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.decorators.http import require_safe

from accounts import roles
from accounts.roles import Role
from queues.staff_posts import named

VIEW = "accounts.view_user"
ASKED_BY_FORMS = {"accounts.change_user"}  # a step-up by the admin's own form, which is no view of ours


@dataclass(frozen=True)
class Line:
    """One permission: which roles have it, and whether some address asks for a recent second step besides."""

    permission: str
    words: str
    allowed: tuple[bool, ...]
    step_up: bool


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    if not request.user.has_perm(VIEW):
        raise PermissionDenied
    ours = {"title": "Who may do what", "roles": list(Role), "rooms": by_room()}
    return render(request, "admin/accounts/who_may.html", {**admin.site.each_context(request), **ours})


named(page, VIEW)


def by_room() -> dict[str, list[Line]]:
    """Every permission that an address asks for or a role is given, under its room."""
    grave = {view.permission for view in guarded_views() if getattr(view, "step_up", False)} | ASKED_BY_FORMS
    given = {name for granted in roles.PERMISSIONS.values() for name in granted if name != "*"}
    known = {view.permission for view in guarded_views()} | given
    rooms: dict[str, list[Line]] = {}
    for name in sorted(name for name in known if "." in name):  # the others are customers' and everybody's
        room, _, what = name.partition(".")
        allowed = tuple(_has(role, name) for role in Role)
        words = "everything" if what == "*" else what.replace("_", " ")
        rooms.setdefault(room, []).append(Line(name, words, allowed, name in grave))
    return rooms


def guarded_views() -> Iterator[Any]:
    """Every view that names its permission, wherever it stands."""
    return (view for view in _views(get_resolver().url_patterns) if getattr(view, "permission", None))


def _views(patterns: list[Any]) -> Iterator[Any]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _views(pattern.url_patterns)
        elif isinstance(pattern, URLPattern):
            yield getattr(pattern.callback, "view_class", pattern.callback)


def _has(role: Role, permission: str) -> bool:
    return roles.allows(role, permission)
