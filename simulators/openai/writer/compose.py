"""A new article from nothing but its brief: the sources' own paragraphs under the brief's own points.

It must never invent prose. Where the sources do not carry the length, or a point finds nothing in them, what comes out
is an outline that says it is not publishable.
"""

import random
import re
from dataclasses import dataclass
from typing import Any

from simulators.openai.writer.markup import sentences
from simulators.openai.writer.relevance import scores
from simulators.openai.writer.task import BadTask

NOT_PUBLISHABLE = "Outline by the offline writer, not publishable: the brief's sources do not carry the article."
LEAST_SHARE, MOST_SHARE = 0.86, 1.2
LONGEST_DESCRIPTION = 155
FEWEST_WORDS = 15
WORD = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")
MARKUP = re.compile(r"^\s*(?:[#>|*+~`-]|\d+[.)]\s)|[\[\]<>{}`|]|https?://|\bwww\.", re.MULTILINE)


@dataclass(frozen=True)
class Commission:
    """The brief as it arrives; everything in it is data."""

    topic: str
    keyword: str
    points: tuple[str, ...]
    sources: tuple[str, ...]
    words: int
    variation: str


@dataclass(frozen=True)
class Written:
    title: str
    description: str
    body: str


def read_commission(given: dict[str, Any]) -> Commission:
    """Raises BadTask when something is missing or of the wrong kind."""
    try:
        brief = given["brief"]
        points, sources = tuple(map(str, brief["points"])), tuple(map(str, given.get("sources", ())))
        made = Commission(
            topic=str(brief["topic"]),
            keyword=str(brief["keyword"]),
            points=points,
            sources=sources,
            words=int(given["words"]),
            variation=str(given.get("variation", "")),
        )
    except (KeyError, TypeError, ValueError) as problem:
        raise BadTask(f"not a write_article task: {type(problem).__name__} {problem}") from problem
    if not made.topic.strip() or not points:
        raise BadTask("a write_article task needs a topic and at least one point")
    return made


def compose(task: Commission) -> Written:
    paragraphs = [text for source in task.sources for text in plain_paragraphs(source)]
    sections = _sections(task, paragraphs) if len(paragraphs) > len(task.points) else None
    if sections is None:
        return _outline(task)
    opening, under = sections
    parts = [*opening]
    for point, chosen in zip(task.points, under, strict=True):
        parts += [f"## {point}", *chosen]
    return Written(task.topic, _description(task, opening), "\n\n".join(parts))


def plain_paragraphs(source: str) -> list[str]:
    """Plain prose only, each once and in one line."""
    found = [" ".join(text.split()) for text in re.split(r"\n\s*\n", source) if not MARKUP.search(text)]
    return [text for text in dict.fromkeys(found) if len(WORD.findall(text)) >= FEWEST_WORDS]


def _sections(task: Commission, paragraphs: list[str]) -> tuple[list[str], list[list[str]]] | None:
    """The opening, and what stands under each point; None where the material does not reach."""
    chance = random.Random(task.variation)
    free = dict(enumerate(paragraphs))
    opening = [_take(free, f"{task.topic} {task.keyword}", chance)]
    under: list[list[str]] = []
    for point in task.points:
        if not free or not max(_found(free, point).values()):
            return None
        under.append([_take(free, point, chance)])
    places = [*zip(task.points, under, strict=True), (f"{task.topic} {task.keyword}", opening)]
    while free and _count(opening, under) < task.words:
        wanted, shortest = min(places, key=lambda place: sum(map(len, place[1])))
        shortest.append(_take(free, wanted, chance))
    share = _count(opening, under) / task.words
    return (opening, under) if LEAST_SHARE <= share <= MOST_SHARE else None


def _take(free: dict[int, str], wanted: str, chance: random.Random) -> str:
    """One of the two nearest paragraphs, so that another variation comes out differently."""
    found = _found(free, wanted)
    nearest = sorted(free, key=lambda number: (-found[number], number))[:2]
    usable = [number for number in nearest if found[number] >= found[nearest[0]] * 0.6]
    return free.pop(chance.choice(usable))


def _found(free: dict[int, str], wanted: str) -> dict[int, float]:
    return dict(zip(free, scores(wanted, [("", text) for text in free.values()]), strict=True))


def _count(opening: list[str], under: list[list[str]]) -> int:
    return sum(len(WORD.findall(text)) for texts in [opening, *under] for text in texts)


def _description(task: Commission, opening: list[str]) -> str:
    """The opening's first sentence where it is short enough; else the topic, which is the brief's own word."""
    first = sentences(opening[0])[0]
    said = opening[0][first.start : first.end]
    return said if len(said) <= LONGEST_DESCRIPTION else task.topic


def _outline(task: Commission) -> Written:
    points = "\n\n".join(f"## {point}\n\n- {point}" for point in task.points)
    return Written(task.topic, task.topic, f"{NOT_PUBLISHABLE}\n\n{points}")
