"""Whether the words a customer wants to see linked may stand in an article, asked before anybody pays.

It must never accept what the battery would refuse later: claims near the link are refused here too.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

import regex
from markdown_it import MarkdownIt

from articles.markdown.parser import dialect
from articles.markdown.words import count_words
from articles.quality.claims import claims_in
from articles.quality.scripts import foreign_scripts, hidden_characters

FEWEST_WORDS, MOST_WORDS, MOST_CHARACTERS = 2, 8, 80

_URL = re.compile(
    r"https?:|\bwww\.|\w@\w|(?<![\w.])[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|info|biz|io|co|dev|app|shop|store|online|site|"
    r"xyz|de|fr|es|ru|cn|kr|in|uk|eu|us|edu|gov)\b(?:/|\b)",
    re.IGNORECASE,
)
_HTML = re.compile(r"<[a-zA-Z/!?]|&(?:#\w+|[A-Za-z]\w*);")
_TEMPLATE = re.compile(r"\{[%{:#]|\[\[|\[\^")


@dataclass(frozen=True)
class Problem:
    code: str
    message: str


def anchor_problems(anchor: str, *, language: str) -> list[Problem]:
    """Everything wrong with an anchor for an article in `language`; an empty list means it may be sold."""
    return [*_size(anchor, language), *_characters(anchor, language), *_markup(anchor), *_claims(anchor, language)]


def _size(anchor: str, language: str) -> Iterator[Problem]:
    words = count_words(anchor, language)
    if words < FEWEST_WORDS:
        yield Problem("too_few_words", f"Use at least {FEWEST_WORDS} words, so that readers know what they will find.")
    if words > MOST_WORDS:
        yield Problem("too_many_words", f"Use at most {MOST_WORDS} words; this has {words}.")
    if len(anchor) > MOST_CHARACTERS:
        yield Problem("too_long", f"Use at most {MOST_CHARACTERS} characters; this has {len(anchor)}.")


def _characters(anchor: str, language: str) -> Iterator[Problem]:
    if unicodedata.normalize("NFC", anchor) != anchor:
        yield Problem("not_composed", "Please type the words again: some accents are stored as separate characters.")
    if hidden_characters(anchor):
        yield Problem("hidden_characters", "The words hold invisible or control characters. Please type them again.")
    if anchor != anchor.strip() or regex.search(r"\s{2}|[^\S ]", anchor):
        yield Problem("white_space", "Use single spaces between words and none at the ends.")
    foreign = foreign_scripts(anchor, language)
    if foreign:
        yield Problem("wrong_script", f"Use the script of the article; these letters are not: {' '.join(foreign)}.")


def _markup(anchor: str) -> Iterator[Problem]:
    if _URL.search(anchor):
        yield Problem("url", "Use words readers would say, not an address.")
    if _HTML.search(anchor):
        yield Problem("html", "Use plain words without HTML.")
    elif _TEMPLATE.search(anchor) or _reads_as_markdown(anchor):
        yield Problem("markdown", "Use plain words without formatting characters.")


def _claims(anchor: str, language: str) -> Iterator[Problem]:
    for claim in claims_in(anchor, language=language):
        yield Problem(
            claim.kind,
            f"“{claim.words.strip()}” reads as a {claim.kind}, which we do not print in or beside a paid link.",
        )


def _reads_as_markdown(anchor: str) -> bool:
    line = " ".join(anchor.splitlines())
    inline = _dialect().parseInline(line)[0]
    return "".join(token.content for token in inline.children or [] if token.type == "text") != line


@cache
def _dialect() -> MarkdownIt:
    return dialect()
