"""Which words of a paragraph are set off: emphasised, struck out, or written as code.

It must never be enough that the same kinds occur: one taken from the author's words could be given to the link.
"""

from collections import Counter
from collections.abc import Set
from dataclasses import dataclass

from articles.markdown.sentences import sentence_spans
from articles.markdown.text import Emphasis, VisibleText


@dataclass(frozen=True)
class SetOff:
    """`sentence` is the one it stands in, empty where that is reworded or new: there an emphasis may move with its
    words, but not to the same words elsewhere, so `earlier` counts those before it."""

    kind: str
    words: str
    sentence: str
    earlier: int


def set_off(seen: VisibleText, unchanged: Set[str]) -> Counter[SetOff]:
    """`unchanged` are the sentences that are there both before and after a change."""
    spans = sentence_spans(seen.text)
    return Counter(_set_off(emphasis, seen.text, spans, unchanged) for emphasis in seen.emphases)


def _set_off(emphasis: Emphasis, text: str, spans: list[tuple[int, int]], unchanged: Set[str]) -> SetOff:
    touched = [(start, end) for start, end in spans if start < emphasis.end and emphasis.start < end]
    is_unchanged = all(text[start:end] in unchanged for start, end in touched)
    among = touched if is_unchanged else [(start, end) for start, end in spans if text[start:end] not in unchanged]
    before = "".join(text[start : min(end, emphasis.start)] for start, end in among if start < emphasis.start)
    words = text[emphasis.start : emphasis.end]
    sentence = " ".join(text[start:end] for start, end in touched) if is_unchanged else ""
    return SetOff(emphasis.kind, words, sentence, before.count(words))
