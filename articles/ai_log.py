"""One row for every call to the AI provider, with what it cost and how it ended.

Opened before the call and in its own transaction, so that a killed or rolled back job keeps its trace.
It must never hold a text that was sent or answered.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from articles import ai_breaker, ai_budgets, prices
from articles.clients.ai_errors import BadAnswer, QuotaSpent, Refused
from articles.models import AiEventLog
from queues.errors import Permanent, RetryLater

# Of any other end it is not known what it cost (see ai_budgets.UNKNOWN_END).
_OUTCOMES: dict[type[BaseException], AiEventLog.Outcome] = {
    BadAnswer: AiEventLog.Outcome.BAD_ANSWER,
    Refused: AiEventLog.Outcome.REFUSED,
    RetryLater: AiEventLog.Outcome.LATER,
    QuotaSpent: AiEventLog.Outcome.LATER,
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


@dataclass(frozen=True)
class Call:
    """What is known before it is made. `most_micro` is what it may cost at most, None when that is unknown."""

    purpose: str
    subject: tuple[str, str]
    model: str
    prompt_version: str = ""
    most_micro: int | None = None


@contextmanager
def logged(call: Call) -> Iterator[Notes]:
    """Everything inside is one call. Raises RuntimeError inside a transaction: no call to others may hold one open.

    Raises HeldBack, and nothing inside is done, while a budget is spent or the breaker is open.
    """
    row, is_trial = _opened(call)
    notes, started = Notes(), time.monotonic()
    outcome, error = AiEventLog.Outcome.ANSWERED, ""
    ended: BaseException | None = None
    try:
        yield notes
    except BaseException as problem:
        ended = problem
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
        ai_breaker.learn(ended, is_trial=is_trial)


def _opened(call: Call) -> tuple[AiEventLog, bool]:
    """The row, and whether this call is the one that tries a spent quota. What is held back leaves no row."""
    try:
        with transaction.atomic(durable=True):
            is_trial = ai_breaker.enter()
            ai_budgets.make_room(subject=call.subject, most_micro=call.most_micro)
            row = AiEventLog.objects.create(
                purpose=call.purpose,
                subject_type=call.subject[0],
                subject_id=call.subject[1],
                model_asked=call.model,
                prompt_version=call.prompt_version,
                price_table=prices.TABLE,
                reserved_micro=call.most_micro,
            )
    except ai_budgets.BudgetSpent as spent:
        ai_budgets.tell_staff(spent)
        raise
    return row, is_trial
