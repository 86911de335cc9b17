"""Links: reading all of an article's, and writing the one that was bought.

It must never change a URL or an anchor by a byte: what was paid for is what a browser gets.
"""

import re
import unicodedata
from dataclasses import dataclass, field

from articles.markdown.parser import parsed_blocks

SPONSORED_REL = "sponsored noopener"

_MARKER = re.compile(r"\[\[LINK\]\](.*?)\[\[/LINK\]\]", re.DOTALL)
_ANY_MARKER = re.compile(r"\[\[/?LINK\]\]")
_HREF_SPECIAL = re.compile(r"[\\<>{}]|&(?=#|[A-Za-z])")
_ANCHOR_SPECIAL = re.compile(r"[\\*_\[\]<>~|{}^$#]|&(?=#|[A-Za-z])")


class MarkerMissing(Exception):
    """The text does not hold exactly one `[[LINK]]anchor[[/LINK]]`."""


@dataclass(frozen=True)
class Link:
    """A link of a post, Markdown or raw HTML: `block` is the index of its top-level block.

    `other_attributes` is what it carries besides href and rel.
    """

    href: str
    text: str
    rel: str
    block: int
    other_attributes: dict[str, str] = field(default_factory=dict)

    @property
    def is_paid(self) -> bool:
        return "sponsored" in self.rel.split()


def links(body: str) -> list[Link]:
    found: list[Link] = []
    for index, block in enumerate(parsed_blocks(body)):
        for anchor in block.seen.anchors:
            others = {name: value for name, value in anchor.attributes.items() if name not in ("href", "rel")}
            text = block.seen.text[anchor.start : anchor.end]
            href, rel = anchor.attributes["href"], anchor.attributes.get("rel", "")
            found.append(Link(href, text, rel, index, others))
    return found


def markdown_link(href: str, anchor: str) -> str:
    """The bought link as Markdown; rendered, its href and its text are `href` and `anchor` byte for byte.

    A backtick becomes a character reference, since a backslash does not stop one from ending a code span
    that began earlier in the sentence.
    """
    target = _HREF_SPECIAL.sub(r"\\\g<0>", href).replace("`", "&#96;")
    return f'[{text_of_markdown_link(anchor)}](<{target}>){{rel="{SPONSORED_REL}"}}'


def text_of_markdown_link(anchor: str) -> str:
    """What stands between the brackets: by itself, the same words without the link."""
    return _ANCHOR_SPECIAL.sub(r"\\\g<0>", anchor).replace("`", "&#96;")


def place_marker(new_text: str, href: str, anchor: str) -> str:
    """`new_text` with its one marker replaced by the link; raises MarkerMissing."""
    marked = _MARKER.findall(new_text)
    if len(marked) != 1 or len(_ANY_MARKER.findall(new_text)) != 2:
        raise MarkerMissing(f"{len(_ANY_MARKER.findall(new_text))} link markers instead of one pair")
    if unicodedata.normalize("NFC", marked[0].strip()) != unicodedata.normalize("NFC", anchor):
        raise MarkerMissing("the marked words are not the anchor")
    before, after = _MARKER.split(new_text)[::2]
    if before.endswith(("!", "^")):
        # These would turn the link behind them into an image or a footnote.
        before = f"{before[:-1]}\\{before[-1]}"
    return before + markdown_link(href, anchor) + after
