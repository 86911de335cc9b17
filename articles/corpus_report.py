"""A folder of real posts through the whole chain: read, judge, weave one link, splice, examine.

It must never repair or skip a post to look better, and it proves "nothing else changed" with its own comparison
of bytes, not with the code that made the change.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter

from articles.markdown import frontmatter
from articles.markdown.links import MarkerMissing, place_marker
from articles.markdown.paragraphs import Paragraph, eligible_paragraphs
from articles.markdown.splice import apply, change_paragraph
from articles.quality.battery import examine
from articles.quality.case import LinkCase
from articles.quality.language import likely_language
from articles.quality.linkability import assess
from articles.quality.results import CheckResult
from articles.quality.scripts import primary

ATTEMPTS = 3
NOT_POSTS = {"SOURCES.md", "README.md"}
HREF = "https://handbook.example.org/guides/working-together?from=article&part=2"
ANCHORS = {
    "en": "a guide to working together",
    "ar": "دليل العمل المشترك",
    "de": "Leitfaden zur Zusammenarbeit",
    "es": "guía para trabajar en equipo",
    "fr": "guide du travail en commun",
    "hi": "साथ काम करने की मार्गदर्शिका",
    "ko": "함께 일하는 방법 안내서",
    "ru": "руководство по совместной работе",
    "zh": "协作工作指南",
}
_BLANK_LINE = re.compile(rb"(?:\r\n|\r|\n)[ \t]*(?:\r\n|\r|\n)")


@dataclass(frozen=True)
class Assignment:
    """What a writer is given: the same facts the AI gets."""

    language: str
    anchor: str
    paragraphs: Sequence[Paragraph]
    tried: Sequence["Edit"]
    failed: Sequence[CheckResult]


@dataclass(frozen=True)
class Edit:
    """A writer's answer: the whole paragraph with one `[[LINK]]anchor[[/LINK]]`."""

    paragraph_id: int
    mode: str
    new_text: str


Weave = Callable[[Assignment], Edit]


@dataclass
class Report:
    posts: int = 0
    byte_exact: int = 0
    eligible: int = 0
    integrated: int = 0
    refused: Counter[str] = field(default_factory=Counter)
    modes: Counter[str] = field(default_factory=Counter)
    attempts: Counter[int] = field(default_factory=Counter)
    failed_checks: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)
    milliseconds: list[float] = field(default_factory=list)

    def __str__(self) -> str:
        mean = sum(self.milliseconds) / max(1, self.posts)
        return "\n".join(
            [
                f"posts                {self.posts}",
                f"imported byte-exact  {self.byte_exact}",
                f"eligible             {self.eligible}",
                f"integrated           {self.integrated}  ({_listed(self.modes)})",
                f"refused              {self.refused.total()}  ({_listed(self.refused)})",
                f"attempts needed      {_listed(self.attempts)}",
                f"checks failed on the way  {_listed(self.failed_checks) or 'none'}",
                f"violations           {len(self.violations)}",
                *(f"  {violation}" for violation in self.violations),
                f"ms per post          {mean:.1f} on average, {max(self.milliseconds, default=0):.1f} at most",
            ]
        )


def report(folder: Path, weave: Weave) -> Report:
    """One link into every post under `folder` that can take one."""
    result = Report()
    likely_language("Loads the model, so that the first post does not pay for it.")
    for path in sorted(folder.rglob("*.md")):
        if path.name not in NOT_POSTS:
            _one_post(str(path.relative_to(folder)), path.read_bytes(), weave, result)
    return result


def _one_post(name: str, source: bytes, weave: Weave, result: Report) -> None:
    body = source.decode("utf-8")
    result.posts += 1
    result.byte_exact += body.encode("utf-8") == source
    language = frontmatter.read(body).language or "en"
    started = perf_counter()
    verdict = assess(body, language=language, target_host="handbook.example.org")
    if verdict.linkable:
        result.eligible += 1
        _integrate(name, body, language, weave, result)
    else:
        result.refused[verdict.code] += 1
    result.milliseconds.append((perf_counter() - started) * 1000)


def _integrate(name: str, body: str, language: str, weave: Weave, result: Report) -> None:
    anchor = ANCHORS.get(primary(language), ANCHORS["en"])
    paragraphs = eligible_paragraphs(body, language=language)
    tried: list[Edit] = []
    failed: list[CheckResult] = []
    for attempt in range(1, ATTEMPTS + 1):
        edit = weave(Assignment(language, anchor, paragraphs, tried, failed))
        tried.append(edit)
        case, failed = _judged(body, language, anchor, edit, paragraphs)
        result.failed_checks.update(check.check for check in failed)
        if case and not failed:
            _count(name, body, case, attempt, result)
            return
    reasons = "; ".join(f"{check.check} ({check.measured})" for check in failed)
    result.violations.append(f"{name}: not integrated: {reasons}")


def _count(name: str, body: str, case: LinkCase, attempt: int, result: Report) -> None:
    result.integrated += 1
    result.modes[case.change.mode] += 1
    result.attempts[attempt] += 1
    if not changed_in_one_block(body.encode(), case.candidate.encode()):
        result.violations.append(f"{name}: bytes outside one block differ")


def _judged(
    body: str, language: str, anchor: str, edit: Edit, paragraphs: Sequence[Paragraph]
) -> tuple[LinkCase | None, list[CheckResult]]:
    paragraph = next(item for item in paragraphs if item.id == edit.paragraph_id)
    try:
        new_text = place_marker(edit.new_text, HREF, anchor)
    except MarkerMissing as missing:
        return None, [CheckResult("marker", False, str(missing), "one pair of markers around the anchor")]
    change = change_paragraph(paragraph, new_text, mode=edit.mode)
    case = LinkCase(body, apply(body, change), change, HREF, anchor, language, True, [])
    return case, examine(case).failed


def changed_in_one_block(before: bytes, after: bytes) -> bool:
    """Whether all that differs lies between two blank lines: what is left of `before` and of `after` between their
    common beginning and their common end holds no blank line, so it belongs to a single block."""
    head = 0
    shortest = min(len(before), len(after))
    while head < shortest and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < shortest - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    middles = (before[head : len(before) - tail], after[head : len(after) - tail])
    return before != after and not any(_BLANK_LINE.search(middle) for middle in middles)


def _listed(counts: Counter[str] | Counter[int]) -> str:
    return ", ".join(f"{name}: {count}" for name, count in counts.most_common())
