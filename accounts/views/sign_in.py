"""Signing in with a code from an email: the address, the code, and the way out.

Nothing here may look, read or take longer differently for an address that has an account.
"""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from accounts import otp, sessions
from accounts.browsers import asker_of, mark, new_asker, unmark
from accounts.forms import AddressForm, CodeForm
from accounts.limits import TooMany
from accounts.models import OtpCode
from accounts.views.answers import NEXT, in_words, next_page, see, with_retry_after

INCOMPLETE = "A code has six digits."
EXPIRED = "This code has expired. Have a new one sent: it takes a few seconds."
USED = "This code has been used already, and works once only. Have a new one sent."
USED_UP = "This code was tried too often and opens nothing any more. Have a new one sent."
OTHER_BROWSER = "Enter a code in the browser in which you asked for it. In this one you have not asked yet: do it here."
SENT_AGAIN = "A new code is on its way. The earlier one opens nothing any more."


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return see(next_page(request, reverse("accounts:account")))
    form = AddressForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _ask_for_address(request, form)
    if not form.is_valid():
        return _ask_for_address(request, form, status=422)
    try:
        return _code_sent(request, form.cleaned_data["email"])
    except TooMany as refusal:
        form.add_error(None, _too_many_codes(refusal))
        return with_retry_after(_ask_for_address(request, form), refusal)


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
def enter_code(request: HttpRequest) -> HttpResponse:
    code = otp.code_of(asker_of(request).browser)
    if code is None:
        return _elsewhere(request)
    form = CodeForm(request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return _ask_for_code(request, form, code)
    if form.is_valid() and not otp.is_complete(form.cleaned_data["code"]):
        form.add_error("code", INCOMPLETE)
    return _try(request, form, code) if form.is_valid() else _ask_for_code(request, form, code, status=422)


@require_POST
def send_again(request: HttpRequest) -> HttpResponse:
    code = otp.code_of(asker_of(request).browser)
    if code is None:
        return _elsewhere(request)
    try:
        response = _code_sent(request, code.address)
    except TooMany as refusal:
        form = CodeForm(data={})
        form.errors.clear()
        form.add_error(None, _too_many_codes(refusal))
        return with_retry_after(_ask_for_code(request, form, code), refusal)
    otp.withdraw(code)
    messages.success(request, SENT_AGAIN)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    sessions.sign_out(request)
    messages.success(request, "You are signed out.")
    return see(next_page(request, "/"))


def _code_sent(request: HttpRequest, address: str) -> HttpResponse:
    asker = new_asker(request)
    otp.ask(address=address, asker=asker)
    response = see(reverse("accounts:enter_code"), next=next_page(request, ""))
    mark(response, asker)
    return response


def _try(request: HttpRequest, form: CodeForm, code: OtpCode) -> HttpResponse:
    try:
        user = otp.prove(asker=asker_of(request), text=form.cleaned_data["code"])
    except TooMany as refusal:
        form.add_error(None, f"Too many tries from your connection. Please try again in {in_words(refusal)}.")
        return with_retry_after(_ask_for_code(request, form, code), refusal)
    except otp.NoCode:
        return _elsewhere(request)
    except otp.REFUSALS as refusal:
        form.add_error("code", _in_words(refusal))
        return _ask_for_code(request, form, code, status=422)
    sessions.sign_in(request, user)
    response = see(next_page(request, reverse("accounts:account")))
    unmark(response)
    return response


def _in_words(refusal: Exception) -> str:
    match refusal:
        case otp.WrongCode(left=1):
            return "That is not the code in the email. You may try once more."
        case otp.WrongCode(left=left):
            return f"That is not the code in the email. You may try {left} more times."
        case otp.CodeExpired():
            return EXPIRED
        case otp.CodeUsed():
            return USED
    return USED_UP


def _elsewhere(request: HttpRequest) -> HttpResponse:
    if request.user.is_authenticated:
        return see(next_page(request, reverse("accounts:account")))
    messages.info(request, OTHER_BROWSER)
    return see(reverse("accounts:sign_in"), next=next_page(request, ""))


def _too_many_codes(refusal: TooMany) -> str:
    return (
        "Too many codes were asked for, from your connection or for this address. Nothing was sent: "
        f"please try again in {in_words(refusal)}."
    )


def _ask_for_address(request: HttpRequest, form: AddressForm, status: int = 200) -> HttpResponse:
    return render(request, "accounts/sign_in.html", {"form": form, NEXT: next_page(request, "")}, status=status)


def _ask_for_code(request: HttpRequest, form: CodeForm, code: OtpCode, status: int = 200) -> HttpResponse:
    context = {"form": form, "address": code.address, "minutes": otp.LIVES.seconds // 60, NEXT: next_page(request, "")}
    return render(request, "accounts/enter_code.html", context, status=status)
