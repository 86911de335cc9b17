"""What the pages of this room have in common: where to go next, and how too much at once is told."""

import math

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme, urlencode

from accounts.limits import TooMany

NEXT = "next"


def next_page(request: HttpRequest, otherwise: str) -> str:
    """Where the visitor wanted to go, if that is a page of ours."""
    wanted = request.POST.get(NEXT) or request.GET.get(NEXT) or ""
    ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure())
    return wanted if ours else otherwise


def see(url: str, **query: str) -> HttpResponse:
    """Go there with a GET; empty values are left out."""
    told = {name: value for name, value in query.items() if value}
    response = redirect(f"{url}?{urlencode(told)}" if told else url)
    response.status_code = 303
    return response


def with_retry_after(response: HttpResponse, refusal: TooMany) -> HttpResponse:
    response.status_code = 429
    response["Retry-After"] = str(refusal.retry_after)
    return response


def too_many(request: HttpRequest, refusal: TooMany, *, back: str) -> HttpResponse:
    context = {"wait": in_words(refusal), "back": back}
    return with_retry_after(render(request, "accounts/too_many.html", context), refusal)


def in_words(refusal: TooMany) -> str:
    minutes = math.ceil(refusal.retry_after / 60)
    if minutes > 90:
        return f"{math.ceil(minutes / 60)} hours"
    return "a minute" if minutes == 1 else f"{minutes} minutes"
