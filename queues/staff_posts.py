"""The one guard of what staff do by POST, whatever the room: who may, and whether they must have stepped up before.

It stands here because every room with such a page stands above; it knows permissions, and neither roles nor people.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.messages import error, success
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST

from queues.stepping_up import ask_first

View = Callable[..., HttpResponse]


def staff_post(permission: str, *, step_up: bool = False) -> Callable[[View], View]:
    """Only whoever holds `permission`, and only by POST; with `step_up` only soon after their second step.

    Put it inside `admin_view`, which sends strangers to sign in. Raises PermissionDenied.
    """

    def guard(view: View) -> View:
        @wraps(view)
        @require_POST
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            first = ask_first(request) if step_up else None
            return first or view(request, *args, **kwargs)

        return named(guarded, permission, step_up=step_up)

    return guard


def named(view: View, permission: str, *, step_up: bool = False) -> View:
    """The view says what it asks for, to whoever walks the addresses."""
    view.permission, view.step_up = permission, step_up  # type: ignore[attr-defined]
    return view


def tell(request: HttpRequest, act: Callable[[], str], *, refused: type[Exception]) -> None:
    """The action says in words what was done, or its refusal why nothing was."""
    try:
        success(request, act())
    except refused as refusal:
        error(request, f"Nothing was done: {refusal}.")


def see_other(to: str, *args: Any) -> HttpResponse:
    """To the page of this name, with a GET."""
    answer = redirect(to, *args)
    answer.status_code = 303
    return answer
