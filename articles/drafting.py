"""Up to three drafts by the model, each judged by the whole battery, until one passes. Nothing is written here.

The model is shown the brief as data; what it answers is text to be judged, never something to be published by itself.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import yaml
from django.conf import settings
from pydantic import BaseModel, ConfigDict

from articles import archive
from articles.clients.ai import Answer, BadAnswer, Refused, ask, moderate, prompt_of
from articles.models import Brief
from articles.quality.draft_battery import examine_draft
from articles.quality.draft_case import DraftCase
from articles.quality.results import Certificate
from articles.seo import report as seo
from queues.errors import Permanent

PROMPT_VERSION = "write_article.v1"
PURPOSE = "write_article"
ATTEMPTS = 3
MOST_MODERATED = 30_000

Progress = Callable[[int, str], None]


class WrittenArticle(BaseModel):
    """What the model answers."""

    model_config = ConfigDict(extra="forbid")

    title: str
    description: str
    body: str


@dataclass(frozen=True)
class Draft:
    """A whole article that was judged, and which model wrote it. `body` is without front matter."""

    brief: Brief
    title: str
    description: str
    body: str
    certificate: Certificate
    author: str

    @property
    def source(self) -> str:
        """The Markdown source a version keeps, with its front matter."""
        return with_front_matter(
            self.body,
            title=self.title,
            description=self.description,
            language=self.brief.language,
            topic=self.brief.niche,
        )


class DraftRefused(Permanent):
    """No draft passed its checks; `best` is the least bad, for staff to read (None when none could be read at all)."""

    def __init__(self, message: str, best: Draft | None) -> None:
        super().__init__(message)
        self.best = best


@dataclass
class _Task:
    brief: Brief
    subject: tuple[str, str]
    variation: str
    failed: list[dict[str, str]] = field(default_factory=list)

    def document(self, attempt: int) -> dict[str, Any]:
        brief = self.brief
        about = {"topic": brief.topic, "niche": brief.niche, "keyword": brief.keyword, "points": brief.points}
        return {
            "task": PURPOSE,
            "language": brief.language,
            "words": brief.words,
            "tone": brief.get_tone_display(),
            "brief": about,
            "sources": brief.sources,
            "failed_checks": self.failed,
            "variation": f"{self.variation}:{attempt}",
        }


def with_front_matter(body: str, *, title: str, description: str, language: str, topic: str) -> str:
    """A new text's Markdown source, for a body without front matter."""
    matter = {"title": title, "description": description, "language": language}
    if topic:
        matter["topic"] = topic
    written = yaml.safe_dump(matter, allow_unicode=True, sort_keys=False, width=10_000)
    return f"---\n{written}---\n\n{body.strip()}\n"


def draft(brief: Brief, *, subject: tuple[str, str], variation: str, progress: Progress) -> Draft:
    """An article for the brief that passes every check; `subject` is what its calls are charged to.

    Raises DraftRefused, Permanent (the model will not) or RetryLater.
    """
    task, best = _Task(brief, subject, variation), None
    for attempt in range(1, ATTEMPTS + 1):
        progress(5 + 20 * (attempt - 1), "Writing the article" if attempt == 1 else "Writing it another way")
        try:
            made = _attempt(task, attempt)
        except BadAnswer as problem:
            task.failed = [{"check": "answer", "measured": str(problem), "limit": "an answer as described"}]
            continue
        progress(20 * attempt, "Checking the article")
        if made.certificate.passed:
            _refuse_objectionable(made, subject)
            return made
        if best is None or len(made.certificate.failed) < len(best.certificate.failed):
            best = made
        task.failed = [result.feedback() for result in made.certificate.failed]
    raise DraftRefused(f"no draft passed: {', '.join(failed['check'] for failed in task.failed)}", best)


def _attempt(task: _Task, attempt: int) -> Draft:
    reply = _ask(task, attempt)
    brief, written = task.brief, reply.parsed
    case = DraftCase(
        title=written.title,
        description=written.description,
        body=written.body,
        keyword=brief.keyword,
        points=tuple(brief.points),
        material=brief.material,
        words=brief.words,
        language=brief.language,
        archive=archive.nearest(written.body, besides=brief.article),
        may_link=not brief.subject_type,
    )
    certificate = Certificate((*examine_draft(case).results, *_seo(brief, written).results))
    return Draft(brief, written.title, written.description, written.body, certificate, reply.model)


def _seo(brief: Brief, written: WrittenArticle) -> seo.Report:
    host = urlsplit(settings.SITE_URL).netloc
    page = seo.Page(written.title, written.description, brief.article.slug, written.body, brief.keyword, host=host)
    return seo.report(page)


def _ask(task: _Task, attempt: int) -> Answer[WrittenArticle]:
    try:
        return ask(
            purpose=PURPOSE,
            subject=task.subject,
            prompt=prompt_of("articles", PROMPT_VERSION),
            document=task.document(attempt),
            answer=WrittenArticle,
        )
    except Refused as refusal:
        raise Permanent(f"the model would not write this: {refusal}") from refusal


def _refuse_objectionable(made: Draft, subject: tuple[str, str]) -> None:
    """What the provider's moderation objects to is for staff, not for another try."""
    if settings.OPENAI_MODERATION:
        verdict = moderate(made.source[:MOST_MODERATED], subject=subject)
        if verdict.flagged:
            raise Permanent(f"moderation objects to the text: {', '.join(verdict.categories)}")
