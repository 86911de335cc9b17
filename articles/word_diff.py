"""What is different between two texts, word by word, for a person to read.

Everything is escaped; the only markup is ins and del.
"""

from collections.abc import Sequence

import regex
from diff_match_patch import diff_match_patch
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

EQUAL = diff_match_patch.DIFF_EQUAL
DELETE = diff_match_patch.DIFF_DELETE
INSERT = diff_match_patch.DIFF_INSERT
TAGS = {INSERT: "ins", DELETE: "del"}
Run = tuple[int, str]
# A word is a unit; where a script writes no spaces, a letter is.
_WORD = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Thai}\p{Lao}\p{Khmer}]|\w+|\s+|.", regex.DOTALL)
_FIRST_CODE = 0x10000
_PATIENCE_SECONDS = 0.2  # after which a difference is still right, but coarser


def words(text: str) -> list[str]:
    """Words, and what stands between them; joined again they are `text`."""
    return list(map(str, _WORD.findall(text)))


def difference(before: str, after: str) -> list[Run]:
    """Runs of (EQUAL, DELETE or INSERT, text), tidied into what reads well."""
    return _read_back(*_compared(words(before), words(after), tidy=True))


def unit_difference(before: Sequence[str], after: Sequence[str]) -> list[tuple[int, list[str]]]:
    """The same over units of the caller's own, say paragraphs."""
    runs, spelled = _compared(before, after, tidy=False)
    return [(kind, [spelled[code] for code in codes]) for kind, codes in runs]


def marked(runs: Sequence[Run], hidden: int) -> SafeString:
    """One side of a difference: without the runs of the kind `hidden`."""
    pieces = [_tagged(kind, escape(text)) for kind, text in runs if kind != hidden]
    return mark_safe("".join(pieces))  # every piece was escaped above


def _tagged(kind: int, html: str) -> str:
    return f"<{TAGS[kind]}>{html}</{TAGS[kind]}>" if kind in TAGS else html


def _compared(before: Sequence[str], after: Sequence[str], *, tidy: bool) -> tuple[list[Run], dict[str, str]]:
    """Each distinct unit becomes one character, since the library compares characters."""
    codes: dict[str, str] = {}
    coded = [
        "".join(codes.setdefault(unit, chr(_FIRST_CODE + len(codes))) for unit in side) for side in (before, after)
    ]
    differ = diff_match_patch()
    differ.Diff_Timeout = _PATIENCE_SECONDS
    runs = differ.diff_main(*coded, False)
    if tidy:
        differ.diff_cleanupSemantic(runs)
    return runs, {code: unit for unit, code in codes.items()}


def _read_back(runs: list[Run], spelled: dict[str, str]) -> list[Run]:
    return [(kind, "".join(spelled[code] for code in codes)) for kind, codes in runs]
