"""An article read without a model: what can be measured of its text, as remarks, and a score that follows from them.

It must never pass for judgement: each remark says what was measured, and the first says who measured.
"""

import re
from dataclasses import dataclass
from statistics import mean
from typing import Any

from simulators.openai.writer.markup import sentences
from simulators.openai.writer.task import BadTask

WHO = "Measured by the offline reviewer, which cannot judge meaning."
LONG_SENTENCE, LONG_PARAGRAPH, WORDS_TO_A_HEADING, SHORT_TEXT = 28, 140, 400, 150
WORD = re.compile(r"\w+(?:['’.\-]\w+)*")
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
COST, TOO_SHORT = 12, 40


@dataclass(frozen=True)
class Article:
    title: str
    text: str


@dataclass(frozen=True)
class Reading:
    score: int
    remarks: list[str]


def read_article(given: dict[str, Any]) -> Article:
    """Raises BadTask."""
    title, text = given.get("title"), given.get("text")
    if not isinstance(title, str) or not isinstance(text, str):
        raise BadTask("review_article needs a title and a text.")
    return Article(title, FRONT_MATTER.sub("", text))


def review(article: Article) -> Reading:
    """100, less COST for each remark; a text that is too short is not good, whatever else it is."""
    found = _remarks(article)
    most = 100 if len(WORD.findall(article.text)) >= SHORT_TEXT else TOO_SHORT
    return Reading(max(0, min(most, 100 - COST * len(found))), [WHO, *found])


def _remarks(article: Article) -> list[str]:
    blocks = [block.strip() for block in re.split(r"\n\s*\n", article.text) if block.strip()]
    prose = [block for block in blocks if not block.startswith(("#", "-", "*", ">", "|", "```"))]
    lengths = [len(WORD.findall(sentence)) for block in prose for sentence in _spoken(block)]
    words, headings = len(WORD.findall(article.text)), sum(block.startswith("#") for block in blocks)
    long_paragraphs = sum(len(WORD.findall(block)) > LONG_PARAGRAPH for block in prose)
    remarks = []
    if words < SHORT_TEXT:
        remarks.append(f"It has {words} words; readers expect {SHORT_TEXT} at least.")
    if lengths and mean(lengths) > LONG_SENTENCE:
        remarks.append(f"Its sentences have {mean(lengths):.0f} words on average; {LONG_SENTENCE} are easily read.")
    if long_paragraphs:
        remarks.append(f"{long_paragraphs} of its paragraphs have more than {LONG_PARAGRAPH} words.")
    if words > WORDS_TO_A_HEADING * (headings + 1):
        remarks.append(f"It has {headings} headings for {words} words.")
    if not 20 <= len(article.title) <= 80:
        remarks.append(f"Its title has {len(article.title)} characters; 20 to 80 are shown whole.")
    return remarks


def _spoken(block: str) -> list[str]:
    return [block[span.start : span.end] for span in sentences(block)]
