"""How every change on the owner's pages is asked for: what, how many, whether it can be undone, and why.

A GET asks, a POST does and leads back; it must never lead to another site.
"""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from queues.views.refused import REFUSALS, in_words

LONGEST_REASON = 500
NO_REASON = "Please say why. It goes on record, for whoever looks at this later."


@dataclass(frozen=True)
class Question:
    """`what` will happen and whether it can be `undone`, a sentence each; `reason` labels the field, empty for none.

    `figures` say it in numbers; `carried` goes back with the answer; without a `button` there is nothing to confirm.
    """

    title: str
    what: str
    undone: str
    button: str
    back: str
    reason: str = ""
    must_say_why: bool = False
    is_grave: bool = False
    figures: tuple[tuple[str, int], ...] = ()
    carried: tuple[tuple[str, str], ...] = ()


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


def decided(request: HttpRequest, question: Question, act: Callable[[str], HttpResponse]) -> HttpResponse:
    """Ask; or `act` on the reason that was given. What it refuses is said beside the question, and nothing was done."""
    if request.method != "POST":
        return ask(request, question)
    reason = reason_given(request)
    if question.must_say_why and not reason:
        return ask(request, question, problem=NO_REASON, status=422)
    try:
        return act(reason)
    except REFUSALS as refusal:
        return ask(request, question, problem=in_words(refusal), status=409)


def reason_given(request: HttpRequest) -> str:
    return request.POST.get("reason", "").strip()[:LONGEST_REASON]


def done(request: HttpRequest, words: str, back: str) -> HttpResponse:
    """Say so on the page they came from, or else on `back`."""
    return lead_to(request, words, _own(request, request.POST.get("next", "")) or back)


def lead_to(request: HttpRequest, words: str, url: str) -> HttpResponse:
    """Say so on the page at `url`, one of ours, wherever they came from."""
    messages.success(request, words)
    response = HttpResponseRedirect(url)
    response.status_code = 303
    return response


def _own(request: HttpRequest, url: str) -> str:
    """The address if it is one of the owner's pages, else nothing."""
    if not url_has_allowed_host_and_scheme(url, {request.get_host()}):
        return ""
    path = unquote(urlsplit(url).path)
    return url if path.startswith(reverse("queues:overview")) and "/.." not in path else ""
