"""Choosing where the link goes and how: around words that stand there, as a sentence of its own, or as an aside.

The choice is deterministic for one task and differs for another variation; it must never repeat a pair already tried
while an untried one remains.
"""

import random
import re
from dataclasses import dataclass

from simulators.openai.writer import placing
from simulators.openai.writer.markup import Span
from simulators.openai.writer.phrases import phrases_for
from simulators.openai.writer.relevance import scores, shared_words
from simulators.openai.writer.task import ADD, REWRITE, WRAP, Edit, LinkTask, Paragraph

SHORT_PARAGRAPH = 160
MOST_ADDED = 0.4
FEWEST_CHOICES = 3
WEIGHT = {WRAP: 1.0, ADD: 0.9, REWRITE: 0.6}
STANDS_IN_TEXT = re.compile(r"(?:an?|the|our|your|their|this|these)\b", re.IGNORECASE)
DONE = {
    WRAP: "The anchor stands there word for word, so nothing was added.",
    ADD: "One sentence was added, nothing changed.",
    REWRITE: "A short aside was added to one sentence, nothing taken away.",
}
UNFIT = re.compile(r"\{\{|\{%|^\s*\{:|\{:[^}]*\}\s*$|\\$", re.MULTILINE)
LISTED = re.compile(r"\s*(?:[-*+>|`~]|\d+[.)]\s| {4}|\t)")


@dataclass(frozen=True)
class Option:
    """One way to place the link. Lower `rank` is better; `at` is the anchor's place or the sentence's end."""

    paragraph: Paragraph
    mode: str
    rank: tuple[float, ...]
    at: Span | None = None

    @property
    def pair(self) -> tuple[int, str]:
        return self.paragraph.id, self.mode


def weave(task: LinkTask) -> Edit:
    options = sorted(_options(task), key=lambda option: option.rank)
    option = _chosen(task, options)
    chance = random.Random(f"{task.variation}|{option.pair}|{task.tried.total()}")
    return Edit(option.paragraph.id, option.mode, _new_text(task, option, chance), _reason(task, option))


def _options(task: LinkTask) -> list[Option]:
    found = scores(f"{task.anchor} {task.topic}", [(one.heading, one.text) for one in task.paragraphs])
    highest = max(found) or 1.0
    chance = random.Random(task.variation)
    return [
        option
        for paragraph, score in zip(task.paragraphs, found, strict=True)
        for option in _options_in(task, paragraph, score / highest, chance.random())
    ]


def _options_in(task: LinkTask, paragraph: Paragraph, relevance: float, tie: float) -> list[Option]:
    fit = float(_misfit(paragraph, task.code))
    made = [Option(paragraph, ADD, (1.0 + fit, -relevance * WEIGHT[ADD], 0.0, tie))]
    start = placing.place_to_wrap(paragraph.text, task.anchor)
    if start is not None:
        made.append(Option(paragraph, WRAP, (0.0, -relevance, 0.0, tie), Span(start, start + len(task.anchor))))
    asides = placing.sentences_for_aside(paragraph.text)
    if asides:
        near = scores(f"{task.anchor} {task.topic}", [("", paragraph.text[s.start : s.end]) for s in asides])
        best = asides[max(range(len(asides)), key=lambda index: (near[index], index))]
        wary = 1.0 if any("sentence" in check or "similar" in check for check in task.failed) else 0.0
        made.append(Option(paragraph, REWRITE, (1.0 + fit + wary, -relevance * WEIGHT[REWRITE], 1.0, tie), best))
    return made


def _misfit(paragraph: Paragraph, code: str) -> int:
    """0 where a further sentence reads well, more the less it would."""
    text = paragraph.text.rstrip()
    if UNFIT.search(text) or text.endswith((":", "：")):
        return 3
    if not placing.closes(text) or placing.foreign_script(text, code):
        return 2
    dense = SHORT_PARAGRAPH // 3 if placing.UNSPACED.search(text) else SHORT_PARAGRAPH
    leads_in = LISTED.match(paragraph.following) is not None
    return 1 if len(text) < dense or leads_in or text[:1] in "*_" else 0


def _chosen(task: LinkTask, options: list[Option]) -> Option:
    """The best pair never tried; when all were, the one tried least."""
    fresh = [option for option in options if not task.tried[option.pair]]
    if not fresh:
        # Wrapped words come out the same each time; a sentence can be another one.
        return min(options, key=lambda option: (option.mode == WRAP, task.tried[option.pair], option.rank))
    # A failed edit that the caller did not list as tried was the first choice: take the next.
    return fresh[1] if task.failed and not task.tried and len(fresh) > 1 else fresh[0]


def _new_text(task: LinkTask, option: Option, chance: random.Random) -> str:
    text, phrases = option.paragraph.text, phrases_for(task.code)
    if option.mode == WRAP and option.at is not None:
        return placing.wrap(text, task.anchor, option.at.start)
    if option.mode == REWRITE and option.at is not None:
        return placing.add_aside(text, option.at, placing.dressed(chance.choice(phrases.asides), task.anchor, text))
    usable = phrases.sentences + (phrases.inline if _stands_in_text(task.anchor) else ())
    if not _shared(task, option.paragraph):
        usable = phrases.apart
    phrase = chance.choice(_in_proportion(usable, task.anchor, text))
    return placing.add_sentence(text, placing.dressed(phrase, task.anchor, text))


def _in_proportion(usable: tuple[str, ...], anchor: str, text: str) -> list[str]:
    """The sentences that leave the paragraph mostly the author's; the shortest when none does."""
    room = len(text) * MOST_ADDED - len(anchor)
    by_length = sorted(usable, key=len)
    return [phrase for phrase in by_length if len(phrase) <= room] or by_length[:FEWEST_CHOICES]


def _stands_in_text(anchor: str) -> bool:
    """True for anchors that surely read well without a colon before them, because they bring their article."""
    return STANDS_IN_TEXT.match(anchor) is not None


def _shared(task: LinkTask, paragraph: Paragraph) -> list[str]:
    return shared_words(f"{task.anchor} {task.topic}", f"{paragraph.heading} {paragraph.text}")


def _reason(task: LinkTask, option: Option) -> str:
    shared = _shared(task, option.paragraph)[:5]
    why = "this paragraph shares no word with the link, but can take a pointer"
    if shared:
        why = f"this paragraph has words in common with the link ({', '.join(shared)})"
    return f"Offline writer: {why}. {DONE[option.mode]}"
