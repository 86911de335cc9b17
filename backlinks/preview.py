"""The touched paragraph, before and after, and the difference between them for a person to read.

Everything from the article or the customer is escaped; the only markup is ins, del and the mark of the bought link.
"""

from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from articles.markdown.links import markdown_link
from articles.markdown.parser import parsed_blocks, prose_of
from articles.models import ArticleVersion
from articles.word_diff import DELETE, EQUAL, TAGS, difference

# The bought link stands for itself as one unit: this sign is no word.
LINK = "\ue000"


@dataclass(frozen=True)
class Preview:
    """`before` and `after` are the Markdown source; `html` is their difference; the readable ones hold no markup."""

    before: str
    after: str
    html: SafeString
    readable_before: str
    readable_after: str


NOTHING = Preview("", "", SafeString(""), "", "")


def preview_of(version: ArticleVersion) -> Preview:
    """For a version that carries a bought link; of a failed draft that never got one, nothing is different."""
    if version.change is None or version.backlink_metadata is None:
        return NOTHING
    before, after = version.change["before"], version.change["after"]
    href, anchor = version.backlink_metadata["target_url"], version.backlink_metadata["anchor_text"]
    link = markdown_link(href, anchor)
    marked = _without_marks(after).replace(link, LINK, 1)
    html = _difference(_without_marks(before), marked, mark=_mark(href, anchor), anchor=anchor)
    return Preview(before, after, html, _readable(before), _readable(after))


def _readable(paragraph: str) -> str:
    return prose_of(parsed_blocks(paragraph))


def _without_marks(text: str) -> str:
    """Our own sign for the link means something only where we put it."""
    return text.replace(LINK, "\ufffd")


def _mark(href: str, anchor: str) -> str:
    return f'<mark class="paid-link" title="{escape(href)}">{escape(anchor)}</mark>'


def _difference(before: str, after: str, *, mark: str, anchor: str) -> SafeString:
    runs = difference(before, after)
    pieces = []
    for (kind, text), (_, following) in zip(runs, [*runs[1:], (EQUAL, "")], strict=True):
        if kind == DELETE and text == anchor and following == LINK:
            continue  # the words stay; they only become a link
        shown = escape(text).replace(LINK, mark)
        pieces.append(f"<{TAGS[kind]}>{shown}</{TAGS[kind]}>" if kind in TAGS else shown)
    return mark_safe("".join(pieces))  # every piece was escaped above
