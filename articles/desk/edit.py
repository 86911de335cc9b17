"""Writing: the whole text in one field, saved as a new candidate.

Whatever goes wrong, what was typed is still in the field.
"""

from dataclasses import dataclass

from django.contrib.messages import info, success
from django.http import HttpRequest, HttpResponse

from articles import workflow_steps
from articles.comparing import Comparison, compare
from articles.desk.guard import CHANGE, about_an_article, page, to, version_of
from articles.desk.live import COMMISSIONED
from articles.editing import (
    NothingChanged,
    SavedMeanwhile,
    Seen,
    Unkeepable,
    carried_over,
    save,
    seen_of,
    start_of,
)
from articles.models import Article, ArticleVersion
from articles.placements import live_placements
from articles.publishing import BreaksPaidLink, IsCommissioned
from audit.actors import Actor

BROKEN = (
    "Nothing was saved: a paid link would no longer stand exactly once, as it was bought. Put it back where it was:"
)


@dataclass(frozen=True)
class Sheet:
    """The field and all that stands around it. `theirs` is what came meanwhile, beside what was typed."""

    body: str
    seen: Seen
    began_with: ArticleVersion | None
    trouble: str = ""
    broken: tuple[str, ...] = ()
    newer: ArticleVersion | None = None
    theirs: Comparison | None = None


@about_an_article(CHANGE, "GET", "HEAD", "POST")
def edit(request: HttpRequest, article: Article) -> HttpResponse:
    if request.method == "POST":
        return _save(request, article)
    start = version_of(article, request.GET["from"]) if request.GET.get("from") else start_of(article)
    body = start.body if start else ""
    if start is not None and start.base_id != article.published_version_id and "carry" in request.GET:
        carried = carried_over(start)
        body = body if carried is None else carried
        words = "They no longer fit; this is the text as it was." if carried is None else "Read it, then save it."
        info(request, f"The changes of version {start.number}, made to what is live now. {words}")
    return _show(request, article, Sheet(body, seen_of(article), start))


def _save(request: HttpRequest, article: Article) -> HttpResponse:
    body = request.POST.get("body", "")
    began = request.POST.get("began_with", "")
    start = version_of(article, began) if began else None
    seen = Seen(_number(request.POST.get("newest", "")), _number(request.POST.get("live", "")))
    try:
        version = save(article=article, body=body, seen=seen, began_with=start, actor=Actor.of(request.user))
    except SavedMeanwhile as conflict:
        theirs = compare(conflict.newer.body, body.replace("\r\n", "\n"))
        sheet = Sheet(body, seen_of(article), start, newer=conflict.newer, theirs=theirs)
        return _show(request, article, sheet, status=409)
    except BreaksPaidLink as refusal:
        sheet = Sheet(body, seen, start, trouble=BROKEN, broken=tuple(refusal.hrefs))
        return _show(request, article, sheet, status=422)
    except IsCommissioned:
        return _show(
            request, article, Sheet(body, seen, start, trouble=f"Nothing was saved: {COMMISSIONED}"), status=422
        )
    except Unkeepable as refusal:
        return _show(request, article, Sheet(body, seen, start, trouble=str(refusal)), status=422)
    except NothingChanged:
        info(request, "Nothing was saved: the text is as it was.")
        return to("texts", article)
    by_itself = ", which a workflow may do by itself" if workflow_steps.publish_by_themselves() else ""
    success(request, f"Saved as version {version.number}. Readers see it once it is published{by_itself}.")
    return to("texts", article)


def _show(request: HttpRequest, article: Article, sheet: Sheet, status: int = 200) -> HttpResponse:
    links = live_placements(article)
    context = {"title": f"Edit: {article.title}", "sheet": sheet, "links": links}
    context["goes_by_itself"] = workflow_steps.publish_by_themselves()
    return page(request, "edit.html", article, context, status)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 18 else 0
