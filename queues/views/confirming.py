"""How every change on the owner's pages is asked for: what, how many, whether it can be undone, and why.

A GET asks, a POST does and leads back; it must never lead to another site.
"""

from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

LONGEST_REASON = 500
NO_REASON = "Please say why. It goes on record, for whoever looks at this later."


@dataclass(frozen=True)
class Question:
    """`what` will happen and whether it can be `undone`, a sentence each; `reason` labels the field, empty for none."""

    title: str
    what: str
    undone: str
    button: str
    back: str
    reason: str = ""
    must_say_why: bool = False
    is_grave: bool = False


def ask(request: HttpRequest, question: Question, *, problem: str = "", status: int = 200) -> TemplateResponse:
    """The confirmation page, with what was wrong with the last answer."""
    context = {
        "title": question.title,
        "question": question,
        "problem": problem,
        "given": request.POST.get("reason", ""),
        "next": _own(request, request.POST.get("next") or request.GET.get("next", "")),
        "longest": LONGEST_REASON,
    }
    return TemplateResponse(request, "queues/confirm.html", context, status=status)


def reason_given(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:LONGEST_REASON]


def done(request: HttpRequest, words: str, back: str) -> HttpResponse:
    """Say so on the page they came from, or else on `back`."""
    messages.success(request, words)
    response = HttpResponseRedirect(_own(request, request.POST.get("next", "")) or back)
    response.status_code = 303
    return response


def _own(request: HttpRequest, url: str) -> str:
    """The address if it is one of the owner's pages, else nothing."""
    is_ours = url.startswith(reverse("queues:overview"))
    return url if is_ours and url_has_allowed_host_and_scheme(url, {request.get_host()}) else ""
