"""Up to three edits by the model, each judged by the whole battery, until one passes.

The model is shown paragraphs and never the article; it never sees the customer's notes and never writes an address.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Literal

from django.conf import settings
from pydantic import BaseModel, ConfigDict

from articles.clients.ai import Answer, BadAnswer, Refused, ask, moderate, prompt_of
from articles.markdown.links import MarkerMissing, place_marker
from articles.markdown.paragraphs import Paragraph, eligible_paragraphs
from articles.markdown.splice import apply, change_paragraph
from articles.models import Article, ArticleVersion
from articles.quality.battery import examine
from articles.quality.case import LinkCase
from articles.quality.results import Certificate
from articles.quality.scope import base_published
from backlinks.candidates import candidates_of, paragraphs_of_others
from backlinks.integration import Proposal, QualityRefused, waiting_order
from backlinks.models import Order
from backlinks.opinion import opinion_of
from backlinks.targets import read_target
from queues.errors import Permanent

PROMPT_VERSION = "weave_link.v1"
ATTEMPTS = 3
MOST_PARAGRAPHS = 60
FEWEST_PARAGRAPHS = 2
EARLIER_COMPARED = 20

Progress = Callable[[int, str], None]


class WovenLink(BaseModel):
    """What the model answers."""

    model_config = ConfigDict(extra="forbid")

    paragraph_id: int
    mode: Literal["wrap", "rewrite_sentence", "add_sentence"]
    new_text: str
    reason: str


@dataclass
class Task:
    """One order's link in one published text, with what was tried and what was wrong with it."""

    order: Order
    regeneration: int
    base: ArticleVersion | None
    text: str
    paragraphs: dict[int, Paragraph]
    earlier: list[str]
    tried: list[dict[str, Any]]
    failed: list[dict[str, str]] = field(default_factory=list)

    def document(self, attempt: int) -> dict[str, Any]:
        shown = [
            {"id": item.id, "heading": item.heading, "text": item.source, "following": item.following}
            for item in self.paragraphs.values()
        ]
        return {
            "task": "weave_link",
            "language": self.order.article.language,
            "anchor": self.order.anchor_text,
            "target_topic": read_target(self.order.target_url, allow_http=True).topic,
            "paragraphs": shown,
            "tried": self.tried,
            "failed_checks": self.failed,
            "variation": f"{self.order.pk}:{self.regeneration}:{attempt}",
        }


def propose(order_id: str, regeneration: int, *, progress: Progress) -> Proposal:
    """An edit of the text published now that passes every check. Nothing is written.

    Raises NothingToWrite, QualityRefused, Permanent (no paragraph, or the model will not) or RetryLater.
    """
    return _until_one_passes(_task(waiting_order(order_id, regeneration), regeneration), progress)


def propose_in_new(order: Order, regeneration: int, text: str, *, progress: Progress) -> Proposal:
    """The same for a text that is not an article yet; raises likewise."""
    return _until_one_passes(_task_in(text, None, order, regeneration), progress)


def _until_one_passes(task: Task, progress: Progress) -> Proposal:
    best: Proposal | None = None
    for attempt in range(1, ATTEMPTS + 1):
        progress(10 + 25 * (attempt - 1), "Writing the link into a paragraph" if attempt == 1 else "Trying another way")
        try:
            proposal = _attempt(task, attempt)
        except (BadAnswer, MarkerMissing) as problem:
            task.failed = [{"check": "answer", "measured": str(problem), "limit": "an answer as described"}]
            continue
        progress(25 * (attempt - 1) + 30, "Checking the result")
        if proposal.certificate.passed:
            _refuse_objectionable(proposal)
            progress(95, "Passed every check")
            return _with_opinion(proposal)
        best = _better(best, proposal)
        task.failed = [result.feedback() for result in proposal.certificate.failed]
    raise QualityRefused(f"no edit passed: {', '.join(failed['check'] for failed in task.failed)}", best)


def _task(order: Order, regeneration: int) -> Task:
    base = order.article.published_version
    assert base is not None  # a constraint: published articles have one
    return _task_in(base.body, base, order, regeneration)


def _task_in(text: str, base: ArticleVersion | None, order: Order, regeneration: int) -> Task:
    paragraphs = eligible_paragraphs(text, language=order.article.language)
    if not paragraphs:
        raise Permanent("the text has no paragraph left that could take a link")
    others = paragraphs_of_others(order)
    free = [item for item in paragraphs if item.source not in others]
    usable = free if len(free) >= FEWEST_PARAGRAPHS else paragraphs
    candidates = candidates_of(order)
    changes = [version.change for version in candidates if version.change]
    ids = {item.source: item.id for item in paragraphs}
    tried = [{"paragraph_id": ids[it["before"]], "mode": it["mode"]} for it in changes if it["before"] in ids]
    return Task(
        order=order,
        regeneration=regeneration,
        base=base,
        text=text,
        paragraphs={item.id: item for item in usable[:MOST_PARAGRAPHS]},
        earlier=[change["after"] for change in changes[-EARLIER_COMPARED:]],
        tried=tried,
    )


def _attempt(task: Task, attempt: int) -> Proposal:
    reply = _ask(task, attempt)
    answer = reply.parsed
    paragraph = task.paragraphs.get(answer.paragraph_id)
    if paragraph is None:
        raise BadAnswer(f"there is no paragraph {answer.paragraph_id}")
    task.tried.append({"paragraph_id": answer.paragraph_id, "mode": answer.mode})
    order = task.order
    text = place_marker(answer.new_text, order.target_url, order.anchor_text)
    change = change_paragraph(paragraph, text, mode=answer.mode)
    body = apply(task.text, change)
    case = LinkCase(
        base=task.text,
        candidate=body,
        change=change,
        href=order.target_url,
        anchor=order.anchor_text,
        language=order.article.language,
        base_is_published=_is_published(task),
        earlier=task.earlier,
        notes=order.customer_notes,
    )
    return Proposal(order, task.regeneration, task.base, body, change, _certificate(task, case), reply.model)


def _certificate(task: Task, case: LinkCase) -> Certificate:
    """Of a text that is new it says nothing about one that is published."""
    certificate = examine(case)
    if task.base is not None:
        return certificate
    return Certificate(tuple(result for result in certificate.results if result.check != base_published.name))


def _is_published(task: Task) -> bool:
    return Article.objects.filter(pk=task.order.article_id, published_version=task.base).exists()


def _refuse_objectionable(proposal: Proposal) -> None:
    """What the provider's moderation objects to is for staff, not for another try."""
    if settings.OPENAI_MODERATION:
        verdict = moderate(proposal.change.after, subject=("order", str(proposal.order.pk)))
        if verdict.flagged:
            raise Permanent(f"moderation objects to the text: {', '.join(verdict.categories)}")


def _with_opinion(proposal: Proposal) -> Proposal:
    results = proposal.certificate.results + opinion_of(proposal.change, proposal.order)
    return replace(proposal, certificate=Certificate(results))


def _ask(task: Task, attempt: int) -> Answer[WovenLink]:
    try:
        return ask(
            purpose="weave_link",
            subject=("order", str(task.order.pk)),
            prompt=prompt_of("backlinks", PROMPT_VERSION),
            document=task.document(attempt),
            answer=WovenLink,
        )
    except Refused as refusal:
        raise Permanent(f"the model would not write this: {refusal}") from refusal


def _better(best: Proposal | None, other: Proposal) -> Proposal:
    if best is None or len(other.certificate.failed) < len(best.certificate.failed):
        return other
    return best
