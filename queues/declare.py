"""Queues and jobs, declared once, in the `jobs` module of the room they belong to.

Workers' queues, pools and concurrency, Celery's task options and the relay's window are all read from here.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from celery.exceptions import Reject
from celery.exceptions import Retry as CeleryRetry
from django.conf import settings
from pydantic import BaseModel, ConfigDict

from queues.errors import Cancelled, LeaseLost, Permanent, RetryLater, UnknownJob

if TYPE_CHECKING:
    from queues.context import Context


class Payload(BaseModel):
    """What a job is told: ids, never objects. Unknown keys are tolerated: versions overlap in a deploy."""

    model_config = ConfigDict(extra="ignore", frozen=True, hide_input_in_errors=True)


@dataclass(frozen=True)
class Queue:
    """A named line of work.

    `concurrency`: its slots in its pool's worker; `attempts` include the first run; `chunk`: how many small jobs a
    message is worth; `retention`: how long ended jobs are kept (None: JOB_RETENTION); `alerts`: whether owners are
    called when one dies.
    """

    name: str
    pool: str
    concurrency: int
    attempts: int
    chunk: int = 1
    rate_per_minute: int | None = None
    retention: timedelta | None = None
    backoff_seconds: int = field(default_factory=lambda: settings.JOB_BACKOFF_SECONDS)
    store_results: bool = True
    alerts: bool = True

    def __post_init__(self) -> None:
        if self.chunk > 1 and self.rate_per_minute is not None:
            raise ValueError(f"queue {self.name}: jobs of a chunk go together, so that no rate can be kept")
        known = QUEUES.setdefault(self.name, self)
        if known != self:
            raise ValueError(f"queue {self.name} is declared twice")

    @property
    def broker_name(self) -> str:
        """Its name in Redis, where QUEUE_PREFIX goes before it."""
        return f"q:{self.name}"


Work = Callable[["Context", Any], None]


@dataclass(frozen=True)
class Definition:
    """A job as its room declared it. Of a `secret` one neither payload nor error text is ever shown or sent on."""

    name: str
    queue: Queue
    payload: type[Payload]
    work: Work
    timeout_seconds: int
    no_retry_for: tuple[type[Exception], ...] = ()
    every_seconds: int | None = None
    secret: bool = False
    search_keys: tuple[str, ...] = ()

    def task_options(self) -> dict[str, Any]:
        """Celery's own names for what we declare; jitter is ours (Celery's goes down to zero)."""
        return {
            "name": self.name,
            "autoretry_for": (Exception,),
            "dont_autoretry_for": (
                Reject,
                CeleryRetry,
                Permanent,
                RetryLater,
                Cancelled,
                LeaseLost,
                *self.no_retry_for,
            ),
            "retry_backoff": self.queue.backoff_seconds,
            "retry_backoff_max": settings.JOB_BACKOFF_MAX_SECONDS,
            "retry_jitter": False,
            "max_retries": self.queue.attempts - 1,
            "ignore_result": not self.queue.store_results,
            "typing": False,
        }


# Which kind of Celery pool each worker runs: threads wait well, prefork computes and contains.
POOLS = {"ai": "threads", "io": "threads", "batch": "prefork", "plugins": "prefork", "all": "threads"}
QUEUES: dict[str, Queue] = {}
JOBS: dict[str, Definition] = {}


def job(
    *, queue: Queue, name: str, payload: type[Payload], timeout_seconds: int, **more: Any
) -> Callable[[Work], Work]:
    """Declare the decorated function as the work of job `name`; it must end within `timeout_seconds`.

    `more` are the other fields of Definition. With `every_seconds` the job is on the schedule, and its payload must
    have no required fields; `search_keys` are the payload's keys that owners may search by.
    """

    def declare(work: Work) -> Work:
        definition = Definition(name, queue, payload, work, timeout_seconds, **more)
        if JOBS.setdefault(name, definition) is not definition:
            raise ValueError(f"job {name} is declared twice")
        return work

    return declare


def definition_of(name: str) -> Definition:
    try:
        return JOBS[name]
    except KeyError:
        raise UnknownJob(f"no room declares a job named {name!r}") from None


def names_of(queue: Queue) -> list[str]:
    """Of the jobs declared on it."""
    return [name for name, definition in JOBS.items() if definition.queue is queue]


def queues_of_pool(pool: str) -> list[Queue]:
    """The queues one worker serves; `all` is every queue, for small installations."""
    return [queue for queue in QUEUES.values() if pool in ("all", queue.pool)]
