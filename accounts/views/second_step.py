"""The second step of staff: what the app shows, or, at the first sign-in, setting the app up.

Only for a browser that has just given the password; nothing else is opened before it is done.
"""

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts import refused, second_factor, sessions
from accounts.forms import SecondStepForm, SetUpForm
from accounts.limits import TooMany
from accounts.models import User
from accounts.qr import as_picture
from accounts.views.answers import NEXT, in_words, next_page, see, with_retry_after

PAGE = "accounts/second_step.html"
WRONG = "That is not what the app shows now, or it was used already. Wait for the next code, or use a recovery code."
WRONG_AT_FIRST = "That is not what the app shows now. Is the clock of your telephone right? Try the next code."


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def second_step(request: HttpRequest) -> HttpResponse:
    user = sessions.present(request)
    if user is None or not user.is_staff:
        return see(reverse("admin:login"))
    if sessions.may_enter(request, user):
        return see(next_of(request))
    data = request.POST if request.method == "POST" else None
    if second_factor.is_enrolled(user):
        return proven(request, user, SecondStepForm(data), page=PAGE) or see(next_of(request))
    return _set_up(request, user, SetUpForm(data))


def proven(request: HttpRequest, user: User, form: SecondStepForm, *, page: str) -> HttpResponse | None:
    """None once it is proven; else `page` with the form, and what was wrong."""
    if not form.is_valid():
        return _ask(request, user, form, page)
    try:
        second_factor.prove(user=user, text=form.cleaned_data["code"])
    except TooMany as refusal:
        form.add_error(None, _too_many(refusal))
        return with_retry_after(_ask(request, user, form, page), refusal)
    except second_factor.WrongSecondFactor:
        refused.note(request, user, step="second step")
        form.add_error("code", WRONG)
        return _ask(request, user, form, page)
    sessions.second_step_done(request)
    return None


def _set_up(request: HttpRequest, user: User, form: SetUpForm) -> HttpResponse:
    """Answers with the recovery codes, and no redirect: they are shown this once."""
    if not form.is_valid():
        return _ask_to_set_up(request, user, form)
    try:
        codes = second_factor.confirm(user=user, text=form.cleaned_data["code"])
    except TooMany as refusal:
        form.add_error(None, _too_many(refusal))
        return with_retry_after(_ask_to_set_up(request, user, form), refusal)
    except second_factor.WrongSecondFactor:
        form.add_error("code", WRONG_AT_FIRST)
        return _ask_to_set_up(request, user, form)
    sessions.second_step_done(request)
    return render(request, "accounts/recovery_codes.html", {"codes": codes, NEXT: next_of(request)})


def _ask(request: HttpRequest, user: User, form: SecondStepForm, page: str) -> HttpResponse:
    return render(request, page, {"form": form, "person": user, NEXT: next_of(request)}, status=_status(form))


def _ask_to_set_up(request: HttpRequest, user: User, form: SetUpForm) -> HttpResponse:
    factor = second_factor.enrolment(user)
    secret = second_factor.secret_of(factor)
    context = {
        "form": form,
        "person": user,
        "picture": as_picture(second_factor.address_of(factor)),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        NEXT: next_of(request),
    }
    return render(request, "accounts/set_up_second_step.html", context, status=_status(form))


def _too_many(refusal: TooMany) -> str:
    return f"Too many tries. Please try again in {in_words(refusal)}."


def _status(form: forms.Form) -> int:
    return 422 if form.errors else 200


def next_of(request: HttpRequest) -> str:
    """Where staff go from here."""
    return next_page(request, reverse("admin:index"))
