"""Which blocks stand inside something that spans several: an `<aside>`, a template tag with its end, a `:::` fence.

It must never decide what such a thing means, only that a plain-looking paragraph within it is not plain prose:
it may be a pull quote, a caption, or shown to nobody.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from articles.markdown.parser import ParsedBlock

_COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
_HTML_TAG = re.compile(r"<(?P<close>/?)(?P<name>[a-zA-Z][\w-]*)\b(?P<attributes>[^<>]*?)(?P<empty>/?)>")
# A wrapper that says no more than "this is text, in this direction" holds the article's own prose.
_NEUTRAL_WRAPPER = re.compile(r"(?:div|section|article|main)(?:\s+(?:dir|lang|markdown)=\S+)*\s*", re.IGNORECASE)
_TEMPLATE_TAG = re.compile(r"\{%-?\s*(?P<end>end)?(?P<name>\w*)|\{\{[<%]\s*(?P<slash>/)?(?P<short_code>\w+)")
_FENCE = re.compile(r"^ {0,3}(?P<fence>:{3,}|/{3,})[ \t]*(?P<word>\S?)", re.MULTILINE)
_SILENT_KINDS = {"code", "front_matter", "definition"}
_ANY_TEMPLATE_TAG = "%"


@dataclass(frozen=True)
class _Tag:
    """`name` says what ends what; a template end without a name ends whichever was opened last."""

    name: str
    closes: bool
    neutral: bool = False


def enclosed(blocks: Sequence[ParsedBlock]) -> frozenset[int]:
    """Indexes of the blocks between a tag and its end, both included. A tag without an end encloses nothing."""
    inside: set[int] = set()
    waiting: list[tuple[_Tag, int]] = []
    for index, block in enumerate(blocks):
        for tag in _tags(block):
            if not tag.closes:
                waiting.append((tag, index))
                continue
            position = _last_opened(waiting, tag.name)
            if position is not None:
                opener, first = waiting.pop(position)
                inside.update(() if opener.neutral else range(first, index + 1))
    return frozenset(inside)


def _last_opened(waiting: Sequence[tuple[_Tag, int]], name: str) -> int | None:
    for position in range(len(waiting) - 1, -1, -1):
        opened = waiting[position][0].name
        if opened == name or (name == _ANY_TEMPLATE_TAG and opened.startswith(name)):
            return position
    return None


def _tags(block: ParsedBlock) -> Iterator[_Tag]:
    if block.kind in _SILENT_KINDS:
        return
    if block.kind == "html":
        for tag in _HTML_TAG.finditer(_COMMENT.sub("", block.source)):
            if not tag["empty"]:
                neutral = _NEUTRAL_WRAPPER.fullmatch(tag["name"] + tag["attributes"]) is not None
                yield _Tag(f"<{tag['name'].lower()}", bool(tag["close"]), neutral)
    for tag in _TEMPLATE_TAG.finditer(block.source):
        yield _Tag(f"%{tag['name'] or tag['short_code'] or ''}", bool(tag["end"] or tag["slash"]))
    for tag in _FENCE.finditer(block.source):
        yield _Tag(tag["fence"][0], not tag["word"])
