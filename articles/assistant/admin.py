"""Suggestions of every article in one list, and the addresses where one is watched and decided. Nothing is edited."""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from articles.assistant import doors
from articles.models import Suggestion
from audit.reading import ForReading


@admin.register(Suggestion)
class SuggestionAdmin(ForReading, ModelAdmin):  # type: ignore[misc]
    list_display = ("kind", "article", "state", "asked_by", "asked_at", "decided_by")
    list_filter = ("state", "kind", "asked_at")
    list_select_related = ("article",)
    search_fields = ("article__title", "asked_by_label")
    ordering = ("-id",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/live/", view(doors.live), name="articles_suggestion_live"),
            path("<int:pk>/accept/", view(doors.accept_it), name="articles_suggestion_accept"),
            path("<int:pk>/decline/", view(doors.decline_it), name="articles_suggestion_decline"),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description="Asked by", ordering="asked_by_label")
    def asked_by(self, suggestion: Suggestion) -> str:
        return suggestion.asked_by_label

    @admin.display(description="Decided by", ordering="decided_by_label")
    def decided_by(self, suggestion: Suggestion) -> str:
        return suggestion.decided_by_label

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """It is read beside the others of its article."""
        if not request.user.has_perm(doors.VIEW):
            raise PermissionDenied
        suggestion = self.get_object(request, object_id)
        if suggestion is None:
            raise Http404("There is no such suggestion.")
        return doors.page_of(suggestion.article_id, suggestion.pk)
