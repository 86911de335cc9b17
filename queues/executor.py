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
from django.db import InterfaceError, OperationalError, close_old_connections, connection
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
        _drop_broken_connection()
        if is_stopping():
            transitions.undispatch(UUID(job_id), generation)
            return {"outcome": "returned"}
        job = transitions.claim(UUID(job_id), generation, os.getpid())
        if job is None:
            return {"outcome": "stale"}
        ctx = Context(job)
        try:
            self.run(ctx, job.payload)
        except Exception as error:
            if not ctx.finished:
                return _verdict(job, error)
            log.exception("error_after_finish", job=job_id, name=job.name)
        return {"outcome": "completed"}

    def retry(self, *_: Any, exc: Exception | None = None, countdown: float | None = None, **__: Any) -> NoReturn:
        """Celery has decided to retry `exc` after `countdown`: never publishes, the verdict writes it into the row.

        Raises `exc` itself when the attempts are used up.
        """
        assert exc is not None, "only autoretry calls this"
        if self.request.retries >= (self.max_retries or 0):
            raise exc
        # As its cause, because Retry.exc is only what can be pickled of it.
        raise Retry(exc=exc, when=countdown or 0) from exc  # type: ignore[arg-type]


def work_of(definition: Definition) -> Any:
    """The function Celery's autoretry wraps: the payload read, the work done, the finish made sure of."""

    def run(ctx: Context, payload: dict[str, Any]) -> None:
        try:
            parsed = definition.payload.model_validate(payload)
        except ValidationError as error:
            raise Permanent(f"the payload no longer fits {definition.name}: {error.error_count()} faults") from None
        try:
            definition.work(ctx, parsed)
            if not ctx.finished:
                with ctx.finishing():
                    pass
        except SystemExit as error:  # Celery would take it for the end of the worker, and keep the message's slot
            raise RuntimeError(f"the job called exit({error.code!r})") from error
        except (OperationalError, InterfaceError) as error:
            raise RetryLater(f"PostgreSQL: {error}") from error  # it restarts, or broke a deadlock: not the job's fault

    return run


def _verdict(job: Job, error: Exception) -> Answer:
    """Write what became of a job that did not finish; raises what Celery must see."""
    _drop_broken_connection()
    cause = error.__cause__ if isinstance(error, Retry) and error.__cause__ is not None else error
    fault = Fault.of(cause)
    match error:
        case LeaseLost():
            return _lost(job)
        case Cancelled():
            return {"outcome": "cancelled"} if transitions.stop(job) else _lost(job)
        case RetryLater() if transitions.may_postpone(job):
            ours = transitions.postpone(job, fault, after_seconds=error.after_seconds)
            cause = Retry(exc=error, when=error.after_seconds or 0)  # type: ignore[arg-type]
        case Retry() if job.attempt < job.max_attempts:
            ours = transitions.delay(job, fault, seconds=float(error.when or 0))  # type: ignore[arg-type]
            cause = error
        case _:
            ours = transitions.die(job, fault, why=_why(job, cause))
    if not ours:
        return _lost(job)
    raise cause


def _why(job: Job, error: BaseException) -> str:
    if isinstance(error, RetryLater):
        return "outage"
    return "permanent" if isinstance(error, Permanent) or job.attempt < job.max_attempts else "attempts"


def _lost(job: Job) -> Answer:
    log.warning("lease_lost", job=str(job.pk), name=job.name)
    return {"outcome": "lost"}


def _drop_broken_connection() -> None:
    """What broke the last task's connection, or the work's, must not break the claim or the verdict."""
    if not connection.in_atomic_block:
        close_old_connections()
