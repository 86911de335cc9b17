"""Counting words in any script.

It must never be used to cut text: where words are not separated the count is an estimate by characters.

Where a script puts spaces between words, a word is a run of letters, marks and digits, with apostrophes, hyphens
and full stops inside it. Where it does not, characters are counted and divided by the average length of a word,
as the localisation industry's standard for volumes does (GMX-V 2.0, ETSI LIS, 2012, "logographic scripts":
Chinese 2.8, Japanese 3.0, Thai 6.0). The standard is silent on Lao, Khmer and Burmese: they are written as Thai is
and take its factor. Korean has spaces and needs none.
"""

import math
from functools import lru_cache

import regex

_SPACED_WORD = regex.compile(r"[\p{L}\p{M}\p{N}]+(?:['’.\-][\p{L}\p{M}\p{N}]+)*")
_HAN = regex.compile(r"\p{Han}")
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}ー]")
_SOUTH_EAST_ASIAN = regex.compile(r"[\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")
_UNSPACED = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}ー\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}]")

CHINESE_CHARACTERS_PER_WORD = 2.8
JAPANESE_CHARACTERS_PER_WORD = 3.0
THAI_CHARACTERS_PER_WORD = 6.0


@lru_cache(maxsize=4096)
def count_words(text: str, language: str) -> int:
    """Words in `text`; `language` (a BCP 47 tag) tells Japanese from Chinese where both write Han characters."""
    if not _UNSPACED.search(text):
        return len(_SPACED_WORD.findall(text))
    per_han = JAPANESE_CHARACTERS_PER_WORD if language.startswith("ja") else CHINESE_CHARACTERS_PER_WORD
    unspaced = (
        len(_HAN.findall(text)) / per_han
        + len(_KANA.findall(text)) / JAPANESE_CHARACTERS_PER_WORD
        + len(_SOUTH_EAST_ASIAN.findall(text)) / THAI_CHARACTERS_PER_WORD
    )
    return len(_SPACED_WORD.findall(_UNSPACED.sub(" ", text))) + math.ceil(unspaced)


def words(text: str) -> list[str]:
    """The words of `text` for comparing; where a script has no spaces, its single characters."""
    found: list[str] = _COMPARABLE.findall(text)
    return found


def is_unspaced(text: str) -> bool:
    """Whether `text` holds a script that puts no spaces between its words."""
    return _UNSPACED.search(text) is not None


_COMPARABLE = regex.compile(
    rf"{_UNSPACED.pattern}|(?:(?!{_UNSPACED.pattern})[\p{{L}}\p{{M}}\p{{N}}])+"
    rf"(?:['’.\-](?:(?!{_UNSPACED.pattern})[\p{{L}}\p{{M}}\p{{N}}])+)*"
)
