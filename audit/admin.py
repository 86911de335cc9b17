"""The record as staff read it.

Nothing is added, changed or removed here, whatever the role.
"""

from django.contrib import admin
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from audit.models import AccessEntry, AuditEntry


class ReadOnly(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    ordering = ("-id",)
    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnly):
    list_display = ("at", "actor_label", "action", "target_type", "target_id", "reason")
    list_display_links = ("at",)
    list_filter = ("target_type", "action", "at")
    search_fields = ("=target_id", "=request_id", "actor_label", "action", "reason")
    search_help_text = "Who, what was done, why, or the whole number of what it was done to"


@admin.register(AccessEntry)
class AccessEntryAdmin(ReadOnly):
    list_display = ("at", "actor_label", "action", "target_type", "target_id", "what")
    list_display_links = ("at",)
    list_filter = ("target_type", "action", "at")
    search_fields = ("=target_id", "=request_id", "actor_label", "action")
    search_help_text = "Who, what was read, or the whole number of what it was read of"
