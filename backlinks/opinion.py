"""An edit that passed, read by the model as an editor would: its opinion stands in the certificate and decides nothing.

It sees the paragraph before and after, never the address behind the link. Without it an order goes on just the same.
"""

from typing import Annotated, Any

import structlog
from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field

from articles.clients.ai import BadAnswer, Refused, ask, prompt_of
from articles.markdown.links import markdown_link
from articles.markdown.splice import Change
from articles.quality.results import CheckResult
from backlinks.models import Order
from queues.errors import Permanent, RetryLater

log = structlog.get_logger("backlinks")
CHECK = "editors_opinion"
PURPOSE, PROMPT_VERSION = "review_edit", "review_edit.v1"
GOOD = 60


class Opinion(BaseModel):
    """What the model answers."""

    model_config = ConfigDict(extra="forbid")

    score: Annotated[int, Field(ge=0, le=100)]
    remark: Annotated[str, Field(max_length=300)]


def opinion_of(change: Change, order: Order) -> tuple[CheckResult, ...]:
    """One result, a warning at most; none where no editor is wanted, or where it cannot be asked."""
    if not settings.AI_EDITOR:
        return ()
    try:
        answer = ask(
            purpose=PURPOSE,
            subject=("order", str(order.pk)),
            prompt=prompt_of("backlinks", PROMPT_VERSION),
            document=_document(change, order),
            answer=Opinion,
            is_needed=False,
        )
    except (RetryLater, Permanent, Refused, BadAnswer) as problem:
        log.warning("no_opinion", order=str(order.pk), error=type(problem).__name__)
        return ()
    opinion = answer.parsed
    measured = f"{opinion.score} of 100. {opinion.remark}".strip()
    return (CheckResult(CHECK, opinion.score >= GOOD, measured, f"at least {GOOD} of 100", blocking=False),)


def _document(change: Change, order: Order) -> dict[str, Any]:
    link = markdown_link(order.target_url, order.anchor_text)
    return {
        "task": PURPOSE,
        "language": order.article.language,
        "heading": change.heading,
        "anchor": order.anchor_text,
        "before": change.before,
        "after": change.after.replace(link, order.anchor_text),
    }
