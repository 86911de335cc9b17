"""Reads of what is published, for pages and the API. Nothing here writes, and lists never load a body."""

from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from django.db.models import Case, Count, OuterRef, Q, Subquery, TextChoices, Value, When
from django.db.models.expressions import Combinable

from articles.models import Article, ArticleQuerySet, ArticleVersion, Placement
from articles.promises import promised_links
from articles.searching import holding, named_by

CATALOGUE_PAGE = 24
MOST_TOPICS = 200


class InvalidCursor(ValueError):
    """The cursor is not one that a page handed out."""


class Sort(TextChoices):
    NEWEST = "newest", "Newest first"
    BEST = "best", "Best match first"
    CHEAPEST = "cheapest", "Lowest price first"
    DEAREST = "dearest", "Highest price first"


# What a list is ordered by, and so what a cursor holds; the id last, so that no two articles stand in one place.
KEYS: dict[Sort, tuple[str, ...]] = {
    Sort.NEWEST: ("-pk",),
    Sort.BEST: ("-is_named", "-pk"),
    Sort.CHEAPEST: ("currency", "price_minor", "-pk"),
    Sort.DEAREST: ("currency", "-price_minor", "-pk"),
}


@dataclass(frozen=True)
class Search:
    """What somebody looks for in the catalogue; `with_room` leaves out texts that can take no further link."""

    q: str = ""
    language: str = ""
    topic: str = ""
    with_room: bool = False
    sort: Sort = Sort.NEWEST


@dataclass(frozen=True)
class CataloguePage:
    articles: list[Article]
    next: str  # cursor of the page that follows, or ""
    matches: ArticleQuerySet  # of every page together, not read yet


def published_articles(search: Search) -> ArticleQuerySet:
    found = Article.objects.published()
    if search.language:
        found = found.in_language(search.language)
    if search.topic:
        found = found.about(search.topic)
    if search.with_room:
        found = found.filter(linkable=True)
    if search.q:
        languages = [search.language] if search.language else catalogue_languages()
        found = found.filter(named_by(search.q) | holding(search.q, languages=languages))
    return found


def catalogue_page(search: Search, *, cursor: str = "", size: int = CATALOGUE_PAGE) -> CataloguePage:
    """`size` a page. Each article carries `live_links` and `free_slots`, and is `linkable` only while one is free.

    Raises InvalidCursor.
    """
    keys = KEYS[search.sort]
    found = matches = published_articles(search)
    if search.sort == Sort.BEST:
        found = found.annotate(is_named=_is_named(search.q))
    if cursor:
        found = found.filter(_after(keys, cursor))
    rows = list(found.order_by(*keys)[: size + 1])
    shown = rows[:size]
    _count_slots(shown)
    next = _cursor_at(shown[-1], keys) if len(rows) > size else ""
    return CataloguePage(articles=shown, next=next, matches=matches)


def catalogue_languages() -> list[str]:
    return list(Article.objects.published().order_by("language").values_list("language", flat=True).distinct())


def catalogue_topics(language: str = "") -> list[str]:
    """Those most written about, in alphabetical order."""
    found = Article.objects.published().exclude(topic="")
    if language:
        found = found.in_language(language)
    counted = found.values_list("topic").annotate(articles=Count("pk")).order_by("-articles", "topic")
    return sorted(topic for topic, _ in counted[:MOST_TOPICS])


def article_by_slug(slug: str) -> Article:
    """A published article with the version readers see and how it presents itself; raises Article.DoesNotExist."""
    ever = ArticleVersion.objects.filter(article=OuterRef("pk"), published_at__isnull=False).order_by("published_at")
    found = Article.objects.published().select_related("published_version", "presentation")
    article = found.annotate(published_first=Subquery(ever.values("published_at")[:1])).get(slug=slug)
    article.first_published_at = vars(article)["published_first"]
    return article


def published_version(article: Article) -> ArticleVersion:
    """What readers see now, fresh from the database; raises ArticleVersion.DoesNotExist when nothing is live."""
    return ArticleVersion.objects.get(article=article, status=ArticleVersion.Status.PUBLISHED)


def _count_slots(articles: list[Article]) -> None:
    """What is sold and not live yet takes a place as well as what stands in the text."""
    standing = Placement.objects.live().filter(article__in=articles).values_list("article_id")
    live, promised = dict(standing.annotate(links=Count("pk"))), promised_links(articles)
    for article in articles:
        article.live_links = live.get(article.pk, 0)
        free = article.link_slots - article.live_links - promised.get(article.pk, 0)
        article.free_slots = max(0, free) if article.linkable else 0
        article.linkable = article.free_slots > 0


def _is_named(q: str) -> Combinable:
    return Case(When(named_by(q), then=Value(1)), default=Value(0)) if q else Value(1)


def _after(keys: tuple[str, ...], cursor: str) -> Q:
    """What follows the place a cursor names: equal in the first keys and beyond in the next."""
    values = _read(keys, cursor)
    beyond = [_beyond(key, value) for key, value in zip(keys, values, strict=True)]
    same = [Q(**{key.lstrip("-"): value}) for key, value in zip(keys, values, strict=True)]
    return reduce(or_, (reduce(and_, [*same[:place], beyond[place]]) for place in range(len(keys))))


def _beyond(key: str, value: str | int) -> Q:
    return Q(**{f"{key[1:]}__lt": value}) if key.startswith("-") else Q(**{f"{key}__gt": value})


def _cursor_at(article: Article, keys: tuple[str, ...]) -> str:
    return ".".join(str(getattr(article, key.lstrip("-"))) for key in keys)


def _read(keys: tuple[str, ...], cursor: str) -> list[str | int]:
    parts = cursor.split(".")
    if len(parts) != len(keys):
        raise InvalidCursor(cursor)
    return [part if key == "currency" else _whole(part) for key, part in zip(keys, parts, strict=True)]


def _whole(part: str) -> int:
    if not (part.isascii() and part.isdecimal() and len(part) <= 18):
        raise InvalidCursor(part)
    return int(part)
