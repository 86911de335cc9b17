"""Which orders could not be paid for now because of their article: asked when a basket is shown and again at the till.

Under the locks of the till it is binding; anywhere else it is what was true a moment ago.
"""

from collections.abc import Mapping, Sequence
from uuid import UUID

from articles.models import Article
from backlinks.models import Order
from backlinks.quoting import Reason
from backlinks.slots import room_in


def without_room(orders: Sequence[Order], articles: Mapping[int, Article]) -> dict[UUID, Reason]:
    """Why each of these orders has no place, by its id; of two for one last place the later one has none.

    The slots that the orders themselves hold count as free: their checkouts are replaced.
    """
    ids, together, refused = [order.pk for order in orders], dict[int, list[str]](), dict[UUID, Reason]()
    for order in orders:
        article, targets = articles[order.article_id], together.setdefault(order.article_id, [])
        reason = _why_not(order, article, ids, targets)
        if reason is None:
            targets.append(order.target_url)
        else:
            refused[order.pk] = reason
    return refused


def _why_not(order: Order, article: Article, besides: list[UUID], also: list[str]) -> Reason | None:
    if order.is_for_article:
        return None  # its article is written for it alone
    if article.status != Article.Status.PUBLISHED:
        return Reason("not_published", f"“{article.title}” is no longer published.")
    room = room_in(article, target_url=order.target_url, besides=besides, also=also)
    return None if room.linkable else Reason(room.code, f"“{article.title}”: {room.message}")
