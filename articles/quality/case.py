"""One proposed link as the battery sees it: the article before and after, and what was bought.

It must never be built from what the writer claims: everything derived here is read from the two texts.
"""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property

from articles.markdown.links import Link, links
from articles.markdown.parser import ParsedBlock, parsed_blocks
from articles.markdown.sentences import sentence_spans, sentences
from articles.markdown.splice import Change
from articles.markdown.text import Anchor, VisibleText

_NOTHING = VisibleText("", ())
LinkIdentity = tuple[str, str, str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True)
class LinkCase:
    """`base` is the article's text before the change, `candidate` after it; `earlier` holds the same paragraph of
    earlier candidates (Markdown), `notes` what the customer told the editors."""

    base: str
    candidate: str
    change: Change
    href: str
    anchor: str
    language: str
    base_is_published: bool
    earlier: list[str]
    notes: str = ""

    @cached_property
    def base_blocks(self) -> tuple[ParsedBlock, ...]:
        return parsed_blocks(self.base)

    @cached_property
    def candidate_blocks(self) -> tuple[ParsedBlock, ...]:
        return parsed_blocks(self.candidate)

    @cached_property
    def base_links(self) -> list[Link]:
        return links(self.base)

    @cached_property
    def candidate_links(self) -> list[Link]:
        return links(self.candidate)

    @cached_property
    def new_links(self) -> list[Link]:
        """Links the candidate has and the base has not, each as often as it is new."""
        known = Counter(map(identity, self.base_links))
        new: list[Link] = []
        for link in self.candidate_links:
            if known[identity(link)]:
                known[identity(link)] -= 1
            else:
                new.append(link)
        return new

    @cached_property
    def after_block(self) -> ParsedBlock | None:
        """The changed block as it stands in the candidate; None when there is no such block."""
        return block_at(self.candidate_blocks, self.change.paragraph_id)

    @cached_property
    def before(self) -> VisibleText:
        block = block_at(self.base_blocks, self.change.paragraph_id)
        return block.seen if block else _NOTHING

    @cached_property
    def after(self) -> VisibleText:
        return self.after_block.seen if self.after_block else _NOTHING

    @cached_property
    def before_sentences(self) -> list[str]:
        return sentences(self.before.text)

    @cached_property
    def after_sentences(self) -> list[str]:
        return sentences(self.after.text)

    @cached_property
    def changed_sentences(self) -> list[str]:
        """Sentences of the candidate's paragraph that the base's does not have."""
        return [sentence for sentence in self.after_sentences if sentence not in self.before_sentences]

    @cached_property
    def link_sentence(self) -> str:
        """The sentence (or sentences) the new link stands in; empty when it is not in the changed paragraph."""
        link = self.placed
        if link is None:
            return ""
        start, end = span_around(self.after.text, link)
        return self.after.text[start:end]

    @cached_property
    def placed(self) -> Anchor | None:
        """The new link within the changed paragraph's text."""
        if len(self.new_links) != 1:
            return None
        new = self.new_links[0]
        for anchor in self.after.anchors:
            same_text = self.after.text[anchor.start : anchor.end] == new.text
            if same_text and anchor.attributes["href"] == new.href:
                return anchor
        return None


def identity(link: Link) -> LinkIdentity:
    """What makes two links the same link, wherever they stand."""
    return link.href, link.text, link.rel, tuple(sorted(link.other_attributes.items()))


def block_at(blocks: tuple[ParsedBlock, ...], index: int) -> ParsedBlock | None:
    return blocks[index] if 0 <= index < len(blocks) else None


def span_around(text: str, anchor: Anchor) -> tuple[int, int]:
    """From the first to the last character of the sentences that `anchor` touches."""
    touched = [(start, end) for start, end in sentence_spans(text) if start < anchor.end and anchor.start < end]
    return (touched[0][0], touched[-1][1]) if touched else (anchor.start, anchor.end)
