"""What an admin of records is: for reading. Nothing is added, changed or removed through it, whatever the role."""

from django.db.models import Model
from django.http import HttpRequest


class ForReading:
    """To be mixed in before the admin's own class."""

    show_full_result_count = False
    list_per_page = 50
    actions = None

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False
