"""New articles from briefs, as staff ask for them and watch them being written.

A brief is never edited; what comes of it is a candidate, and only publishing makes anything live.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.contrib.messages import error, success
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import URLPattern, path
from django.utils.safestring import mark_safe
from unfold.admin import ModelAdmin

from articles.brief_form import BriefForm
from articles.commissioning import SUBJECT, AlreadyPublished, AlreadyWriting, order_article, write_again
from articles.in_use import ArticleInUse
from articles.markdown.render import render as rendered
from articles.models import ArticleVersion, Brief
from audit.actors import Actor
from queues.models import Job
from queues.staff_posts import see_other, staff_post

ADD, VIEW = "articles.add_brief", "articles.view_brief"
VERSIONS_SHOWN = 10
LOOK_AGAIN_SECONDS = 3


@dataclass(frozen=True)
class Sheet:
    """Everything about one brief. `job` is the newest; `shown` the draft that is read in full."""

    brief: Brief
    job: Job | None
    versions: Sequence[ArticleVersion]
    shown: ArticleVersion | None
    text_page: str

    @property
    def is_being_written(self) -> bool:
        return self.job is not None and Job.objects.live().filter(pk=self.job.pk).exists()

    @property
    def can_write_again(self) -> bool:
        """Of an order, its customer decides."""
        is_ours = not self.brief.subject_type
        return is_ours and not self.is_being_written and self.brief.article.published_version_id is None


@admin.register(Brief)
class BriefAdmin(ModelAdmin):  # type: ignore[misc]
    form = BriefForm
    list_display = ("topic", "keyword", "language", "words", "article_state", "asked_by_label", "created_at")
    list_filter = (ArticleInUse, "language", "tone", "created_at")
    list_select_related = ("article",)
    search_fields = ("topic", "keyword", "asked_by_label")
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(again)
        return [path("<int:brief_id>/again/", view, name="articles_brief_again"), *super().get_urls()]

    def has_change_permission(self, request: HttpRequest, obj: Brief | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Brief | None = None) -> bool:
        return False

    @admin.display(description="Article", ordering="article__status")
    def article_state(self, brief: Brief) -> str:
        return brief.article.get_status_display()

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {"email": getattr(request.user, "email", ""), "language": "en", "words": 900}

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        only_save = {"show_save_and_add_another": False, "show_save_and_continue": False}
        context = {"title": "New article from a brief", **only_save, **(extra_context or {})}
        response: HttpResponse = super().add_view(request, form_url, context)
        return response

    def save_model(self, request: HttpRequest, obj: Brief, form: Any, change: bool) -> None:
        actor = Actor.of(request.user)
        made = order_article(wanted=form.wanted(), actor=actor, email=form.cleaned_data["email"])
        obj.pk, obj.article = made.pk, made.article

    def log_addition(self, request: HttpRequest, obj: Brief, message: Any) -> None:
        """The audit has it already, written with the brief itself."""

    def response_add(self, request: HttpRequest, obj: Brief, post_url_continue: str | None = None) -> HttpResponse:
        success(request, "It is being written. You are told by email when it is ready to read.")
        return _to(obj.pk)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        sheet = sheet_of(_found(object_id), request.GET.get("version", ""))
        context = {
            **self.admin_site.each_context(request),
            "title": "New article from a brief",
            "sheet": sheet,
            "may_ask": request.user.has_perm(ADD),
        }
        response = render(request, "admin/articles/brief.html", context)
        if sheet.is_being_written:
            response["Refresh"] = str(LOOK_AGAIN_SECONDS)
        return response


@staff_post(ADD)
def again(request: HttpRequest, brief_id: int) -> HttpResponse:
    """Another draft from the same brief."""
    brief = _found(str(brief_id))
    if brief.subject_type:
        raise Http404("This brief is not ours to have written again.")
    try:
        write_again(brief=brief, actor=Actor.of(request.user))
    except AlreadyWriting:
        error(request, "Nothing was done: it is being written at this moment.")
    except AlreadyPublished:
        error(request, "Nothing was done: the article is live. Edit it instead.")
    else:
        success(request, "Another draft is being written.")
    return _to(brief.pk)


def sheet_of(brief: Brief, version_id: str = "") -> Sheet:
    subject = (brief.subject_type or SUBJECT, brief.subject_id or str(brief.pk))
    made: QuerySet[ArticleVersion] = brief.article.versions.order_by("-id").defer("body")
    versions = list(made[:VERSIONS_SHOWN])
    shown = next((version for version in versions if str(version.pk) == version_id), versions[0] if versions else None)
    return Sheet(
        brief=brief,
        job=Job.objects.of_subject(*subject).order_by("-id").first(),
        versions=versions,
        shown=shown,
        text_page=_text_page(brief, shown) if shown else "",
    )


def _text_page(brief: Brief, version: ArticleVersion) -> str:
    html = mark_safe(rendered(version.body))  # sanitised by `render`
    return render_to_string("admin/articles/text.html", {"html": html, "language": brief.language})


def _found(brief_id: str) -> Brief:
    number = int(brief_id) if brief_id.isascii() and brief_id.isdecimal() and len(brief_id) <= 18 else 0
    brief = Brief.objects.select_related("article").filter(pk=number).first()
    if brief is None:
        raise Http404("There is no such brief.")
    return brief


def _to(brief_id: int) -> HttpResponse:
    return see_other("admin:articles_brief_change", brief_id)
