"""The paragraphs of a post that may take a paid link, and what a writer needs to know about each.

It must never offer a paragraph that is more than plain prose: whatever is in doubt is opaque and left alone.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from articles.markdown.enclosures import enclosed
from articles.markdown.lines import without_ending
from articles.markdown.parser import PROSE_KINDS, ParsedBlock, parsed_blocks
from articles.markdown.sentences import ends_like_a_sentence, sentence_spans
from articles.markdown.text import VisibleText
from articles.markdown.words import count_words

SHORTEST_PARAGRAPH_WORDS = 20
OPENING_WORDS = 100
_NEIGHBOUR_CHARACTERS = 300

_PLAIN_TOKEN = re.compile(r"text|softbreak|hardbreak|code_inline|(?:em|strong|s|link)_(?:open|close)")
_OPAQUE_SOURCE = re.compile(
    r"""\{[%{:\#.<]  | \[\^  | \$\$                              # template tags, attribute lists, footnotes, formulas
        | ^[ \t]* (?: !!! | \?\?\? | === | :::+ | ///+ | :[ ] | \*\[ | \[TOC\] | \[\[ )""",
    re.MULTILINE | re.VERBOSE,
)
_BARE_URL = re.compile(r"\b(?:https?://|www\.)\S+")


@dataclass(frozen=True)
class Paragraph:
    """An eligible paragraph: lines `start` up to, not including, `end`.

    `id` is its index among the top-level blocks, `source` its Markdown without the last line ending,
    `heading` the heading it stands under, `following` the beginning of the text after it.
    """

    id: int
    start: int
    end: int
    source: str
    heading: str
    following: str


def eligible_paragraphs(body: str, *, language: str) -> list[Paragraph]:
    blocks = parsed_blocks(body)
    inside = enclosed(blocks)
    last = last_prose_block(blocks)
    found: list[Paragraph] = []
    words_read, heading = 0, ""
    for index, block in enumerate(blocks):
        if block.kind not in PROSE_KINDS:
            continue
        if block.kind == "heading":
            heading = block.seen.text
        placed_well = words_read >= OPENING_WORDS and index < last and index not in inside
        if placed_well and is_plain(block) and has_room(block.seen, language):
            source = without_ending(block.source)
            found.append(Paragraph(index, block.start, block.end, source, heading, _following(blocks, index)))
        words_read += count_words(block.seen.text, language)
    return found


def is_plain(block: ParsedBlock) -> bool:
    """Whether a block is a paragraph of text, emphasis, code words and links, and nothing else."""
    if block.kind != "paragraph" or _OPAQUE_SOURCE.search(block.source):
        return False
    return all(_PLAIN_TOKEN.fullmatch(child.type) for token in block.tokens for child in token.children or [])


def has_room(seen: VisibleText, language: str) -> bool:
    """Whether a paragraph is long enough, ends as prose does, has no paid link and a sentence without any."""
    if count_words(seen.text, language) < SHORTEST_PARAGRAPH_WORDS or not ends_like_a_sentence(seen.text):
        return False
    if any("sponsored" in anchor.attributes.get("rel", "").split() for anchor in seen.anchors):
        return False
    taken = [(anchor.start, anchor.end) for anchor in seen.anchors]
    taken += [match.span() for match in _BARE_URL.finditer(seen.text)]
    return any(
        not any(start < link_end and link_start < end for link_start, link_end in taken)
        for start, end in sentence_spans(seen.text)
    )


def last_prose_block(blocks: Sequence[ParsedBlock]) -> int:
    """Index of the block an article ends with; link definitions, footnotes and raw HTML do not count."""
    return max((index for index, block in enumerate(blocks) if block.kind in PROSE_KINDS | {"code"}), default=-1)


def words_before(blocks: Sequence[ParsedBlock], index: int, language: str) -> int:
    """How many words a reader has read when block `index` begins."""
    return sum(count_words(block.seen.text, language) for block in blocks[:index] if block.kind in PROSE_KINDS)


def _following(blocks: Sequence[ParsedBlock], index: int) -> str:
    for block in blocks[index + 1 :]:
        if block.kind in PROSE_KINDS:
            return block.seen.text[:_NEIGHBOUR_CHARACTERS]
    return ""
