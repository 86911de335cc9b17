"""The pages anybody may read: the catalogue, and an article as it is published with what was paid for in it.

They must never show a draft, and never an article without the notice its live links call for.
"""

from functools import lru_cache
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_safe

from articles import queries, structured_data
from articles.image import KEY_LENGTH
from articles.markdown.render import render as rendered
from articles.models import Article, Image
from articles.placements import live_placements
from articles.readership import DAYS, with_readers

# A version's bytes never change, so neither does what they look like: the text is its own key.
rendered_once = lru_cache(maxsize=256)(rendered)


@require_safe
def catalogue(request: HttpRequest) -> HttpResponse:
    """Public."""
    search, cursor = _search(request), _asked(request, "cursor")
    try:
        page = queries.catalogue_page(search, cursor=cursor)
    except queries.InvalidCursor as error:
        raise Http404("There is no such page of the catalogue.") from error
    filters = _query_of(search)
    context = {
        "articles": with_readers(page.articles),
        "reader_days": DAYS,
        "total": page.matches.count(),
        "languages": queries.catalogue_languages(),
        "topics": queries.catalogue_topics(search.language),
        "sorts": [sort for sort in queries.Sort if search.q or sort != queries.Sort.BEST],
        "usual_sort": _usual_sort(search.q),
        "search": search,
        "filtered": bool(search.q or search.language or search.topic or search.with_room),
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
        "card": structured_data.share_card(found),
        "structured": structured_data.json_ld(found, found.published_version),
    }
    return render(request, "articles/article.html", context)


@require_safe
def image(request: HttpRequest, key: str, name: str, extension: str) -> HttpResponse:
    """Public. The address names the bytes, so it may be kept for ever."""
    found = Image.objects.filter(sha256__startswith=key, name=name).first() if len(key) == KEY_LENGTH else None
    if found is None or found.extension != extension:
        raise Http404("There is no such picture.")
    headers = {"Cache-Control": "public, max-age=31536000, immutable", "X-Content-Type-Options": "nosniff"}
    return HttpResponse(bytes(found.content), content_type=found.content_type, headers=headers)


def _search(request: HttpRequest) -> queries.Search:
    """What the query string asks for; of what it cannot mean, nothing is made."""
    q, sort = _asked(request, "q"), _asked(request, "sort")
    possible = sort in queries.Sort and (q or sort != queries.Sort.BEST)
    return queries.Search(
        q=q,
        language=_asked(request, "language"),
        topic=_asked(request, "topic", 120),
        with_room=_asked(request, "room") == "1",
        sort=queries.Sort(sort) if possible else _usual_sort(q),
    )


def _query_of(search: queries.Search) -> dict[str, str]:
    """The shortest query string that asks for the same."""
    said = {
        "q": search.q,
        "language": search.language,
        "topic": search.topic,
        "room": "1" if search.with_room else "",
        "sort": "" if search.sort == _usual_sort(search.q) else search.sort.value,
    }
    return {name: value for name, value in said.items() if value}


def _usual_sort(q: str) -> queries.Sort:
    return queries.Sort.BEST if q else queries.Sort.NEWEST


def _asked(request: HttpRequest, name: str, longest: int = 100) -> str:
    """What the query string says, without the NULs that PostgreSQL refuses."""
    return request.GET.get(name, "").replace("\0", "").strip()[:longest]
