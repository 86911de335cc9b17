"""How Celery runs a job, read top to bottom: claim, work, verdict.

The task's message is (job id, generation) and nothing else. Claim and verdict stand in `__call__`, outside the function
Celery's autoretry wraps; whether and when to retry is Celery's decision, making it last is ours.
"""

import os
from typing import Any, NoReturn
from uuid import UUID

import structlog
from celery import Task
from celery.exceptions import Retry
from pydantic import ValidationError

from queues import transitions
from queues.context import Context
from queues.declare import Definition
from queues.errors import Cancelled, LeaseLost, Permanent, RetryLater
from queues.models import Job
from queues.stopping import is_stopping
from queues.transitions import Fault

log = structlog.get_logger("queues")
Answer = dict[str, str]


class JobTask(Task):  # type: ignore[type-arg]
    """A Celery task whose truth is a row."""

    abstract = True

    def __call__(self, job_id: str, generation: int) -> Answer:
        if is_stopping():
            transitions.undispatch(UUID(job_id), generation)
            return {"outcome": "returned"}
        job = transitions.claim(UUID(job_id), generation, os.getpid())
        if job is None:
            return {"outcome": "stale"}
        try:
            self.run(Context(job), job.payload)
        except Exception as error:
            return _verdict(job, error)
        return {"outcome": "completed"}

    def retry(self, *_: Any, exc: Exception | None = None, countdown: float | None = None, **__: Any) -> NoReturn:
        """Celery has decided to retry `exc` after `countdown`: never publishes, the verdict writes it into the row.

        Raises `exc` itself when the attempts are used up.
        """
        assert exc is not None, "only autoretry calls this"
        if self.request.retries >= (self.max_retries or 0):
            raise exc
        raise Retry(exc=exc, when=countdown or 0)


def work_of(definition: Definition) -> Any:
    """The function Celery's autoretry wraps: the payload read, the work done, the finish made sure of."""

    def run(ctx: Context, payload: dict[str, Any]) -> None:
        try:
            parsed = definition.payload.model_validate(payload)
        except ValidationError as error:
            raise Permanent(f"the payload no longer fits {definition.name}: {error.error_count()} faults") from None
        definition.work(ctx, parsed)
        if not ctx.finished:
            with ctx.finishing():
                pass

    return run


def _verdict(job: Job, error: Exception) -> Answer:
    """Write what became of a job that did not finish; raises what Celery must see."""
    match error:
        case LeaseLost():
            log.warning("lease_lost", job=str(job.pk), name=job.name)
            return {"outcome": "lost"}
        case Cancelled():
            transitions.cancel(job, reason=_cancel_reason(job))
            return {"outcome": "cancelled"}
        case RetryLater():
            transitions.postpone(job, Fault.of(error), after_seconds=error.after_seconds)
            raise Retry(exc=error, when=error.after_seconds or 0)
        case Retry() if job.attempt < job.max_attempts:
            transitions.delay(job, Fault.of(error.exc or error), seconds=float(error.when or 0))
            raise error
        case Retry():
            error = error.exc or error
    why = "permanent" if isinstance(error, Permanent) else "attempts"
    transitions.die(job, Fault.of(error), why=why)
    raise error


def _cancel_reason(job: Job) -> str:
    return Job.objects.values_list("cancel_reason", flat=True).get(pk=job.pk)
