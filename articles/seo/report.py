"""The SEO report of one text: every check with what was measured and what is allowed, and a score from 0 to 100.

The score is the weight of the checks that are met, of the weight of all that could be measured. Only the checks that
are `blocking` can keep a text from going on.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from articles.quality.results import CheckResult
from articles.seo.width import pixels

TITLE_PIXELS, DESCRIPTION_PIXELS = 600, 920
TITLE_SIZE, DESCRIPTION_SIZE = 20, 14
OPENING_WORDS, LONGEST_SLUG = 100, 75
LEAST_DENSITY, MOST_DENSITY = 0.3, 2.5  # per cent of the words
SENTENCE_WORDS = 25
SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
WORD = re.compile(r"\w+(?:['’-]\w+)*")
HEADING = re.compile(r"^#{2,6}\s+(.+?)\s*#*$", re.MULTILINE)
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)[^)]*\)")
SENTENCE_END = re.compile(r"[.!?…]+(?=\s|$)|[。！？]")
FRONT_MATTER = re.compile(r"\A---\n.*?\n---\n", re.DOTALL)
WEIGHTS = {
    "title_width": 15, "description_width": 10, "slug": 10, "keyword_in_title": 20, "keyword_in_opening": 10,
    "keyword_in_heading": 10, "keyword_density": 10, "sentence_length": 10, "internal_links": 5,
}  # fmt: skip


@dataclass(frozen=True)
class Page:
    """What is reported on. `is_slug_free`: whether no other page has this slug; `host`: the publication's own."""

    title: str
    description: str
    slug: str
    body: str
    keyword: str
    is_slug_free: bool = True
    host: str = ""


@dataclass(frozen=True)
class Report:
    results: tuple[CheckResult, ...]
    score: int

    @property
    def hard_failures(self) -> list[CheckResult]:
        return [result for result in self.results if result.blocking and not result.passed]


def report(page: Page) -> Report:
    """Raises nothing, however odd the text."""
    text = FRONT_MATTER.sub("", page.body)
    results = (
        _width("title_width", page.title, TITLE_SIZE, TITLE_PIXELS),
        _width("description_width", page.description, DESCRIPTION_SIZE, DESCRIPTION_PIXELS),
        _slug(page),
        *_keyword(page, text),
        _density(page.keyword, text),
        _sentences(text),
        _links(text, page.host),
    )
    return Report(results, _score(results))


def _width(check: str, text: str, size: int, most: int) -> CheckResult:
    """A line that is not there, or is cut off, says nothing in a list of results."""
    wide = pixels(text.strip(), size)
    return CheckResult(check, 0 < wide <= most, f"{wide} px", f"1 to {most} px", blocking=wide == 0)


def _slug(page: Page) -> CheckResult:
    well_made = bool(SLUG.fullmatch(page.slug)) and len(page.slug) <= LONGEST_SLUG
    words = page.slug if page.is_slug_free else f"{page.slug}, taken"
    limit = f"small letters, digits and hyphens, at most {LONGEST_SLUG}, of this page alone"
    return CheckResult("slug", well_made and page.is_slug_free, words, limit, blocking=True)


def _keyword(page: Page, text: str) -> Iterable[CheckResult]:
    opening = " ".join(_words(text)[:OPENING_WORDS])
    headings = HEADING.findall(text)
    places = {
        "keyword_in_title": _has(page.title, page.keyword),
        "keyword_in_opening": _has(opening, page.keyword),
        "keyword_in_heading": any(_has(heading, page.keyword) for heading in headings),
    }
    nowhere = not any(places.values())
    for check, is_there in places.items():
        hard = nowhere and check == "keyword_in_title"
        yield CheckResult(check, is_there, "yes" if is_there else "no", "yes", blocking=hard)


def _density(keyword: str, text: str) -> CheckResult:
    words, parts = _words(text), _words(keyword)
    times = sum(words[at : at + len(parts)] == parts for at in range(len(words))) if parts else 0
    share = 100 * times * len(parts) / len(words) if words else 0.0
    fits = LEAST_DENSITY <= share <= MOST_DENSITY
    return CheckResult(
        "keyword_density", fits, f"{share:.2f} %", f"{LEAST_DENSITY} to {MOST_DENSITY} %", blocking=False
    )


def _sentences(text: str) -> CheckResult:
    prose = "\n".join(line for line in text.splitlines() if not line.lstrip().startswith(("#", "|", ">", "-", "*")))
    sentences = [part for part in SENTENCE_END.split(prose) if WORD.search(part)]
    mean = len(WORD.findall(prose)) / len(sentences) if sentences else 0.0
    fits = 0 < mean <= SENTENCE_WORDS
    return CheckResult("sentence_length", fits, f"{mean:.1f} words", f"at most {SENTENCE_WORDS}", blocking=False)


def _links(text: str, host: str) -> CheckResult:
    """To pages of the publication itself."""
    own = [href for href in LINK.findall(text) if href.startswith("/") or (host and f"//{host}/" in href)]
    return CheckResult("internal_links", bool(own), str(len(own)), "at least 1", blocking=False)


def _score(results: Iterable[CheckResult]) -> int:
    met = sum(WEIGHTS[result.check] for result in results if result.passed)
    return round(100 * met / sum(WEIGHTS.values()))


def _has(text: str, keyword: str) -> bool:
    """Every word of it, in whatever order: readers search for "sharp kitchen knife" and read of keeping one sharp."""
    parts = _words(keyword)
    return bool(parts) and set(parts) <= set(_words(text))


def _words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]
