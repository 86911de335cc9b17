"""A paragraph before and after its link was woven in, read without a model: a score, and what was measured."""

from dataclasses import dataclass
from typing import Any

from simulators.openai.writer.markup import sentences
from simulators.openai.writer.review import LONG_PARAGRAPH, LONG_SENTENCE, WORD
from simulators.openai.writer.task import BadTask

WHO = "By the offline reviewer, which cannot judge meaning"
COST = 25


@dataclass(frozen=True)
class Edit:
    anchor: str
    before: str
    after: str


@dataclass(frozen=True)
class Verdict:
    score: int
    remark: str


def read_edit(given: dict[str, Any]) -> Edit:
    """Raises BadTask."""
    texts = [given.get(name) for name in ("anchor", "before", "after")]
    if not all(isinstance(text, str) and text for text in texts):
        raise BadTask("review_edit needs an anchor and a paragraph before and after.")
    return Edit(*map(str, texts))


def review_edit(edit: Edit) -> Verdict:
    """100, less COST for each thing that reads worse than it did."""
    spoken = (edit.after[span.start : span.end] for span in sentences(edit.after))
    words = _words(next((sentence for sentence in spoken if edit.anchor in sentence), edit.after))
    added = _words(edit.after) - _words(edit.before)
    worse = [words > LONG_SENTENCE, _words(edit.after) > LONG_PARAGRAPH, edit.after.count(edit.anchor) > 1]
    return Verdict(100 - COST * sum(worse), f"{WHO}: {added} words added; the linked sentence has {words}.")


def _words(text: str) -> int:
    return len(WORD.findall(text))
