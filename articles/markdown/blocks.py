"""The top-level blocks of a post by source line.

It must never interpret what a block holds: a paragraph is a chapter of its own, everything else is opaque.
"""

from dataclasses import dataclass

from articles.markdown.lines import split_lines
from articles.markdown.parser import parsed_blocks

__all__ = ["Block", "blocks", "split_lines"]


@dataclass(frozen=True)
class Block:
    """Lines `start` up to, not including, `end`; `source` with its line endings.

    `kind`: paragraph, heading, code, html, quote, list, table, rule, footnote, front_matter or definition.
    """

    kind: str
    start: int
    end: int
    source: str


def blocks(body: str) -> list[Block]:
    return [Block(block.kind, block.start, block.end, block.source) for block in parsed_blocks(body)]
