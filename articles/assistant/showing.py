"""Suggestions as an editor reads them: what would change, word by word, and how it measures before and after.

Whatever a model or an article says is escaped; nothing here writes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from textwrap import shorten
from typing import Any

from django.utils.safestring import SafeString

from articles.assistant.asking import SUBJECT
from articles.assistant.deciding import is_overtaken, made_of, read_answer, seen_hash
from articles.assistant.optimising import facts_after
from articles.assistant.work import Work, text_or_nothing
from articles.comparing import compare
from articles.markdown.inserting import PlaceNotFound
from articles.models import Article, Suggestion
from articles.word_diff import DELETE, INSERT, difference, marked
from queues.models import Job

Kind, State = Suggestion.Kind, Suggestion.State
SHOWN = 12
LONGEST_PLACE = 80
BEGINNING, FENCES = "At the very beginning", ("---", "+++")
LATER = "Readers see it once it is approved and published."
ACCEPTING = {
    Kind.SECTION: f"It becomes a candidate version with this section added. {LATER}",
    Kind.SUMMARY: f"It becomes a candidate version that begins with these points. {LATER}",
    Kind.FAQ: f"It becomes a candidate version that ends with these. {LATER}",
    Kind.EXCERPT: "It becomes the article's description at once; it stands in no text.",
    Kind.HEADLINES: "The headline you choose becomes the article's title at once; it stands in no text.",
    Kind.TRANSLATION: "It becomes a draft article of its own, in that language, without the links sold in this one.",
    Kind.SEO: (
        "The text becomes a candidate version. Of a published article the title, the description and what is said to "
        "search engines change together with it, when it goes live; where no word of the text changes, at once."
    ),
}


@dataclass(frozen=True)
class Change:
    """Both sides with what differs marked. `place`: the beginning of what stands before it, or what is changed."""

    place: str
    before: SafeString
    after: SafeString


@dataclass(frozen=True)
class Row:
    check: str
    before: dict[str, Any]
    after: dict[str, Any]


@dataclass(frozen=True)
class Card:
    suggestion: Suggestion
    job: Job | None
    is_overtaken: bool = False
    seen_sha256: str = ""
    changes: list[Change] = field(default_factory=list)
    answer: Any = None
    rows: list[Row] = field(default_factory=list)
    accepting: str = ""

    @property
    def can_be_accepted(self) -> bool:
        return self.suggestion.state == State.PROPOSED and not self.is_overtaken and bool(self.seen_sha256)


def cards(article: Article) -> list[Card]:
    """The newest first."""
    newest = article.suggestions.select_related("base", "version__article").order_by("-id")
    return _cards(article, list(newest[:SHOWN]))


def card_of(suggestion: Suggestion) -> Card:
    return _cards(suggestion.article, [suggestion])[0]


def _cards(article: Article, suggestions: list[Suggestion]) -> list[Card]:
    keys = [str(suggestion.pk) for suggestion in suggestions]
    known = Job.objects.filter(subject_type=SUBJECT, subject_id__in=keys).order_by("id")
    jobs, text = {job.subject_id: job for job in known}, text_or_nothing(article)
    made = []
    for suggestion in suggestions:
        suggestion.article = article
        overtaken = suggestion.state == State.PROPOSED and is_overtaken(suggestion, article, text)
        made.append(_card(suggestion, jobs.get(str(suggestion.pk)), overtaken))
    return made


def _card(suggestion: Suggestion, job: Job | None, overtaken: bool) -> Card:
    if suggestion.answer is None:
        return Card(suggestion, job)
    answer = read_answer(suggestion)
    assert suggestion.base is not None  # a constraint of the table
    try:
        text = made_of(Work(suggestion.article, suggestion.base, suggestion.wish, ()), suggestion)
        seen, changes = seen_hash(suggestion, text), _changes(suggestion, answer, suggestion.base.body, text)
    except PlaceNotFound:  # an article it leads to was taken down since
        seen, changes, overtaken = "", [], True
    return Card(
        suggestion=suggestion,
        job=job,
        is_overtaken=overtaken,
        seen_sha256=seen,
        changes=changes,
        answer=answer,
        rows=_rows(suggestion),
        accepting=ACCEPTING[Kind(suggestion.kind)],
    )


def _changes(suggestion: Suggestion, answer: Any, before: str, after: str) -> list[Change]:
    """Of the facts first, then of the text."""
    was = suggestion.facts
    will_be: dict[str, str] = {}
    if suggestion.kind == Kind.EXCERPT:
        will_be = {"description": answer.description}
    if suggestion.kind == Kind.SEO:
        will_be = facts_after(suggestion.article, answer)
    facts = [_change(name.capitalize(), was[name], will_be[name]) for name in will_be if was[name] != will_be[name]]
    return [*facts, *(_text_changes(before, after) if after else ())]


def _text_changes(before: str, after: str) -> Iterator[Change]:
    """Only what is touched, each time with the end of what stands before it."""
    place = BEGINNING
    for stretch in compare(before, after).stretches:
        if stretch.is_same:
            last = unescape(stretch.rows[-1].before).strip()
            place = (
                BEGINNING if last.startswith(FENCES) else f"Behind “{shorten(last, LONGEST_PLACE, placeholder=' …')}”"
            )
            continue
        for row in stretch.rows:
            yield Change(place, row.before, row.after)
            place = ""


def _change(place: str, before: str, after: str) -> Change:
    runs = difference(before, after)
    return Change(place, marked(runs, hidden=INSERT), marked(runs, hidden=DELETE))


def _rows(suggestion: Suggestion) -> list[Row]:
    reports = suggestion.reports
    pairs = zip(reports.get("before", []), reports.get("after", []), strict=True)
    return [Row(after["check"].replace("_", " "), before, after) for before, after in pairs]
