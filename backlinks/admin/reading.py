"""What every list of this room is: for reading. Nothing is added, changed or removed through it, whatever the role."""

from django.http import HttpRequest
from unfold.admin import ModelAdmin


class ForReading(ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
