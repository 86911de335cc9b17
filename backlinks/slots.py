"""How many paid links an article can still take, and whether a target may be among them.

Counts what is live, paid for and being paid for. It never reserves: the open checkout is the reservation.
"""

from collections.abc import Collection
from dataclasses import replace
from uuid import UUID

from articles.models import Article
from articles.placements import taken_slots
from articles.quality.density import host_of
from articles.quality.linkability import Linkability, assess
from backlinks.models import Order


def room_in(
    article: Article, *, target_url: str, besides: Collection[UUID] = (), also: Collection[str] = ()
) -> Linkability:
    """Whether another link fits the published text, to the target's host.

    Every slot counts but those of the orders `besides`; the targets `also` are about to be bought together with it.
    """
    assert article.published_version is not None  # a constraint: published articles have one
    others = Order.objects.holding_a_slot().filter(article=article).exclude(pk__in=besides)
    promised = [*others.values_list("target_url", flat=True), *also]
    host = host_of(target_url)
    verdict = assess(
        article.published_version.body,
        language=article.language,
        taken_slots=taken_slots(article) + len(promised),
        target_host=host,
    )
    if verdict.linkable and host in map(host_of, promised):
        message = (
            f"A link to {host} in this article is sold already, or about to be. "
            "Please choose another article, or try again in half an hour."
        )
        return replace(verdict, linkable=False, code="target_already_linked", message=message)
    return verdict
