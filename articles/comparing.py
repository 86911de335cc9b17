"""Two texts side by side, paragraph by paragraph, with the words that differ marked.

What is the same is folded away. White space between paragraphs is shown where it is all that differs.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby, zip_longest

from django.utils.html import escape
from django.utils.safestring import SafeString

from articles.word_diff import DELETE, EQUAL, INSERT, difference, marked, unit_difference, words

_BETWEEN = re.compile(r"((?:[^\S\n]*\n){2,}|[^\S\n]*\n\Z)")  # two paragraphs, or the last one and the end
_SHOWN = str.maketrans({" ": "·", "\t": "→", "\r": "␍", "\n": "↵\n"})
_ALIKE = 0.4  # share of words in common from which two paragraphs are one that was changed


@dataclass(frozen=True)
class Row:
    """A paragraph on both sides; empty where one side has none."""

    before: SafeString
    after: SafeString


@dataclass(frozen=True)
class Stretch:
    """Neighbouring paragraphs that are all the same on both sides, or all not."""

    is_same: bool
    rows: list[Row]


@dataclass(frozen=True)
class Comparison:
    """`added` and `removed` count words."""

    stretches: list[Stretch]
    added: int
    removed: int

    @property
    def is_same(self) -> bool:
        return all(stretch.is_same for stretch in self.stretches)


def compare(before: str, after: str) -> Comparison:
    counted: Counter[int] = Counter()
    rows = list(_rows(before, after, counted))
    stretches = [Stretch(same, [row for _, row in group]) for same, group in groupby(rows, key=lambda row: row[0])]
    return Comparison(stretches, added=counted[INSERT], removed=counted[DELETE])


def paragraphs(text: str) -> list[str]:
    """With what stands between them as units of their own; joined again they are `text`."""
    return [unit for unit in _BETWEEN.split(text) if unit]


def _rows(before: str, after: str, counted: Counter[int]) -> Iterator[tuple[bool, Row]]:
    gone: list[str] = []
    runs = unit_difference(paragraphs(before), paragraphs(after))
    for (kind, units), (following, _) in zip_longest(runs, runs[1:], fillvalue=(EQUAL, [])):
        if kind == EQUAL:
            yield from ((True, Row(escape(unit), escape(unit))) for unit in units if not unit.isspace())
        elif kind == DELETE and following == INSERT:
            gone = units
        else:
            was, now = (units, []) if kind == DELETE else (gone, units)
            yield from ((False, row) for row in _changed(was, now, counted))
            gone = []


def _changed(was: list[str], now: list[str], counted: Counter[int]) -> Iterator[Row]:
    if any(not unit.isspace() for unit in (*was, *now)):
        was, now = ([unit for unit in side if not unit.isspace()] for side in (was, now))
    else:
        was, now = (["".join(side).translate(_SHOWN)] for side in (was, now))
    for old, new in zip_longest(was, now, fillvalue=""):
        if old and new and not _alike(old, new):
            yield _row(old, "", counted)
            yield _row("", new, counted)
        else:
            yield _row(old, new, counted)


def _row(old: str, new: str, counted: Counter[int]) -> Row:
    runs = difference(old, new)
    for kind, text in runs:
        counted[kind] += sum(1 for word in words(text) if word[0].isalnum())
    return Row(before=marked(runs, hidden=INSERT), after=marked(runs, hidden=DELETE))


def _alike(old: str, new: str) -> bool:
    """Two that share few words are easier to read as one gone and one come."""
    mine, yours = (Counter(word for word in words(text) if word[0].isalnum()) for text in (old, new))
    longest = max(mine.total(), yours.total())
    return longest == 0 or (mine & yours).total() >= _ALIKE * longest
