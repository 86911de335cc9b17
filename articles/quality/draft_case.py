"""A new article as its battery sees it: the text, what was asked for, and what the archive holds near it.

Nothing here is taken from what the writer claims about the text.
"""

from dataclasses import dataclass
from functools import cached_property

from markdown_it.token import Token

from articles.markdown.links import Link, links
from articles.markdown.parser import ParsedBlock, parsed_blocks, prose_of


@dataclass(frozen=True)
class DraftCase:
    """`body` is Markdown without front matter; `material` everything the brief gave; `archive` (title, Markdown)
    of the published articles nearest to it."""

    title: str
    description: str
    body: str
    keyword: str
    points: tuple[str, ...]
    material: str
    words: int
    language: str
    archive: tuple[tuple[str, str], ...] = ()
    may_link: bool = True  # to what the material names; not where a customer gave it, who pays for one link alone

    @cached_property
    def blocks(self) -> tuple[ParsedBlock, ...]:
        return parsed_blocks(self.body)

    @cached_property
    def prose(self) -> str:
        return prose_of(self.blocks)

    @cached_property
    def links(self) -> list[Link]:
        return links(self.body)

    @cached_property
    def images(self) -> list[Token]:
        inline = [child for block in self.blocks for token in block.tokens for child in token.children or []]
        return [child for child in inline if child.type == "image"]

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """(level, text) in order."""
        found = [(block.tokens[0].tag, block.seen.text) for block in self.blocks if block.kind == "heading"]
        return [(int(tag[1:]), text) for tag, text in found]

    @cached_property
    def sections(self) -> list[str]:
        """The visible text under each heading, the heading with it; the opening first."""
        found = [""]
        for block in self.blocks:
            if block.kind == "heading":
                found.append("")
            found[-1] += f"{block.seen.text}\n"
        return found
