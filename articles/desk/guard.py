"""Who may open a page of the desk, and about which article."""

from collections.abc import Callable, Mapping
from functools import wraps

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from articles.models import Article, ArticleVersion
from queues.staff_posts import named, see_other
from queues.stepping_up import ask_first

VIEW, CHANGE, PUBLISH, ADD = (f"articles.{name}_article" for name in ("view", "change", "publish", "add"))

ArticleView = Callable[[HttpRequest, Article], HttpResponse]


def about_an_article(
    permission: str, *methods: str, step_up: bool = False
) -> Callable[[ArticleView], Callable[..., HttpResponse]]:
    """Only whoever holds `permission`, and only by `methods`; with `step_up` only soon after their second step.

    The view is given the article.
    """

    def mark(view: ArticleView) -> Callable[..., HttpResponse]:
        @wraps(view)
        @require_http_methods(methods)
        def guarded(request: HttpRequest, article_id: int) -> HttpResponse:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            article = Article.objects.select_related("published_version").filter(pk=article_id).first()
            if article is None:
                raise Http404("There is no such article.")
            first = ask_first(request) if step_up else None
            return first or view(request, article)

        return named(guarded, permission, step_up=step_up)

    return mark


def version_of(article: Article, number: str) -> ArticleVersion:
    """By its number within the article."""
    known = number.isascii() and number.isdecimal() and len(number) <= 9
    version = article.versions.select_related("base").filter(number=int(number)).first() if known else None
    if version is None:
        raise Http404("There is no such version.")
    version.article = article
    return version


def page(
    request: HttpRequest, template: str, article: Article | None, context: Mapping[str, object], status: int = 200
) -> HttpResponse:
    said = {**admin.site.each_context(request), "opts": Article._meta, "article": article}
    may = {"change": request.user.has_perm(CHANGE), "publish": request.user.has_perm(PUBLISH)}
    return render(request, f"admin/articles/desk/{template}", {**said, "may": may, **context}, status=status)


def to(name: str, article: Article, query: str = "") -> HttpResponse:
    answer = see_other(f"admin:articles_desk_{name}", article.pk)
    answer["Location"] += query
    return answer
