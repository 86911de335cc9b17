"""Reads of what is published, for pages and the API. Nothing here writes, and lists never load a body."""

from dataclasses import dataclass

from django.db.models import Count, Q

from articles.models import Article, ArticleQuerySet, ArticleVersion

CATALOGUE_PAGE = 24


class InvalidCursor(ValueError):
    """The cursor is not one that a page handed out."""


@dataclass(frozen=True)
class CataloguePage:
    articles: list[Article]
    next: str  # cursor of the page that follows, or ""


def published_articles(*, q: str = "", language: str = "") -> ArticleQuerySet:
    found = Article.objects.published().matching(q)
    return found.in_language(language) if language else found


def catalogue_page(*, q: str = "", language: str = "", cursor: str = "", size: int = CATALOGUE_PAGE) -> CataloguePage:
    """Newest first, `size` a page. Each article carries `live_links`. Raises InvalidCursor."""
    found = published_articles(q=q, language=language)
    if cursor:
        found = found.filter(pk__lt=_position(cursor))
    live_links = Count("placements", filter=Q(placements__ended_at__isnull=True))
    rows = list(found.annotate(live_links=live_links).order_by("-pk")[: size + 1])
    more = len(rows) > size
    return CataloguePage(articles=rows[:size], next=str(rows[size - 1].pk) if more else "")


def catalogue_languages() -> list[str]:
    return list(Article.objects.published().order_by("language").values_list("language", flat=True).distinct())


def article_by_slug(slug: str) -> Article:
    """A published article with the version readers see; raises Article.DoesNotExist."""
    return Article.objects.published().select_related("published_version").get(slug=slug)


def published_version(article: Article) -> ArticleVersion:
    """What readers see now, fresh from the database; raises ArticleVersion.DoesNotExist when nothing is live."""
    return ArticleVersion.objects.get(article=article, status=ArticleVersion.Status.PUBLISHED)


def _position(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) <= 18):
        raise InvalidCursor(cursor)
    return int(cursor)
