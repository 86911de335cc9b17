"""Which articles hold the words somebody looks for, in their text too. Reads only.

The words of an article are kept by a trigger in the database; each language is searched with its own dictionary.
"""

from collections.abc import Collection

from django.db.models import Q
from django.db.models.expressions import RawSQL

MOST_WORDS = 12
# Of a word with a hyphen each part may be a beginning; to_tsquery would ask where they stand, which is not kept.
AS_WRITTEN = r"""regexp_replace(plainto_tsquery('simple', %s)::text, '''( |$)', ''':*\1', 'g')::tsquery"""
BY_DICTIONARY = "plainto_tsquery(articles_dictionary(%s), %s)"


def named_by(words: str) -> Q:
    """Every word stands in the title, the topic or the description, be it in the middle of another word."""
    named = Q()
    for word in _asked(words):
        named &= Q(title__icontains=word) | Q(topic__icontains=word) | Q(description__icontains=word)
    return named


def holding(words: str, *, languages: Collection[str]) -> Q:
    """Every word, or a form of it in one of `languages`, or a word that begins with it, stands anywhere in the article.

    The rows are looked up first and by their index, so that no long text is read again for each article.
    """
    terms, values = list[str](), list[str]()
    for word in _asked(words):
        terms.append(f"({' || '.join([AS_WRITTEN, *[BY_DICTIONARY] * len(languages)])})")
        values.append(word)
        for language in languages:
            values += [language, word]
    # A SELECT of its own, so that what is asked is made out once and not again for every row.
    sql = f"SELECT article_id FROM articles_articlesearch WHERE vector @@ (SELECT {' && '.join(terms)})"
    return Q(pk__in=RawSQL(sql, values)) if terms else Q()


def _asked(words: str) -> list[str]:
    return words.split()[:MOST_WORDS]
