"""One queue: its figures, its jobs by state, found by a search; and the two switches that stop it and let it go on."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_http_methods, require_safe

from audit.actors import Actor
from queues.figures import Figures, figures_of
from queues.listing import LISTINGS, BadCursor, page
from queues.pausing import pause, resume
from queues.searching import BadSearch, hint
from queues.views import questions
from queues.views.addresses import queue_url
from queues.views.charts import charts_context
from queues.views.confirming import decided, done
from queues.views.guard import VIEW, owner_page, told
from queues.views.rows import rows, rows_in_line
from queues.views.tabs import ALL, tabs
from queues.waiting import paused

PAUSE = "queues.pause_queue"
LONGEST_SEARCH = 200
STALE = "This page of the list cannot be shown: its address was changed or has grown old. Begin again with the first."


@require_safe
@owner_page(VIEW)
def queue_page(request: HttpRequest, name: str) -> HttpResponse:
    """`?state=&q=&cursor=`; of every state when none is asked for."""
    figures = _figures_or_404(name)
    state, q = request.GET.get("state") or ALL, request.GET.get("q", "").strip()[:LONGEST_SEARCH]
    if state not in LISTINGS:
        raise Http404("There is no such list.")
    try:
        found = _found(request, name, state, q)
    except BadCursor:
        return told(request, "Begin again", STALE, status=400, back=queue_url(name, state=state, q=q))
    return TemplateResponse(
        request,
        "queues/queue.html",
        {
            "title": name,
            "figures": figures,
            "paused": paused(figures.pause) if figures.pause else "",
            "tabs": tabs(figures, state, q),
            "state": state,
            "q": q,
            "hint": hint(name),
            "may_pause": request.user.has_perm(PAUSE),
            "url": queue_url(name),
            "unfiltered_url": queue_url(name, state=state),
            "everywhere_url": queue_url(name, state=ALL, q=q),
            **found,
            **charts_context(request, name),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page(PAUSE)
def pause_page(request: HttpRequest, name: str) -> HttpResponse:
    figures = _figures_or_404(name)

    def act(reason: str) -> HttpResponse:
        pause(queue=name, actor=Actor.of(request.user), reason=reason)
        return done(request, f"{name} is paused. Nothing starts until you resume it.", queue_url(name))

    return decided(request, questions.pause(figures), act)


@require_http_methods(["GET", "HEAD", "POST"])
@owner_page(PAUSE)
def resume_page(request: HttpRequest, name: str) -> HttpResponse:
    figures = _figures_or_404(name)

    def act(_: str) -> HttpResponse:
        resume(queue=name, actor=Actor.of(request.user))
        return done(request, f"{name} goes on.", queue_url(name))

    return decided(request, questions.resume(figures), act)


def _figures_or_404(name: str) -> Figures:
    try:
        return figures_of(name)
    except KeyError:
        raise Http404("There is no such queue.") from None


def _found(request: HttpRequest, name: str, state: str, q: str) -> dict[str, Any]:
    """The page of the list, or why there is none. Raises BadCursor."""
    try:
        found = page(name, state, q=q, cursor=request.GET.get("cursor"))
    except BadSearch as problem:
        return {"rows": [], "problem": str(problem)}
    is_line = state == "waiting" and not q
    return {
        "rows": rows_in_line(name, found.jobs) if is_line else rows(name, found.jobs),
        "next_url": found.next and queue_url(name, state=state, q=q, cursor=found.next),
        "previous_url": found.previous and queue_url(name, state=state, q=q, cursor=found.previous),
        "is_first": not request.GET.get("cursor"),
        "first_url": queue_url(name, state=state, q=q),
    }
