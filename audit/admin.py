"""The record as staff read it, and take it away as a file.

Nothing is added, changed or removed here, whatever the role.
"""

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.contrib.admin.views.main import ChangeList
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBadRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from unfold.admin import ModelAdmin

from audit.actors import Actor
from audit.exporting import as_csv
from audit.models import AccessEntry, AuditEntry, ChainHead, Seal
from audit.reading import ForReading


class ReadOnly(ForReading, ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    ordering = ("-id",)
    list_before_template = "admin/audit/_before_list.html"
    columns: tuple[str, ...] = ()

    def get_urls(self) -> list[URLPattern]:
        model = self.model._meta.model_name
        if not self.columns:
            return list(super().get_urls())
        view = never_cache(require_safe(self.as_file))
        view.permission = f"audit.export_{model}"  # type: ignore[attr-defined]
        return [path("csv/", self.admin_site.admin_view(view), name=f"audit_{model}_csv"), *super().get_urls()]

    def as_file(self, request: HttpRequest) -> HttpResponseBase:
        """Everything the list's search and filters find."""
        if not self.has_export_permission(request):
            raise PermissionDenied
        try:
            found: ChangeList = self.get_changelist_instance(request)
            rows = found.get_queryset(request)
        except IncorrectLookupParameters:
            return HttpResponseBadRequest("There is no such filter.")
        actor = Actor.of(request.user)  # type: ignore[arg-type]  # the admin lets nobody in without an account
        return as_csv(rows, columns=self.columns, actor=actor, asked=request.GET.urlencode())

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        more = {"csv": ""}
        if self.has_export_permission(request):
            more["csv"] = f"{reverse(f'admin:audit_{self.model._meta.model_name}_csv')}?{request.GET.urlencode()}"
        shown: TemplateResponse = super().changelist_view(request, {**more, **(extra_context or {})})
        return shown

    def has_export_permission(self, request: HttpRequest) -> bool:
        """Where no columns are named, there is no file."""
        return bool(self.columns) and request.user.has_perm(f"audit.export_{self.model._meta.model_name}")


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    list_display = ("at", "actor_label", "action", "target_type", "target_id", "reason")
    list_display_links = ("at",)
    list_filter = ("actor_type", "target_type", "action", "at")
    search_fields = ("=target_id", "=request_id", "=actor_id", "actor_label", "action", "reason")
    search_help_text = "Who, what was done, why, or the whole number of what it was done to"
    readonly_fields = ("seal",)
    columns = (
        *("id", "at", "actor_type", "actor_id", "actor_label", "action", "target_type", "target_id", "reason"),
        *("before", "after", "request_id", "masked_ip"),
    )

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        return super().changelist_view(request, {"is_sealed": True, "head": ChainHead.objects.first()})

    @admin.display(description="Seal")
    def seal(self, entry: AuditEntry) -> str:
        seal = Seal.objects.filter(entry_id=entry.pk).first()
        return f"number {seal.number}, {seal.at:%Y-%m-%d %H:%M} UTC" if seal else "not yet; once a minute"


@admin.register(AccessEntry)
class AccessEntryAdmin(ReadOnly):
    list_display = ("at", "actor_label", "action", "target_type", "target_id", "what")
    list_display_links = ("at",)
    list_filter = ("target_type", "action", "at")
    search_fields = ("=target_id", "=request_id", "=actor_id", "actor_label", "action")
    search_help_text = "Who, what was read, or the whole number of what it was read of"
    columns = (
        *("id", "at", "actor_type", "actor_id", "actor_label", "action", "target_type", "target_id", "what"),
        *("request_id", "masked_ip"),
    )
