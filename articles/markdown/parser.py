"""The one Markdown dialect of this house, and a post read into its top-level blocks with their source lines.

It must never rewrite a URL or guess a link: what the author wrote is what the tokens say. Nobody may change
the tokens it returns, they are shared through a cache.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.attrs import attrs_plugin
from mdit_py_plugins.footnote import footnote_plugin

from articles.markdown import frontmatter
from articles.markdown.lines import BYTE_ORDER_MARK, split_lines
from articles.markdown.text import VisibleText, visible_text

_UNSAFE_SCHEMES = ("javascript:", "vbscript:", "data:", "file:")
PROSE_KINDS = {"paragraph", "heading", "list", "quote", "table"}

_KINDS = {
    "paragraph_open": "paragraph",
    "heading_open": "heading",
    "fence": "code",
    "code_block": "code",
    "html_block": "html",
    "blockquote_open": "quote",
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "table_open": "table",
    "hr": "rule",
    "footnote_reference_open": "footnote",
}


@dataclass(frozen=True)
class ParsedBlock:
    """A top-level block: lines `start` up to, not including, `end`, its tokens, and what a reader sees of it."""

    kind: str
    start: int
    end: int
    source: str
    tokens: tuple[Token, ...]
    seen: VisibleText


def dialect() -> MarkdownIt:
    """CommonMark with tables, strikethrough, footnotes and `{rel="…"}` behind a link."""
    markdown = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
    markdown.use(footnote_plugin).use(attrs_plugin, after=("link_close",), allowed=("rel",))
    # The parser's own normaliser rewrites hosts and percent signs; a bought URL must come out as it went in.
    markdown.normalizeLink = lambda url: url  # type: ignore[method-assign]
    markdown.validateLink = _is_safe_url  # type: ignore[method-assign]
    return markdown


@lru_cache(maxsize=16)
def parsed_blocks(body: str) -> tuple[ParsedBlock, ...]:
    """Every line of `body` that is not blank belongs to exactly one of these, in order."""
    lines = split_lines(body)
    opening = frontmatter.length(lines)
    tokens = _block_dialect().parse(text_after_front_matter(lines, opening))
    blocks: list[ParsedBlock] = []
    covered = 0
    if opening:
        blocks.append(_block(lines, "front_matter", (0, opening), ()))
        covered = opening
    for group in _top_level(tokens):
        start, end = group[0].map or (covered, covered)
        end = _without_blank_end(lines, start, end)
        blocks += _definitions(lines, covered, start)
        blocks.append(_block(lines, _KINDS.get(group[0].type, "other"), (start, end), group))
        covered = max(covered, end)
    return tuple(blocks + _definitions(lines, covered, len(lines)))


def prose_of(blocks: Iterable[ParsedBlock]) -> str:
    """The text of the blocks a reader reads, without code, raw HTML and definitions."""
    return "\n".join(block.seen.text for block in blocks if block.kind in PROSE_KINDS)


def text_after_front_matter(lines: Sequence[str], opening: int) -> str:
    """The post with its front matter blanked (so that lines keep their numbers) and without a byte order mark."""
    return "\n" * opening + "".join(lines[opening:]).removeprefix(BYTE_ORDER_MARK)


@cache
def _block_dialect() -> MarkdownIt:
    # Footnote definitions stay where the author put them instead of moving to the end.
    return dialect().disable("footnote_tail")


def _is_safe_url(url: str) -> bool:
    return not "".join(url.split()).lower().startswith(_UNSAFE_SCHEMES)


def _top_level(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    groups: list[tuple[Token, ...]] = []
    first = depth = 0
    for position, token in enumerate(tokens):
        depth += token.nesting
        if depth == 0:
            groups.append(tuple(tokens[first : position + 1]))
            first = position + 1
    return groups


def _without_blank_end(lines: Sequence[str], start: int, end: int) -> int:
    while end > start + 1 and not lines[end - 1].strip(" \t\r\n"):
        end -= 1
    return end


def _definitions(lines: Sequence[str], start: int, end: int) -> list[ParsedBlock]:
    """Lines between two blocks that are not blank: link definitions, which leave no token behind."""
    filled = [number for number in range(start, end) if lines[number].strip(" \t\r\n" + BYTE_ORDER_MARK)]
    return [_block(lines, "definition", (filled[0], filled[-1] + 1), ())] if filled else []


def _block(lines: Sequence[str], kind: str, span: tuple[int, int], tokens: tuple[Token, ...]) -> ParsedBlock:
    return ParsedBlock(kind, span[0], span[1], "".join(lines[span[0] : span[1]]), tokens, visible_text(tokens))
