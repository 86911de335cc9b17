"""New blocks between a post's own, a heading in other words, a link on words that stand there already.

It must never touch another byte: everything else is copied, not written again.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles.markdown.lines import line_ending, split_lines, with_line_endings
from articles.markdown.paragraphs import is_plain, last_prose_block
from articles.markdown.parser import ParsedBlock, parsed_blocks

_ATX = re.compile(r"(?P<before> {0,3}#{1,6}[ \t]+)(?P<text>[^\r\n]*?)(?P<after>[ \t]*#*[ \t]*(?:\r\n|\r|\n)?)\Z")
_SECTION_TAGS = {"h1", "h2"}


class PlaceNotFound(Exception):
    """The post has no such heading or section, or the words do not stand in that paragraph exactly once."""


@dataclass(frozen=True)
class Heading:
    """A heading of plain words in one line; `id` is its index among the top-level blocks."""

    id: int
    level: int
    text: str


@dataclass(frozen=True)
class WordsToLink:
    """`words` of the paragraph `id` (its index among the top-level blocks) shall lead to `path`."""

    id: int
    words: str
    path: str


def plain_headings(body: str) -> list[Heading]:
    """Those that may be put in other words: one line, no link, no emphasis."""
    found = []
    for index, block in enumerate(parsed_blocks(body)):
        match = _ATX.match(block.source) if block.kind == "heading" else None
        if match and match["text"] == block.seen.text.strip() and match["text"]:
            found.append(Heading(index, int(block.tokens[0].tag[1:]), match["text"]))
    return found


def linkable_paragraphs(body: str) -> dict[int, str]:
    """Plain paragraphs without a link, by their index among the top-level blocks: their Markdown source."""
    blocks = parsed_blocks(body)
    return {i: block.source for i, block in enumerate(blocks) if is_plain(block) and not block.seen.anchors}


def sections(body: str) -> list[str]:
    """What the sections are called, in order; the first is whatever stands before any heading, and has no name."""
    return ["", *(block.seen.text for block in parsed_blocks(body) if _begins_section(block))]


def with_section(body: str, text: str, *, after: int) -> str:
    """`body` with `text` behind section number `after` of `sections`. Raises PlaceNotFound."""
    blocks = parsed_blocks(body)
    starts = [block.start for block in blocks if _begins_section(block)]
    if not 0 <= after <= len(starts):
        raise PlaceNotFound(f"there is no section {after}")
    return _inserted(body, starts[after], text) if after < len(starts) else with_ending(body, text)


def with_opening(body: str, text: str) -> str:
    """`body` with `text` first, behind its front matter and a title of its own."""
    opening = 0
    for block in parsed_blocks(body):
        if block.kind != "front_matter" and not (block.kind == "heading" and block.tokens[0].tag == "h1"):
            break
        opening = block.end
    return _inserted(body, opening, text)


def with_ending(body: str, text: str) -> str:
    """`body` with `text` last, before footnotes and link definitions."""
    blocks = parsed_blocks(body)
    last = last_prose_block(blocks)
    return _inserted(body, blocks[last].end if last >= 0 else len(split_lines(body)), text)


def reworded(body: str, headings: dict[int, str], linked: Iterable[WordsToLink]) -> str:
    """`body` with headings (by their id) in other words, and links on words. Raises PlaceNotFound."""
    lines, blocks = split_lines(body), parsed_blocks(body)
    known = {heading.id for heading in plain_headings(body)}
    for index, text in headings.items():
        if index not in known:
            raise PlaceNotFound(f"there is no heading {index}")
        start = blocks[index].start
        match = _ATX.match(lines[start])
        assert match is not None  # or it were not a plain heading
        lines[start] = f"{match['before']}{text}{match['after']}"
    paragraphs = linkable_paragraphs(body)
    for link in linked:
        if link.id not in paragraphs:
            raise PlaceNotFound(f"there is no paragraph {link.id} without a link")
        _link_words(lines, blocks[link.id], link)
    return "".join(lines)


def _link_words(lines: list[str], block: ParsedBlock, link: WordsToLink) -> None:
    place = range(block.start, block.end)
    if sum(lines[number].count(link.words) for number in place) != 1:
        raise PlaceNotFound(f"“{link.words}” does not stand in paragraph {link.id} exactly once")
    for number in place:
        lines[number] = lines[number].replace(link.words, f"[{link.words}]({link.path})")


def _begins_section(block: ParsedBlock) -> bool:
    return block.kind == "heading" and block.tokens[0].tag in _SECTION_TAGS


def _inserted(body: str, line: int, text: str) -> str:
    lines, ending = split_lines(body), line_ending(body)
    before, after = lines[:line], lines[line:]
    piece = with_line_endings(text.strip("\r\n"), ending) + ending
    return "".join(before) + _gap(before, ending) + piece + (ending if _begins_filled(after) else "") + "".join(after)


def _gap(before: Sequence[str], ending: str) -> str:
    """What is missing behind the lines for a blank one."""
    if not before or not before[-1].strip():
        return ""
    return ending if before[-1].endswith(("\n", "\r")) else 2 * ending


def _begins_filled(lines: Sequence[str]) -> bool:
    return bool(lines) and bool(lines[0].strip())
