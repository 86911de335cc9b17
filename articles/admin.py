"""Articles, their versions and the calls to the AI provider, as staff see them.

Only what is said of an article is edited in these forms; its texts are written and published on the desk's own pages.
"""

from typing import Any

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import URLPattern
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action

from articles import brief_admin as brief_admin
from articles import image_admin as image_admin
from articles import money
from articles.assistant.admin import SuggestionAdmin as SuggestionAdmin
from articles.describing import Facts, describe
from articles.desk.carrying import export_many
from articles.desk.guard import ADD
from articles.desk.urls import urls
from articles.in_use import InUse
from articles.models import AiEventLog, Article, ArticleVersion, Placement
from audit.actors import Actor
from audit.reading import ForReading


class VersionInline(ForReading, TabularInline):  # type: ignore[misc]  # unfold ships no types
    model = ArticleVersion
    fields = ("number", "status", "author_label", "size", "created_at", "approved_by_label", "published_at")
    ordering = ("-number",)
    show_change_link = True
    per_page = 20
    tab = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArticleVersion]:
        return super().get_queryset(request).defer("body")  # type: ignore[no-any-return]


class PlacementInline(ForReading, TabularInline):  # type: ignore[misc]
    model = Placement
    fields = ("anchor", "href", "subject_type", "subject_id", "live_since", "ended_at", "end_reason")
    ordering = ("-live_since",)
    verbose_name_plural = "paid links"
    tab = True


@admin.register(Article)
class ArticleAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("title", "language", "status", "price", "live_links", "linkable", "updated_at")
    list_filter = (InUse, "linkable", "language", "topic")
    search_fields = ("title", "slug", "topic")
    ordering = ("-id",)
    list_per_page = 50
    fieldsets = (
        (None, {"fields": ("title", "description", "topic", "price_minor", "currency")}),
        ("Read only", {"fields": ("slug", "language", "status", "linkable_message", "created_at", "updated_at")}),
    )
    readonly_fields = ("slug", "language", "status", "linkable_message", "created_at", "updated_at")
    inlines = (VersionInline, PlacementInline)
    actions = ("export",)
    actions_list = ("bring_in",)
    actions_detail = ("its_texts", "its_assistant")

    def view_on_site(self, article: Article) -> str | None:
        """A draft has no page yet."""
        return article.get_absolute_url() if article.published_version_id else None

    def get_urls(self) -> list[URLPattern]:
        return [*urls(self.admin_site.admin_view), *super().get_urls()]

    @admin.action(description="Download as Markdown files", permissions=["view"])
    def export(self, request: HttpRequest, articles: QuerySet[Article]) -> HttpResponse:
        return export_many(articles)

    @action(description="Import Markdown", url_path="bring-in", permissions=["import"])
    def bring_in(self, request: HttpRequest) -> HttpResponse:
        return redirect("admin:articles_desk_import")

    @action(description="Read, edit and publish its text", url_path="its-texts", permissions=["view"])
    def its_texts(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:articles_desk_texts", self._key(request, object_id))

    @action(description="Ask the assistant", url_path="its-assistant", permissions=["view"])
    def its_assistant(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return redirect("admin:articles_desk_assistant", self._key(request, object_id))

    def _key(self, request: HttpRequest, object_id: str) -> int:
        article = self.get_object(request, object_id)
        if article is None:
            raise Http404("There is no such article.")
        return int(article.pk)

    def has_import_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(ADD)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Article | None = None) -> bool:
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Article]:
        links = Count("placements", filter=Q(placements__ended_at__isnull=True))
        return super().get_queryset(request).annotate(live_links=links)  # type: ignore[no-any-return]

    @admin.display(ordering="price_minor")
    def price(self, article: Article) -> str:
        return money.written(article.price_minor, article.currency)

    @admin.display(description="live links", ordering="live_links")
    def live_links(self, article: Any) -> int:
        return int(article.live_links)

    def save_model(self, request: HttpRequest, obj: Article, form: Any, change: bool) -> None:
        describe(article=obj, facts=Facts.of(obj), actor=Actor.of(request.user))


@admin.register(ArticleVersion)
class ArticleVersionAdmin(ForReading, ModelAdmin):  # type: ignore[misc]
    list_display = ("id", "article", "number", "status", "author_label", "created_at", "published_at")
    list_filter = ("status", "created_at")
    list_select_related = ("article",)
    search_fields = ("=sha256", "article__title", "=subject_id")
    search_help_text = "The article's title, or the whole hash or order id"
    ordering = ("-id",)
    fieldsets = (
        (None, {"fields": ("article", "number", "status", "base", "author_label", "subject_type", "subject_id")}),
        ("Text", {"fields": ("source", "sha256", "size")}),
        ("Quality control", {"fields": ("checks",)}),
        ("Bought link", {"fields": ("backlink_metadata", "change")}),
        ("Times", {"fields": ("created_at", "submitted_at", "approved_at", "approved_by_label", "published_at")}),
    )
    readonly_fields = ("source", "checks")

    def get_queryset(self, request: HttpRequest) -> QuerySet[ArticleVersion]:
        return super().get_queryset(request).defer("body")  # type: ignore[no-any-return]

    @admin.display(description="Markdown source")
    def source(self, version: ArticleVersion) -> str:
        return render_to_string("articles/admin/source.html", {"body": version.body})

    @admin.display(description="Certificate")
    def checks(self, version: ArticleVersion) -> str:
        return render_to_string("articles/admin/certificate.html", {"results": version.certificate})


@admin.register(AiEventLog)
class AiEventLogAdmin(ForReading, ModelAdmin):  # type: ignore[misc]
    list_display = ("opened_at", "purpose", "subject_id", "model_answered", "cost", "duration_ms", "outcome")
    list_filter = ("outcome", "purpose", "model_asked", "opened_at")
    search_fields = ("=subject_id", "=request_id")
    search_help_text = "The whole id of what the call was for, or of the request"
    ordering = ("-id",)

    @admin.display(description="cost", ordering="cost_micro")
    def cost(self, call: AiEventLog) -> str:
        return "unknown" if call.cost_micro is None else f"${call.cost_micro / 1_000_000:.6f}"
