"""Each kind of email as it would arrive, told of an order that never was. Reads nothing of anybody's."""

from django.conf import settings
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render as answer

from mail.kinds import KINDS
from mail.rendering import Rendered, render
from mail.samples import facts, sample
from queues.staff_posts import named

PREVIEW = "mail.view_emaillog"


def each_kind(request: HttpRequest) -> HttpResponse:
    """All of them, with the subject each would bear."""
    shown = [(kind, _rendered(kind, sample(kind)).subject) for kind in KINDS]
    return _page(request, "admin/mail/kinds.html", {"title": "What each email looks like", "kinds": shown})


def one_kind(request: HttpRequest, kind: str) -> HttpResponse:
    """`?other=refund` shows it where that is not as in the sample."""
    if not request.user.has_perm(PREVIEW):
        raise PermissionDenied
    if kind not in KINDS:
        raise Http404("There is no such kind of email.")
    told = sample(kind)
    told |= {name: not value for name, value in facts(told).items() if name == request.GET.get("other")}
    context = {"title": f"Email: {kind}", "email": _rendered(kind, told), "facts": facts(told)}
    return _page(request, "admin/mail/kind.html", context)


named(one_kind, PREVIEW)


def _rendered(kind: str, context: dict[str, object]) -> Rendered:
    return render(kind, context, action_url=settings.SITE_URL)


def _page(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    return answer(request, template, {**admin.site.each_context(request), **context})
