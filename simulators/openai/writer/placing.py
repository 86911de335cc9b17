"""Putting the link into a paragraph's source: around words already there, into a sentence, or as one more sentence.

Every edit only inserts; it must never take away or move a byte of the author's.
"""

import re
import unicodedata

from simulators.openai.writer.markup import Span, has_link, opaque_spans, quoted_spans, sentences
from simulators.openai.writer.task import marked

FULL_STOPS = ".!?؟…。！？।॥"
CLOSING_MARKS = "\"'”’»)]」』）*_"
GLUE = "-‐‑'’_"
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u3000-\u303f\uff00-\uffef]")
HAN_BESIDE_LATIN = re.compile(r"[\u3400-\u9fff] [A-Za-z0-9]|[A-Za-z0-9] [\u3400-\u9fff]")
OTHER_SCRIPTS = frozenset({"ar", "hi", "ja", "ko", "ru", "zh", "zh-hant"})
MOSTLY = 0.7
PRAISE = re.compile(r"\b(?:best|cheap|free|guarante|discount)\w*|[$€£]\s?\d|\d\s?%|最|免费", re.IGNORECASE)
LEAST_ASIDE_SENTENCE = 40
WIDEST_WRAP = 120


def place_to_wrap(text: str, anchor: str) -> int | None:
    """Where the anchor stands word for word in plain prose, in a sentence without a link; None when nowhere."""
    forbidden = [*opaque_spans(text), *quoted_spans(text)]
    taken = [span for span in sentences(text) if _unfit_for_a_link(text[span.start : span.end])]
    start = text.find(anchor)
    while start != -1:
        end = start + len(anchor)
        if _bounded(text, start, end) and not any(span.holds(start, end) for span in [*forbidden, *taken]):
            return start
        start = text.find(anchor, start + 1)
    return None


def wrap(text: str, anchor: str, start: int) -> str:
    return text[:start] + marked(anchor) + text[start + len(anchor) :]


def _unfit_for_a_link(sentence: str) -> bool:
    """True beside another link, and beside praise or prices of the author's own, which would seem to be the link's."""
    return has_link(sentence) or PRAISE.search(sentence) is not None


def _bounded(text: str, start: int, end: int) -> bool:
    before, after = text[start - 1 : start], text[end : end + 1]
    return not (_joins(before, text[start]) or _joins(after, text[end - 1]))


def _joins(outside: str, inside: str) -> bool:
    """True when the character outside belongs to the same word; Han and Kana have no such thing."""
    if not outside or (UNSPACED.match(outside) and UNSPACED.match(inside)):
        return False
    return outside.isalnum() or outside in GLUE or unicodedata.category(outside).startswith("M")


def sentences_for_aside(text: str) -> list[Span]:
    """Sentences that can take an aside before their full stop: plain at the end, long enough, without a link."""
    opaque = [*opaque_spans(text), *quoted_spans(text)]
    return [
        span
        for span in sentences(text)
        if span.end - span.start >= (LEAST_ASIDE_SENTENCE // 2 if UNSPACED.search(text) else LEAST_ASIDE_SENTENCE)
        and text[span.end - 1] in ".。।"
        and text[span.end - 2] not in CLOSING_MARKS + FULL_STOPS
        and not _unfit_for_a_link(text[span.start : span.end])
        and not any(other.holds(span.end - 2, span.end) for other in opaque)
        and not _inside_brackets(text[: span.end])
    ]


def _inside_brackets(before: str) -> bool:
    return sum(map(before.count, "(（")) > sum(map(before.count, ")）"))


def add_aside(text: str, sentence: Span, aside: str) -> str:
    return text[: sentence.end - 1] + aside + text[sentence.end - 1 :]


def closes(text: str) -> bool:
    """True when the paragraph ends its last sentence, so that another may follow."""
    bare = re.sub(r"\[\^[^\]]+\]$", "", text.rstrip()).rstrip(CLOSING_MARKS)
    return bare[-1:] in FULL_STOPS if bare else False


def foreign_script(text: str, code: str) -> bool:
    """True for a Latin-letter paragraph (a quotation, most often) in an article written in another script."""
    letters = [letter for letter in text if letter.isalpha()]
    latin = sum(1 for letter in letters if letter.isascii())
    return code in OTHER_SCRIPTS and latin > len(letters) * MOSTLY


def add_sentence(text: str, sentence: str) -> str:
    """The sentence after the last one; before a lead-in that ends with a colon, so that the list stays with it."""
    core = text.rstrip()
    if core.endswith((":", "：")):
        spans = sentences(core)
        if len(spans) > 1:
            cut = spans[-2].end
            return core[:cut] + _space_before(core[:cut], sentence) + text[cut:]
    return core + _continued(core, sentence) + text[len(core) :]


def _continued(core: str, sentence: str) -> str:
    """The sentence in the paragraph's own line style: one line, one line per sentence, or wrapped."""
    lines = core.splitlines()
    newline = "\r\n" if "\r\n" in core else "\n"
    if len(lines) == 1:
        return _space_before(core, sentence)
    if all(line.rstrip()[-1:] in FULL_STOPS for line in lines):
        return newline + sentence
    width = max(len(line.rstrip()) for line in lines)
    if width > WIDEST_WRAP:
        return _space_before(core, sentence)
    return _wrapped(len(lines[-1]), sentence, width, newline)


def _wrapped(column: int, sentence: str, width: int, newline: str) -> str:
    # The link stays on one line, and a colon set off by a space (French) must not begin one.
    words = re.split(r" (?![:;?!»])(?![^\[]*\[\[/LINK\]\])", sentence)
    laid = ""
    for word in words:
        if column + 1 + len(word) > width:
            laid, column = laid + newline + word, len(word)
        else:
            laid, column = laid + " " + word, column + 1 + len(word)
    return laid


def _space_before(core: str, sentence: str) -> str:
    return ("" if UNSPACED.match(core[-1:]) else " ") + sentence


def dressed(phrase: str, anchor: str, text: str) -> str:
    """The phrase with the anchor in it, in the paragraph's own typography: spaces, apostrophes, full stops."""
    if HAN_BESIDE_LATIN.search(text):
        phrase = _spaced_from_han(phrase, anchor)
    if anchor[-1:] in FULL_STOPS:
        phrase = re.sub(r"(\{a\})[.。।]$", r"\1", phrase)
    if "।" not in text and "." in text:
        phrase = phrase.replace("।", ".")
    if "’" in text and "'" not in text:
        phrase = phrase.replace("'", "’")
    colon = re.search(r"\w([\u00a0\u202f ]?):(?=\s)", text)
    if " :" in phrase and colon is not None:
        phrase = phrase.replace(" :", colon[1] + ":")
    return phrase.replace("{a}", marked(anchor))


def _spaced_from_han(phrase: str, anchor: str) -> str:
    if anchor[:1].isascii():
        phrase = re.sub(r"(?<=[\u3400-\u9fff])\{a\}", " {a}", phrase)
    if anchor[-1:].isascii():
        phrase = re.sub(r"\{a\}(?=[\u3400-\u9fff])", "{a} ", phrase)
    return phrase
