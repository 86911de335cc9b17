"""How Celery runs a job, read top to bottom: claim, work, verdict.

The task's message is (job id, generation), or how many are next on a chunked queue, and nothing else. Claim and verdict
stand in `__call__`, outside the function Celery's autoretry wraps; whether and when to retry is Celery's decision,
making it last is ours.
"""

import os
import time
from collections import Counter
from typing import Any, NoReturn
from uuid import UUID

import structlog
from celery import Task
from celery.exceptions import Retry
from django.db import InterfaceError, OperationalError, close_old_connections, connection
from pydantic import ValidationError

from queues import transitions
from queues.context import ChunkContext, Context
from queues.declare import Definition
from queues.errors import Cancelled, HeldBack, Hidden, LeaseLost, Permanent, RetryLater
from queues.faults import Fault
from queues.models import Job
from queues.results import STALE
from queues.stopping import is_stopping
from queues.together import JOBS_UNDER_WAY
from queues.transitions import Ended, Message

log = structlog.get_logger("queues")
CHUNK_SECONDS = 1.0  # a chunk is for small jobs: what it has no time for goes back, and to whoever is free


class JobTask(Task):  # type: ignore[type-arg]
    """A Celery task whose truth is a row."""

    abstract = True

    def __call__(self, what: str | int, generation: int = 0) -> dict[str, Any]:
        _drop_broken_connection()
        with JOBS_UNDER_WAY.one_more():
            if isinstance(what, str):
                return self._one((UUID(what), generation))
            return self._chunk(what)

    def _one(self, message: Message) -> dict[str, str]:
        if is_stopping():
            transitions.undispatch(*message)
            return {"outcome": "returned"}
        job = transitions.claim(message, os.getpid())
        if job is None:
            return STALE
        return {"outcome": self._run(job, Context(job))}

    def _chunk(self, most: int) -> dict[str, Any]:
        """The next jobs, until it has been so many or none is left: what must be alone is claimed, and ends, alone."""
        if is_stopping():
            return {"outcome": "returned"}
        until, counts = time.monotonic() + CHUNK_SECONDS, Counter[str]()
        while jobs := transitions.claim_next(self.name, most, UUID(self.request.id), os.getpid()):
            counts += self._run_together(jobs, until)
            most -= len(jobs)
            if not most or _is_over(until):
                break
        return {"outcome": "chunk", **counts} if counts else STALE

    def _run_together(self, jobs: list[Job], until: float) -> Counter[str]:
        """Each job with a verdict of its own; Celery hears of all of them as a whole."""
        ended: list[Ended] = []
        counts: Counter[str] = Counter()
        for job in jobs:
            if _is_over(until):
                counts["returned"] += transitions.give_back(job)
            else:
                counts[self._run_one_of_many(job, ended)] += 1
        if ended:
            counts["completed"] -= _finish_together(ended)
        return counts

    def _run_one_of_many(self, job: Job, ended: list[Ended]) -> str:
        try:
            return self._run(job, ChunkContext(job, ended))
        except Retry:
            return "retried"
        except (OperationalError, InterfaceError):
            raise  # not even the verdict could be written: the leases of the rest run out
        except Exception:
            log.exception(
                "failed_in_chunk", job=str(job.pk), name=job.name, queue=job.queue
            )  # Celery hears of no one job
            return "failed"

    def _run(self, job: Job, ctx: Context) -> str:
        """The work and its verdict. Raises what Celery must see."""
        self.request.retries = job.attempt - 1  # the row knows: a job of a chunk has no message of its own
        try:
            self.run(ctx, job.payload)
        except Exception as error:
            if not ctx.finished:
                return _verdict(job, error)
            log.exception("error_after_finish", job=str(job.pk), name=job.name)
        return "completed"

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
                ctx.finish()
        except SystemExit as error:  # Celery would take it for the end of the worker, and keep the message's slot
            raise RuntimeError(f"the job called exit({error.code!r})") from error
        except (OperationalError, InterfaceError) as error:
            raise RetryLater(f"PostgreSQL: {error}") from error  # it restarts, or broke a deadlock: not the job's fault

    return _hiding(definition, run) if definition.secret else run


def _hiding(definition: Definition, run: Any) -> Any:
    """The words of an error may hold what the payload keeps secret; its type alone goes on record and to Celery."""

    forever: tuple[type[Exception], ...] = (Permanent, *definition.no_retry_for)

    def run_hidden(ctx: Context, payload: dict[str, Any]) -> None:
        try:
            run(ctx, payload)
        except (Cancelled, LeaseLost):
            raise
        except RetryLater as error:
            raise RetryLater(_hidden(error), error.after_seconds) from None
        except forever as error:
            raise Permanent(_hidden(error)) from None
        except Exception as error:
            raise Hidden(_hidden(error)) from None

    return run_hidden


def _hidden(error: Exception) -> str:
    return f"{type(error).__name__}: its words are not kept, because the job is secret"


def _is_over(until: float) -> bool:
    return is_stopping() or time.monotonic() > until


def _finish_together(ended: list[Ended]) -> int:
    """Finish what the chunk left; returns how many of it could not be: asked to stop meanwhile, or lost."""
    done = transitions.complete_all(ended)
    late = [job for job, _ in ended if job.pk not in done]
    for job in late:
        try:
            Context(job).checkpoint()
        except Cancelled:
            transitions.stop(job)
        except LeaseLost:
            _lost(job)
    return len(late)


def _verdict(job: Job, error: Exception) -> str:
    """Write what became of a job that did not finish; raises what Celery must see."""
    _drop_broken_connection()
    cause = error.__cause__ if isinstance(error, Retry) and error.__cause__ is not None else error
    fault = Fault.of(cause)
    match error:
        case LeaseLost():
            return _lost(job)
        case Cancelled():
            return "cancelled" if transitions.stop(job) else _lost(job)
        case RetryLater() if isinstance(error, HeldBack) or transitions.may_postpone(job):
            since = None if isinstance(error, HeldBack) else job.outage_since
            ours = transitions.postpone(job, fault, after_seconds=error.after_seconds, since=since)
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


def _lost(job: Job) -> str:
    log.warning("lease_lost", job=str(job.pk), name=job.name)
    return "lost"


def _drop_broken_connection() -> None:
    """What broke the last task's connection, or the work's, must not break the claim or the verdict."""
    if not connection.in_atomic_block:
        close_old_connections()
