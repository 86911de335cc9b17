"""Nothing in the changed paragraph can do more than be read: no markup, no script, nothing invisible.

These checks must never count what the published paragraph already held; they look for what was added.
"""

import re
from collections import Counter
from functools import cache
from html.parser import HTMLParser

from markdown_it import MarkdownIt

from articles.markdown.parser import ParsedBlock, dialect
from articles.markdown.render import sanitise
from articles.quality.case import LinkCase, block_at
from articles.quality.results import Finding, rule
from articles.quality.scripts import hidden_characters

Event = tuple[str, str, tuple[tuple[str, str | None], ...]]

_UNSAFE_URL = re.compile(r"\b(?:javascript|vbscript)\s*:|\bdata:\w+/\w+|\bfile://", re.IGNORECASE)
_TEMPLATE_TAG = re.compile(r"\{[%{:#<]|[%}]\}|\[\^")


@rule("the sanitiser removes nothing more than before")
def sanitiser_unchanged(case: LinkCase) -> Finding:
    before = block_at(case.base_blocks, case.change.paragraph_id)
    if before is None or case.after_block is None:
        return False, "no such paragraph"
    removed = _removed_from(case.after_block) - _removed_from(before)
    return not removed, ", ".join(sorted({event[1] for event in removed})) or "nothing removed"


@rule("no HTML added")
def no_raw_html(case: LinkCase) -> Finding:
    tokens = case.after_block.tokens if case.after_block else ()
    inline = [child for token in tokens for child in token.children or []]
    found = [token.content for token in (*tokens, *inline) if token.type in ("html_inline", "html_block")]
    return not found, ", ".join(found)[:80] or "none"


@rule("no javascript:, data: or file: address added")
def no_unsafe_urls(case: LinkCase) -> Finding:
    return _none_added(_UNSAFE_URL, case)


@rule("no template tag, attribute list or footnote added")
def no_template_tags(case: LinkCase) -> Finding:
    return _none_added(_TEMPLATE_TAG, case)


@rule("no control, zero-width or direction characters added")
def no_hidden_characters(case: LinkCase) -> Finding:
    added = Counter(hidden_characters(case.change.after)) - Counter(hidden_characters(case.change.before))
    return not added, ", ".join(f"U+{ord(character):04X}" for character in sorted(added)) or "none"


def unsafe_in(text: str) -> list[str]:
    """Unsafe addresses and template tags, wherever they stand."""
    return [*_UNSAFE_URL.findall(text), *_TEMPLATE_TAG.findall(text)]


def _none_added(pattern: re.Pattern[str], case: LinkCase) -> Finding:
    added = Counter(pattern.findall(case.change.after)) - Counter(pattern.findall(case.change.before))
    return not added, ", ".join(sorted(added)) or "none"


def _removed_from(block: ParsedBlock) -> Counter[Event]:
    """What the sanitiser takes away from a block; a footnote cannot be rendered by itself and is another check's."""
    markdown = _renderer()
    if any("footnote" in child.type for token in block.tokens for child in (token, *(token.children or []))):
        return Counter()
    html = str(markdown.renderer.render(block.tokens, markdown.options, {}))
    return Counter(_events(html)) - Counter(_events(sanitise(html)))


class _Events(HTMLParser):
    """Tags with their attributes, and all text as one, so that two spellings of the same HTML compare equal."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[Event] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append(("start", tag, tuple(sorted(attrs))))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.found.append(("end", tag, ()))

    def handle_comment(self, data: str) -> None:
        self.found.append(("comment", data, ()))

    def handle_data(self, data: str) -> None:
        self.text += data


def _events(html: str) -> list[Event]:
    parser = _Events()
    parser.feed(html)
    parser.close()
    return [*parser.found, ("text", parser.text, ())]


@cache
def _renderer() -> MarkdownIt:
    return dialect()
