"""Small jobs for this room's tests: what they do is said by the test, or by their payload.

Never imported by the product; a test process or a worker of a test registers them.
"""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from queues import subjects
from queues.context import Context
from queues.declare import JOBS, Payload, Queue, job
from queues.loading import register_tasks
from queues.tests import effects

QUEUE = Queue("test.queue", pool="io", concurrency=4, attempts=3, backoff_seconds=1)
CHUNKED = Queue("test.chunked", pool="io", concurrency=2, attempts=3, backoff_seconds=1, chunk=5)
RATED = Queue("test.rated", pool="elsewhere", concurrency=2, attempts=3, rate_per_minute=60)
FORKED = Queue("test.forked", pool="batch", concurrency=2, attempts=3, backoff_seconds=1)


class NotWorthIt(Exception):
    """Declared as not worth a second try."""


class Script:
    """What `test-job` does in this process; a test puts its function here."""

    def __init__(self) -> None:
        self.run: Callable[[Context], Any] = lambda ctx: None


SCRIPT = Script()


def say(run: Callable[[Context], Any]) -> None:
    SCRIPT.run = run


def know_things(**reactions: Callable[..., object]) -> None:
    """The subject type "thing", with these reactions alone."""
    subjects.SUBJECTS.pop("thing", None)
    subjects.register("thing", **reactions)


class Note(Payload):
    note: str = ""


class Numbered(Payload):
    number: int
    owner_id: UUID | None = None


class Slow(Payload):
    seconds: float = 0
    note: str = ""


@job(queue=QUEUE, name="test-job", payload=Note, timeout_seconds=60, no_retry_for=(NotWorthIt,))
def scripted(ctx: Context, payload: Note) -> None:
    SCRIPT.run(ctx)


@job(queue=CHUNKED, name="test-small", payload=Note, timeout_seconds=60)
def small(ctx: Context, payload: Note) -> None:
    SCRIPT.run(ctx)


@job(queue=CHUNKED, name="test-small-slow", payload=Slow, timeout_seconds=60)
def small_slow(ctx: Context, payload: Slow) -> None:
    _work(ctx, payload)


@job(queue=QUEUE, name="test-secret", payload=Note, timeout_seconds=60, secret=True, no_retry_for=(NotWorthIt,))
def secret(ctx: Context, payload: Note) -> None:
    SCRIPT.run(ctx)


@job(queue=RATED, name="test-rated", payload=Note, timeout_seconds=60)
def rated(ctx: Context, payload: Note) -> None:
    pass


@job(queue=QUEUE, name="test-numbered", payload=Numbered, timeout_seconds=60)
def numbered(ctx: Context, payload: Numbered) -> None:
    pass


@job(queue=QUEUE, name="test-slow", payload=Slow, timeout_seconds=60)
def slow(ctx: Context, payload: Slow) -> None:
    _work(ctx, payload)


@job(queue=QUEUE, name="test-overdue", payload=Slow, timeout_seconds=1)
def overdue(ctx: Context, payload: Slow) -> None:
    _work(ctx, payload)


@job(queue=FORKED, name="test-forked", payload=Slow, timeout_seconds=60)
def forked(ctx: Context, payload: Slow) -> None:
    _work(ctx, payload)


def register() -> None:
    """Once in a process: what the rooms declare is registered already."""
    register_tasks(definition for definition in JOBS.values() if definition.name.startswith("test-"))


def _work(ctx: Context, payload: Slow) -> None:
    """Work for so long, then leave one effect in the transaction of the finish."""
    time.sleep(payload.seconds)
    with ctx.finishing() as result:
        effects.leave(ctx.job_id, payload.note)
        result["note"] = payload.note
