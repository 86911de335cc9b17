"""Putting a bought link that was lost back into a post.

It must never touch another paragraph, nor write a word that was not approved before: the change that brought the link
is made again, or the words that lost the link get it back.
"""

import re
from collections.abc import Iterator

from articles.markdown.lines import without_ending
from articles.markdown.links import SPONSORED_REL, Link, links, markdown_link, text_of_markdown_link
from articles.markdown.parser import parsed_blocks
from articles.markdown.splice import Change, ChangeDoesNotApply, apply, reapply

_ATTRIBUTES = r"(?:\{[^{}\n]*\})?"


class CannotRelink(Exception):
    """The link's paragraph is not there, or not as it was; the message says so."""


def with_link(body: str, *, href: str, anchor: str, change: Change | None, language: str) -> str:
    """`body` with the link as bought; `change` is the one that brought it. Raises CannotRelink."""
    for candidate in _candidates(body, href, anchor, change, language):
        if _is_right(body, candidate, href, anchor):
            return candidate
    raise CannotRelink("its paragraph is no longer in the article as it was")


def _candidates(body: str, href: str, anchor: str, change: Change | None, language: str) -> Iterator[str]:
    yield from _with_its_attributes(body, href, anchor)
    if change is not None:
        yield from _made_again(body, change, language)
        yield from _words_linked_again(body, change, href, anchor)


def _with_its_attributes(body: str, href: str, anchor: str) -> Iterator[str]:
    """The link is there and lost its `rel`, or got another."""
    bare = markdown_link(href, anchor).partition("{")[0]
    found = list(re.finditer(re.escape(bare) + _ATTRIBUTES, body))
    if len(found) == 1:
        yield body[: found[0].start()] + markdown_link(href, anchor) + body[found[0].end() :]


def _made_again(body: str, change: Change, language: str) -> Iterator[str]:
    """The paragraph is what it was before the sale."""
    try:
        yield apply(body, reapply(body, change, language=language))
    except ChangeDoesNotApply:
        return


def _words_linked_again(body: str, change: Change, href: str, anchor: str) -> Iterator[str]:
    """The paragraph kept its words and lost the link."""
    plain = change.after.replace(markdown_link(href, anchor), text_of_markdown_link(anchor))
    found = [block for block in parsed_blocks(body) if without_ending(block.source) == plain]
    if len(found) == 1:
        back = Change(
            found[0].start, found[0].end, plain, change.after, change.mode, change.paragraph_id, change.heading
        )
        yield apply(body, back)


def _is_right(before: str, after: str, href: str, anchor: str) -> bool:
    standing = links(after)
    ours = [link for link in standing if link.href == href]
    if len(ours) != 1 or (ours[0].text, ours[0].rel) != (anchor, SPONSORED_REL):
        return False
    return _others(links(before), href) == _others(standing, href)


def _others(found: list[Link], href: str) -> list[Link]:
    return [link for link in found if link.href != href]
