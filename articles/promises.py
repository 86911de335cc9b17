"""Links that are sold in an article, or being paid for, and not live yet: counted by the room that sells them.

Until some room says so nothing is promised; this one knows neither orders nor money.
"""

from collections.abc import Callable, Collection

from articles.models import Article

Counting = Callable[[Collection[Article]], dict[int, int]]
_counting: list[Counting] = []


def register_promises(counting: Counting) -> None:
    """`counting` says how many links are promised in each article, by its id; called in a room's wiring."""
    _counting.append(counting)


def promised_links(articles: Collection[Article]) -> dict[int, int]:
    promised = dict[int, int]()
    for counting in _counting:
        for article_id, links in counting(articles).items():
            promised[article_id] = promised.get(article_id, 0) + links
    return promised
