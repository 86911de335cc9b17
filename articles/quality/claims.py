"""Words that turn a link into an advertisement: superlatives, promises and prices.

It must never read more than the words near the link: what an article says elsewhere is the author's business.
"""

from dataclasses import dataclass
from functools import cache

import regex

from articles.quality.claim_words import ANY_LANGUAGE, WORDS
from articles.quality.scripts import primary

KINDS = ("superlative", "promise", "price")


@dataclass(frozen=True)
class Claim:
    kind: str
    words: str


def claims_in(text: str, *, language: str) -> list[Claim]:
    """Every claim in `text`, in the words of `language` (a BCP 47 tag) and in signs any language uses."""
    code = primary(language)
    return [Claim(kind, match.group()) for kind in KINDS for match in _pattern(code, kind).finditer(text)]


@cache
def _pattern(language: str, kind: str) -> "regex.Pattern[str]":
    alternatives = [ANY_LANGUAGE[kind], WORDS.get(language, {}).get(kind, "")]
    return regex.compile("|".join(filter(None, alternatives)), regex.IGNORECASE | regex.VERBOSE)
