"""The texts of an article: which is live, what waits, who wrote what, and what can be done with each."""

from dataclasses import dataclass

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe

from articles.comparing import compare
from articles.desk.guard import VIEW, about_an_article, page, version_of
from articles.editing import start_of
from articles.markdown.render import render as rendered
from articles.models import Article, ArticleVersion, ScheduledPublication
from articles.placements import live_placements
from articles.publishing import is_commissioned

PER_PAGE = 20
EARLIER = frozenset({ArticleVersion.Status.SUPERSEDED})
AS_IT_WAITS = frozenset({ArticleVersion.Status.CANDIDATE, ArticleVersion.Status.APPROVED})


@dataclass(frozen=True)
class Line:
    """One version in the list, with what may be done."""

    version: ArticleVersion
    is_live: bool
    base_moved: bool
    plan: ScheduledPublication | None

    @property
    def is_the_desks(self) -> bool:
        return self.version.subject_type != "order"

    @property
    def can_go_live(self) -> bool:
        return self.is_the_desks and self.version.status in AS_IT_WAITS

    @property
    def is_planned(self) -> bool:
        waits = self.plan is not None and self.plan.state == ScheduledPublication.State.PLANNED
        return waits and self.can_go_live

    @property
    def was_stopped(self) -> bool:
        """Its time came and it did not go live; it still can, by hand."""
        return self.plan is not None and self.plan.state == ScheduledPublication.State.STOPPED and self.can_go_live

    @property
    def can_come_back(self) -> bool:
        return self.version.status in EARLIER


@about_an_article(VIEW, "GET", "HEAD")
def texts(request: HttpRequest, article: Article) -> HttpResponse:
    every = article.versions.order_by("-number").defer("body", "certificate", "change", "backlink_metadata")
    shown = Paginator(every, PER_PAGE).get_page(request.GET.get("page"))
    plans = ScheduledPublication.objects.in_bulk([version.pk for version in shown], field_name="version_id")
    live = article.published_version_id
    lines = [Line(version, version.pk == live, version.base_id != live, plans.get(version.pk)) for version in shown]
    start = start_of(article)
    newer = start if start is not None and start.pk != live else None
    context = {
        "title": article.title,
        "lines": lines,
        "shown": shown,
        "newer": newer,
        "links": live_placements(article),
        "commissioned": is_commissioned(article),
    }
    return page(request, "texts.html", article, context)


@about_an_article(VIEW, "GET", "HEAD")
def compared(request: HttpRequest, article: Article) -> HttpResponse:
    """Any two; without a choice what is live beside the newest."""
    after = _chosen(request, article, "after")
    before = _chosen(request, article, "before")
    choices = list(article.versions.order_by("-number").values_list("number", "status", "author_label")[:200])
    comparison = compare(before.body if before else "", after.body if after else "")
    context = {
        "title": f"Compare: {article.title}",
        "before": before,
        "after": after,
        "comparison": comparison,
        "choices": choices,
    }
    return page(request, "compare.html", article, context)


@about_an_article(VIEW, "GET", "HEAD")
def preview(request: HttpRequest, article: Article) -> HttpResponse:
    """As readers would see it: their page, with nothing counted."""
    version = version_of(article, request.GET.get("version", ""))
    html = rendered(version.body)
    context = {
        "article": article,
        "version": version,
        "html": mark_safe(html),  # sanitised by `rendered`
        "brings_its_own_title": html.lstrip().startswith("<h1"),
        "placements": live_placements(article),
    }
    return render(request, "articles/preview.html", context)


def _chosen(request: HttpRequest, article: Article, side: str) -> ArticleVersion | None:
    if number := request.GET.get(side, ""):
        return version_of(article, number)
    return article.versions.order_by("-number").first() if side == "after" else article.published_version
