"""One row for every call to the AI provider, with what it cost and how it ended.

Opened before the call and in its own transaction, so that a killed or rolled back job keeps its trace.
It must never hold a text that was sent or answered.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from articles import prices
from articles.clients.ai_errors import BadAnswer, Refused
from articles.models import AiEventLog
from queues.errors import Permanent, RetryLater

_OUTCOMES: dict[type[BaseException], AiEventLog.Outcome] = {
    BadAnswer: AiEventLog.Outcome.BAD_ANSWER,
    Refused: AiEventLog.Outcome.REFUSED,
    RetryLater: AiEventLog.Outcome.LATER,
    Permanent: AiEventLog.Outcome.PERMANENT,
}


@dataclass
class Notes:
    """What the caller learns from the reply; kept whatever becomes of the answer."""

    model: str = ""
    request_id: str = ""
    tokens_in: int | None = None
    tokens_cached: int | None = None
    tokens_out: int | None = None

    def cost_micro(self) -> int | None:
        if self.tokens_in is None:
            return None
        return prices.cost_micro(
            self.model,
            tokens_in=self.tokens_in,
            tokens_cached=self.tokens_cached or 0,
            tokens_out=self.tokens_out or 0,
        )


@contextmanager
def logged(*, purpose: str, subject: tuple[str, str], model: str, prompt_version: str = "") -> Iterator[Notes]:
    """Everything inside is one call. Raises RuntimeError inside a transaction: no call to others may hold one open."""
    subject_type, subject_id = subject
    with transaction.atomic(durable=True):
        row = AiEventLog.objects.create(
            purpose=purpose,
            subject_type=subject_type,
            subject_id=subject_id,
            model_asked=model,
            prompt_version=prompt_version,
            price_table=prices.TABLE,
        )
    notes, started = Notes(), time.monotonic()
    outcome, error = AiEventLog.Outcome.ANSWERED, ""
    try:
        yield notes
    except BaseException as problem:
        outcome = _OUTCOMES.get(type(problem), AiEventLog.Outcome.BROKEN_OFF)
        error = f"{type(problem).__name__}: {problem}"
        raise
    finally:
        AiEventLog.objects.filter(pk=row.pk).update(
            model_answered=notes.model,
            request_id=notes.request_id,
            tokens_in=notes.tokens_in,
            tokens_cached=notes.tokens_cached,
            tokens_out=notes.tokens_out,
            cost_micro=notes.cost_micro(),
            duration_ms=round((time.monotonic() - started) * 1000),
            outcome=outcome,
            error=error,
        )
