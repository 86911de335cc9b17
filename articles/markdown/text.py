"""What a reader sees of a block: its text without Markdown, and where in that text its links and emphases are.

It must never be fed back into a post: it is for counting, comparing and asking, not for writing.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html.parser import HTMLParser

from markdown_it.token import Token

_UNSEEN = {"script", "style", "template"}
_EMPHASIS = re.compile(r"(em|strong|s)_(open|close)")


@dataclass(frozen=True)
class Anchor:
    """A link as it stands in a text: characters `start` up to, not including, `end`, and all its attributes."""

    start: int
    end: int
    attributes: dict[str, str]


@dataclass(frozen=True)
class Emphasis:
    """Words that Markdown sets off: `kind` is em, strong, s (struck out) or code."""

    kind: str
    start: int
    end: int


@dataclass(frozen=True)
class VisibleText:
    text: str
    anchors: tuple[Anchor, ...]
    emphases: tuple[Emphasis, ...] = ()


def visible_text(tokens: Iterable[Token]) -> VisibleText:
    reader = _Reader()
    for token in tokens:
        if token.type == "inline":
            reader.read_inline(token.children or [])
        elif token.type == "html_block":
            reader.read_html(token.content)
    return reader.result()


class _Reader:
    """Collects text and links in one pass over the tokens, Markdown and raw HTML alike."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._anchors: list[Anchor] = []
        self._open: list[tuple[int, dict[str, str]]] = []
        self._emphases: list[Emphasis] = []
        self._emphasised_since: list[int] = []

    def read_inline(self, children: Sequence[Token]) -> None:
        if self._parts:
            self.add("\n")
        for token in children:
            if token.type in ("softbreak", "hardbreak"):
                self.add(" ")
            elif token.type == "link_open":
                self.open_link({**_texts(token.attrs), **_texts(token.meta.get("insecure_attrs", {}))})
            elif token.type == "link_close":
                self.close_link()
            elif token.type == "html_inline":
                self.read_html(token.content)
            elif emphasis := _EMPHASIS.fullmatch(token.type):
                self._emphasise(*emphasis.groups())
            elif token.type == "code_inline":
                self._emphasise("code", "open")
                self.add(token.content)
                self._emphasise("code", "close")
            elif token.type != "footnote_ref":
                self.add(token.content)

    def read_html(self, source: str) -> None:
        parser = _HtmlReader(self)
        parser.feed(source)
        parser.close()

    def add(self, text: str) -> None:
        self._parts.append(text)
        self._length += len(text)

    def open_link(self, attributes: dict[str, str]) -> None:
        self._open.append((self._length, attributes))

    def close_link(self) -> None:
        if self._open:
            start, attributes = self._open.pop()
            self._anchors.append(Anchor(start, self._length, attributes))

    def result(self) -> VisibleText:
        while self._open:
            self.close_link()
        anchors = sorted(self._anchors, key=lambda anchor: anchor.start)
        return VisibleText("".join(self._parts), tuple(anchors), tuple(self._emphases))

    def _emphasise(self, kind: str, edge: str) -> None:
        if edge == "open":
            self._emphasised_since.append(self._length)
        else:  # the parser pairs them
            self._emphases.append(Emphasis(kind, self._emphasised_since.pop(), self._length))


class _HtmlReader(HTMLParser):
    def __init__(self, reader: _Reader) -> None:
        super().__init__(convert_charrefs=True)
        self._reader = reader
        self._unseen = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._unseen += tag in _UNSEEN
        attributes = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in attributes:
            self._reader.open_link(attributes)

    def handle_endtag(self, tag: str) -> None:
        self._unseen -= tag in _UNSEEN
        if tag == "a":
            self._reader.close_link()

    def handle_data(self, data: str) -> None:
        if self._unseen <= 0:
            self._reader.add(data)


def _texts(attributes: dict[str, str | int | float]) -> dict[str, str]:
    return {name: str(value) for name, value in attributes.items()}
