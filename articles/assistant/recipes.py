"""How each kind of suggestion is asked for and examined, and what text it would make.

`body` says what accepting would make of the text, or is None where accepting touches no text.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from articles.assistant import rules
from articles.assistant.answers import Answer
from articles.assistant.work import Work
from articles.markdown.inserting import PlaceNotFound
from articles.quality.draft_case import DraftCase
from articles.quality.results import Certificate, Check, CheckResult


@dataclass(frozen=True)
class Recipe:
    prompt: str
    answer: type[Answer]
    document: Callable[[Work], dict[str, Any]]
    examine: Callable[[Work, Any], Certificate]
    body: Callable[[Work, Any], str] | None = None

    @property
    def purpose(self) -> str:
        """What the model's task is called, and what its cost is booked under."""
        return self.prompt.partition(".")[0]


def words_of(work: Work, text: str, *, description: str = "") -> DraftCase:
    return DraftCase(
        title="",
        description=description,
        body=text,
        keyword="",
        points=(),
        material=work.material,
        words=0,
        language=work.article.language,
    )


def examine_edit(work: Work, body: Callable[[], str], checks: Iterable[Check[rules.Edited]]) -> list[CheckResult]:
    """What becomes of the text, judged by `checks`; a place that does not exist is a check that failed."""
    try:
        after = body()
    except PlaceNotFound as missing:
        return [rules.fits("place", False, str(missing), "a place that was offered")]
    case = rules.Edited(work.base.body, after, work.paid)
    return [check(case) for check in checks]
