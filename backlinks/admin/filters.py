"""What orders are filtered by in the admin, beyond their own fields."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from backlinks.asking_back import still_asking
from backlinks.models import Order


class AskedBack(admin.SimpleListFilter):
    """Orders whose customers wait to hear about their money."""

    title = "refund asked for"
    parameter_name = "asked_back"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("yes", "Waits for an answer")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Order]) -> QuerySet[Order]:
        return still_asking(queryset) if self.value() == "yes" else queryset
