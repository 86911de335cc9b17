"""Whether an article can take one more paid link, told before anybody pays.

It must never be stricter or kinder than the battery: what it promises the integration has to keep.
"""

from dataclasses import dataclass

from articles.markdown.links import links
from articles.markdown.paragraphs import eligible_paragraphs
from articles.quality.density import WORDS_PER_PAID_LINK, article_words, links_to_host, slots_for


@dataclass(frozen=True)
class Linkability:
    """`slots` is how many paid links the article may carry, `free` how many can still be sold,
    `eligible` how many paragraphs could take one. `message` is for the customer."""

    linkable: bool
    code: str
    message: str
    slots: int
    free: int
    eligible: int


def assess(body: str, *, language: str, taken_slots: int = 0, target_host: str | None = None) -> Linkability:
    """`taken_slots` counts every link sold in this article: live, approved, and in open checkouts.

    Sold links that are not in `body` yet will each use up a paragraph, so they are subtracted from both.
    """
    present = links(body)
    live = sum(link.is_paid for link in present)
    taken = max(taken_slots, live)
    words = article_words(body, language)
    slots = slots_for(words)
    eligible = len(eligible_paragraphs(body, language=language))
    free = max(0, min(slots - taken, eligible - (taken - live)))
    code, message = _verdict(words, slots, eligible, free)
    if free and target_host and links_to_host(present, target_host):
        code, message = "target_already_linked", f"This article already links to {target_host}. Please choose another."
    return Linkability(code == "linkable", code, message, slots, free, eligible)


def _verdict(words: int, slots: int, eligible: int, free: int) -> tuple[str, str]:
    if not slots:
        return "too_short", (
            f"This article has about {words} words. We place at most one paid link per {WORDS_PER_PAID_LINK} words, "
            "so it is too short to carry one."
        )
    if not eligible:
        return "no_paragraph", (
            "This article has no plain paragraph where a link would read naturally: "
            "lists, tables, quotes, code, the opening and the ending are left as they are."
        )
    if not free:
        return "no_slot_left", "Every place for a paid link in this article is taken. Please choose another article."
    return "linkable", f"This article can take {free} more paid link{'s' if free > 1 else ''}."
