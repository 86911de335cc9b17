"""Which published articles a new text could repeat. Reads only.

PostgreSQL picks the nearest by their words; whether they are too near is for the battery to say.
"""

from collections import Counter

from django.db import connection

from articles.markdown.words import words
from articles.models import Article

NEAREST = 40
WORDS_ASKED = 24
SHORTEST_WORD = 5
FOUND = """
SELECT article_id FROM articles_articlesearch, (SELECT {query} AS asked) AS question
WHERE vector @@ asked ORDER BY ts_rank(vector, asked) DESC, article_id LIMIT %s
"""


def nearest(text: str, *, besides: Article) -> tuple[tuple[str, str], ...]:
    """(title, Markdown) of the published articles that share most words with `text`."""
    found = Article.objects.published().filter(pk__in=_nearest_ids(text)).exclude(pk=besides.pk)
    return tuple(found.values_list("title", "published_version__body"))


def nearest_articles(text: str, *, besides: Article) -> list[Article]:
    """The same, the nearest first, without their texts."""
    ids = _nearest_ids(text)
    found = Article.objects.published().exclude(pk=besides.pk).in_bulk(ids)
    return [found[pk] for pk in ids if pk in found]


def _nearest_ids(text: str) -> list[int]:
    asked = _telling_words(text)
    if not asked:
        return []
    query = " || ".join(["plainto_tsquery('simple', %s)"] * len(asked))
    with connection.cursor() as cursor:
        cursor.execute(FOUND.format(query=query), [*asked, NEAREST])
        return [row[0] for row in cursor.fetchall()]


def _telling_words(text: str) -> list[str]:
    counted = Counter(word for word in words(text.casefold()) if len(word) >= SHORTEST_WORD)
    return [word for word, _ in counted.most_common(WORDS_ASKED)]
