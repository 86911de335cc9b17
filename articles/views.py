"""The pages anybody may read: the catalogue, and an article as it is published with what was paid for in it.

They must never show a draft, and never an article without the notice its live links call for.
"""

from functools import lru_cache
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from articles import queries
from articles.markdown.render import render as rendered
from articles.models import Article
from articles.placements import live_placements

# A version's bytes never change, so neither does what they look like: the text is its own key.
rendered_once = lru_cache(maxsize=256)(rendered)


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Public."""
    q, language, cursor = (_asked(request, name) for name in ("q", "language", "cursor"))
    try:
        page = queries.catalogue_page(q=q, language=language, cursor=cursor)
    except queries.InvalidCursor as error:
        raise Http404("There is no such page of the catalogue.") from error
    filters = {"q": q, "language": language}
    context = {
        "articles": page.articles,
        "languages": queries.catalogue_languages(),
        "q": q,
        "language": language,
        "filtered": bool(q or language),
        "first_page": not cursor,
        "first_query": urlencode(filters),
        "next_query": urlencode({**filters, "cursor": page.next}) if page.next else "",
    }
    return render(request, "articles/catalogue.html", context)


@require_safe
def article(request: HttpRequest, slug: str) -> HttpResponse:
    """Public."""
    try:
        found = queries.article_by_slug(slug)
    except Article.DoesNotExist as error:
        raise Http404("There is no such article.") from error
    assert found.published_version is not None  # a constraint of the table
    html = rendered_once(found.published_version.body)
    context = {
        "article": found,
        "version": found.published_version,
        "html": mark_safe(html),
        "brings_its_own_title": html.lstrip().startswith("<h1"),
        "placements": live_placements(found),
    }
    return render(request, "articles/article.html", context)


def _asked(request: HttpRequest, name: str) -> str:
    """What the query string says, without the NULs that PostgreSQL refuses."""
    return request.GET.get(name, "").replace("\0", "").strip()[:100]
