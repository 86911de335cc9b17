"""Names that imitate others by the letters of another alphabet (Unicode TR 39), judged label by label.

Letters only: what stands in the DNS, and whether a name is on a list, is for others to find out.
"""

import unicodedata
from functools import cache

from confusable_homoglyphs import confusables

# Scripts that are written together in one word; anything else mixed in one label is how look-alikes are made.
WRITTEN_TOGETHER = (
    {"LATIN", "HAN", "HIRAGANA", "KATAKANA"},
    {"LATIN", "HAN", "HANGUL"},
    {"LATIN", "HAN", "BOPOMOFO"},
)
SCRIPT_OF_NAME = {"CJK": "HAN", "KATAKANA-HIRAGANA": "KATAKANA"}
# The library's table compares single shapes; these are read as Latin all the same in an address bar.
ALSO_LIKE_LATIN = "ъьҽпгѡ"


def mixes_alphabets(label: str) -> bool:
    """Whether letters of scripts that no language mixes stand in one label: pаypal with one Cyrillic а."""
    scripts = {_script(letter) for letter in _letters(label)}
    return len(scripts) > 1 and not any(scripts <= together for together in WRITTEN_TOGETHER)


def is_written_in_twins(label: str) -> bool:
    """Whether every letter is of another alphabet and has a twin in ASCII: аррӏе, wholly Cyrillic, reads as apple."""
    letters = _letters(label)
    return bool(letters) and _twins().issuperset(letters)


def _letters(label: str) -> list[str]:
    return [character for character in label if unicodedata.category(character)[0] == "L"]


def _script(letter: str) -> str:
    name = unicodedata.name(letter, "UNKNOWN").split()[0]
    return SCRIPT_OF_NAME.get(name, name)


def _has_ascii_twin(letter: str) -> bool:
    alike = confusables.confusables_data.get(letter, [])
    return any(twin["c"].isascii() and twin["c"].isalnum() for twin in alike)


@cache
def _twins() -> frozenset[str]:
    foreign = (letter for letter in confusables.confusables_data if len(letter) == 1 and not letter.isascii())
    lower = (letter for letter in foreign if unicodedata.category(letter) in ("Ll", "Lo", "Lm"))
    return frozenset(ALSO_LIKE_LATIN).union(it for it in lower if _script(it) != "LATIN" and _has_ascii_twin(it))
