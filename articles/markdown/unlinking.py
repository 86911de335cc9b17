"""Taking one bought link out of a post again.

It must never touch another byte: the paragraph becomes what it was before the sale, or, where it was edited since,
loses the link and keeps its words.
"""

import re
from html import unescape

from articles.markdown.lines import without_ending
from articles.markdown.links import links, markdown_link, text_of_markdown_link
from articles.markdown.parser import parsed_blocks
from articles.markdown.splice import Change, apply

_INLINE = re.compile(
    r"\[(?P<text>(?:\\.|[^\[\]\\])+)\]\((?:<[^<>\n]*>|[^\s<>()]*(?:\([^\s()]*\)[^\s()]*)*)(?:\s+\"[^\"\n]*\")?\)(?:\{[^{}\n]*\})?"
)


class LinkNotFound(Exception):
    """The link does not stand in the text exactly once."""


def mentions(body: str, href: str) -> bool:
    """Whether anything may be left of the link: one to the address, or the address in whatever form."""
    return any(link.href == href for link in links(body)) or _bare(href) in _bare(body)


def _bare(text: str) -> str:
    """Without what Markdown and HTML put around characters that mean something to them."""
    return unescape(text.replace("\\", ""))


def without_link(body: str, *, href: str, anchor: str, undo: Change | None) -> str:
    """`body` without the link; `undo` is the change that brought it. Raises LinkNotFound."""
    bare = _undone(body, undo) if undo else None
    if bare is None:
        written = markdown_link(href, anchor)
        is_ours = body.count(written) == 1
        bare = body.replace(written, text_of_markdown_link(anchor)) if is_ours else _spelled_otherwise(body, href)
    if any(link.href == href for link in links(bare)):
        raise LinkNotFound(f"another link to {href} would still stand")
    return bare


def _spelled_otherwise(body: str, href: str) -> str:
    """The link taken out of an edited text: the one piece of Markdown without which it alone is gone."""
    standing = links(body)
    if (times := sum(link.href == href for link in standing)) != 1:
        raise LinkNotFound(f"the link to {href} stands {times} times")
    others = [link.href for link in standing if link.href != href]
    for written in _INLINE.finditer(body):
        bare = body[: written.start()] + written["text"] + body[written.end() :]
        if [link.href for link in links(bare)] == others:
            return bare
    raise LinkNotFound(f"the link to {href} is not written as Markdown's links are")


def _undone(body: str, change: Change) -> str | None:
    """The paragraph as it was, if it stands exactly once as the change left it."""
    found = [block for block in parsed_blocks(body) if without_ending(block.source) == change.after]
    if len(found) != 1:
        return None
    start, end = found[0].start, found[0].end
    back = Change(start, end, change.after, change.before, change.mode, change.paragraph_id, change.heading)
    return apply(body, back)
