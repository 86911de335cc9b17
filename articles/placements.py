"""The bought links that stand in articles: how many, what they must look like, whether there is room for more.

Counts live placements only; whoever sells links adds what is promised and not yet live.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from articles.markdown.links import SPONSORED_REL, links
from articles.models import Article, Placement
from articles.quality.linkability import assess


@dataclass(frozen=True)
class NewPlacement:
    """A bought link that goes live with a version. `subject` is (type, id) of what paid for it."""

    href: str
    anchor: str
    subject: tuple[str, str]


def taken_slots(article: Article) -> int:
    return Placement.objects.live().filter(article=article).count()


def live_placements(article: Article) -> list[Placement]:
    return list(Placement.objects.live().filter(article=article).order_by("live_since", "id"))


def broken_links(body: str, expected: Sequence[Placement | NewPlacement]) -> list[Placement | NewPlacement]:
    """Those of `expected` that do not stand in `body` exactly once, with their href, text and rel."""
    standing = links(body)

    def stands(wanted: Placement | NewPlacement) -> bool:
        same_href = [link for link in standing if link.href == wanted.href]
        return len(same_href) == 1 and (same_href[0].text, same_href[0].rel) == (wanted.anchor, SPONSORED_REL)

    return [wanted for wanted in expected if not stands(wanted)]


def revived_links(body: str, article: Article, expected: Sequence[Placement | NewPlacement]) -> list[str]:
    """Where paid links of `body` lead that were taken out of the article, and are none of `expected`."""
    ended = set(Placement.objects.filter(article=article, ended_at__isnull=False).values_list("href", flat=True))
    ended -= {wanted.href for wanted in expected}
    return [link.href for link in links(body) if link.is_paid and link.href in ended] if ended else []


def measure_linkability(article: Article, body: str) -> None:
    """Keep on the article whether its text has room for another paid link, and why not in words for a customer."""
    standing = taken_slots(article)
    verdict = assess(body, language=article.language, taken_slots=standing)
    article.linkable, article.linkable_message = verdict.linkable, verdict.message
    article.link_slots = standing + verdict.free
    article.save(update_fields=["linkable", "linkable_message", "link_slots"])
