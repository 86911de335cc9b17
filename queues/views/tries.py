"""The attempts at a job, as its own page and its dead letter's show them."""

from collections.abc import Iterable
from dataclasses import dataclass

from queues.models import Attempt, Outcome
from queues.showing import shown_text
from queues.timeline import ENDED, flower_link, task_id_of


@dataclass(frozen=True)
class Try:
    """An attempt as it is shown."""

    attempt: Attempt
    ended: str
    error: str
    traceback: str
    flower: str

    @property
    def seconds(self) -> float:
        return (self.attempt.finished_at - self.attempt.started_at).total_seconds()

    @property
    def is_bad(self) -> bool:
        return self.attempt.outcome not in (Outcome.COMPLETED, Outcome.RETURNED, Outcome.CANCELLED)


def shown_tries(name: str, attempts: Iterable[Attempt]) -> list[Try]:
    """Of the job so named, in the order given."""
    return [
        Try(
            attempt=attempt,
            ended=ENDED[Outcome(attempt.outcome)],
            error=shown_text(name, attempt.error),
            traceback=shown_text(name, attempt.traceback),
            flower=flower_link(task_id_of(attempt)),
        )
        for attempt in attempts
    ]
