"""How many read each article, as far as somebody counts: this room does not, and whoever does registers in `wiring`."""

from collections.abc import Callable, Collection, Iterable

from articles.models import Article

DAYS = 30
Count = Callable[[Collection[int]], dict[int, int]]
_counts: list[Count] = []


def register_readership(count: Count) -> None:
    """`count(article_ids)` answers the readers of the last DAYS by article, in one query; a second one is a mistake."""
    if _counts:
        raise ValueError("readership is registered twice")
    _counts.append(count)


def with_readers(articles: Iterable[Article]) -> list[Article]:
    """The same, each with its `readers`; zero where nobody counts."""
    listed = list(articles)
    readers = _counts[0]([article.pk for article in listed]) if _counts and listed else {}
    for article in listed:
        article.readers = readers.get(article.pk, 0)
    return listed
