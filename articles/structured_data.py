"""What a published article says to machines: as JSON-LD in the words of schema.org, and by the card it is shared as.

Made by the program from facts, never taken from a model or a text as it stands; nothing here queries.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from articles.models import Article, ArticleVersion, Presentation

LONGEST_HEADLINE = 110  # characters that search engines show


@dataclass(frozen=True)
class Card:
    """How it looks where it is shared."""

    title: str
    description: str


def share_card(article: Article) -> Card:
    shown = _presentation(article)
    return Card(shown.share_title or article.title, shown.share_description or article.description)


def json_ld(article: Article, version: ArticleVersion) -> dict[str, Any]:
    """`article` was read by `queries.article_by_slug`."""
    shown, url = _presentation(article), f"{settings.SITE_URL}{article.get_absolute_url()}"
    publisher = {"@type": "Organization", "name": settings.SITE_NAME, "url": f"{settings.SITE_URL}/"}
    assert version.published_at is not None  # a constraint of the table
    said: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": shown.schema_type,
        "headline": article.title[:LONGEST_HEADLINE],
        "description": article.description,
        "inLanguage": article.language,
        "url": url,
        "mainEntityOfPage": {"@type": "WebPage", "@id": url},
        "datePublished": article.first_published_at.isoformat(),
        "dateModified": version.published_at.isoformat(),
        "author": publisher,
        "publisher": publisher,
        "articleSection": article.topic,
        "keywords": shown.keywords,
    }
    return {name: value for name, value in said.items() if value}


def _presentation(article: Article) -> Presentation:
    """As it is unless somebody accepted another."""
    return getattr(article, "presentation", None) or Presentation(article=article)
