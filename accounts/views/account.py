"""A person's own page: what the rooms above show of theirs, and where they are signed in."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts import second_factor, sessions
from accounts.models import User
from accounts.panels import panels_of
from accounts.views.answers import see

View = Callable[..., HttpResponse]


def signed_in(view: View) -> View:
    """Only for whoever is signed in; the view is given who. Anybody else is asked to, and comes back."""

    @wraps(view)
    @never_cache
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not isinstance(request.user, User):
            return see(reverse("accounts:sign_in"), next=request.path if request.method == "GET" else "")
        return view(request, request.user, *args, **kwargs)

    return guarded


@signed_in
@require_safe
def account(request: HttpRequest, user: User) -> HttpResponse:
    rows = [(row, row.pk == request.session.get(sessions.KEY)) for row in sessions.open_sign_ins(user)]
    context = {"person": user, "panels": panels_of(user), "sign_ins": rows, "second_step": _second_step(user)}
    return render(request, "accounts/account.html", context)


@signed_in
@require_POST
def end_sign_in(request: HttpRequest, user: User, sign_in_id: int) -> HttpResponse:
    if not sessions.end(user=user, sign_in_id=sign_in_id):
        raise Http404("There is no such sign-in.")
    messages.success(request, "That browser is signed out.")
    return see(reverse("accounts:account") + "#sign-ins")


@signed_in
@require_POST
def end_other_sign_ins(request: HttpRequest, user: User) -> HttpResponse:
    ended = sessions.end_others(request, user)
    messages.success(request, f"{ended} other browser{'s are' if ended != 1 else ' is'} signed out.")
    return see(reverse("accounts:account") + "#sign-ins")


def _second_step(user: User) -> dict[str, int] | None:
    """How many recovery codes are left to whoever has a second step."""
    if not (user.is_staff and second_factor.is_enrolled(user)):
        return None
    return {"recovery_codes": second_factor.recovery_codes_left(user)}
