"""The touched paragraph, before and after, and the difference between them for a person to read.

Everything from the article or the customer is escaped; the only markup is ins, del and the mark of the bought link.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import regex
from diff_match_patch import diff_match_patch
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from articles.markdown.links import markdown_link
from articles.models import ArticleVersion

EQUAL = diff_match_patch.DIFF_EQUAL
DELETE = diff_match_patch.DIFF_DELETE
INSERT = diff_match_patch.DIFF_INSERT
TAGS = {INSERT: "ins", DELETE: "del"}
# A word is a unit; where a script writes no spaces, a letter is. The bought link stands for itself as one unit.
LINK = "\ue000"
WORD = regex.compile(r"\ue000|[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}]|\w+|\s+|.", regex.DOTALL)


@dataclass(frozen=True)
class Preview:
    """`before` and `after` are the Markdown source; `html` is their difference; `readable_after` has no link markup."""

    before: str
    after: str
    html: SafeString
    readable_after: str


def preview_of(version: ArticleVersion) -> Preview:
    """For a version that carries a bought link."""
    assert version.change is not None and version.backlink_metadata is not None
    before, after = version.change["before"], version.change["after"]
    href, anchor = version.backlink_metadata["target_url"], version.backlink_metadata["anchor_text"]
    link = markdown_link(href, anchor)
    marked = _without_marks(after).replace(link, LINK, 1)
    html = _difference(_without_marks(before), marked, mark=_mark(href, anchor), anchor=anchor)
    return Preview(before, after, html, after.replace(link, anchor, 1))


def _without_marks(text: str) -> str:
    """Our own sign for the link means something only where we put it."""
    return text.replace(LINK, "\ufffd")


def _mark(href: str, anchor: str) -> str:
    return f'<mark class="paid-link" title="{escape(href)}">{escape(anchor)}</mark>'


def _difference(before: str, after: str, *, mark: str, anchor: str) -> SafeString:
    runs = list(_runs(before, after))
    pieces = []
    for (kind, text), (_, following) in zip(runs, [*runs[1:], (EQUAL, "")], strict=True):
        if kind == DELETE and text == anchor and following == LINK:
            continue  # the words stay; they only become a link
        shown = escape(text).replace(LINK, mark)
        pieces.append(f"<{TAGS[kind]}>{shown}</{TAGS[kind]}>" if kind in TAGS else shown)
    return mark_safe("".join(pieces))  # every piece was escaped above


def _runs(before: str, after: str) -> Iterator[tuple[int, str]]:
    """Word by word: each distinct word becomes one character, since the library compares characters."""
    words: dict[str, str] = {}
    codes = ["".join(_code(word, words) for word in WORD.findall(text)) for text in (before, after)]
    spelled = {code: word for word, code in words.items()}
    differ = diff_match_patch()
    runs = differ.diff_main(*codes, False)
    differ.diff_cleanupSemantic(runs)
    for kind, code in runs:
        yield kind, "".join(spelled[character] for character in code)


def _code(word: str, words: dict[str, str]) -> str:
    return words.setdefault(word, chr(0x10000 + len(words)))
