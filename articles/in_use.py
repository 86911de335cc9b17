"""The filter of the admin's lists that leaves out archived articles, and what belongs to them, unless asked for."""

from collections.abc import Iterator
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from articles.models import Article

EVERY = "every"


class InUse(admin.SimpleListFilter):
    """By status; without a choice all but the archived: most of them are asked for and never paid."""

    title = "status"
    field: ClassVar = "status"
    parameter_name = "status__exact"

    def lookups(self, request: HttpRequest, model_admin: object) -> list[tuple[str, str]]:
        return [*Article.Status.choices, (EVERY, "All, also archived")]

    def choices(self, changelist: Any) -> Iterator[Any]:
        usual, *others = super().choices(changelist)
        yield {**usual, "display": "In use"}
        yield from others

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        match self.value():
            case None:
                return queryset.exclude(**{self.field: Article.Status.ARCHIVED})
            case status if status != EVERY:
                return queryset.filter(**{self.field: status})
        return queryset


class ArticleInUse(InUse):
    """Of what belongs to an article."""

    title = "status of the article"
    field = "article__status"
    parameter_name = "article_status"
