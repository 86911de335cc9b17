"""The jobs of the matrix: each works for a while, and leaves one effect in the transaction in which it finishes.

Never imported by the product; the matrix' own workers, relays and feeder register them.
"""

import os
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

import psycopg

from queues import identity, transitions
from queues.context import Context
from queues.declare import JOBS, POOLS, Payload, Queue, job
from queues.loading import register_tasks
from queues.tests import effects
from tests.crash.killpoints import Killpoints
from tests.crash.plan import SURVIVED_ENOUGH, Point

SABOTAGES = ("early-effects", "no-rescue")  # to see that the matrix finds what it looks for
_SURVIVED_ENOUGH = """
SELECT FROM queues_job WHERE (id = ANY(%s::uuid[]) OR (state = 'active' AND leased_by = %s)) AND rescues >= %s LIMIT 1
"""

POOLS |= {"crash-threads": "threads", "crash-chunks": "threads", "crash-forked": "prefork"}
THREADS = Queue("crash.threads", pool="crash-threads", concurrency=8, attempts=5, backoff_seconds=1)
CHUNKS = Queue("crash.chunks", pool="crash-chunks", concurrency=4, attempts=5, chunk=20, backoff_seconds=1)
FORKED = Queue("crash.forked", pool="crash-forked", concurrency=4, attempts=5, backoff_seconds=1)
FORKED_CHUNKS = Queue("crash.forked-chunks", pool="crash-forked", concurrency=2, attempts=5, chunk=20)


class Unlucky(Exception):
    """A run that was to fail."""


class Work(Payload):
    seconds: float = 0
    fails: int = 0
    effect: bool = True


@job(queue=THREADS, name="crash-threads", payload=Work, timeout_seconds=60)
@job(queue=CHUNKS, name="crash-chunks", payload=Work, timeout_seconds=60)
@job(queue=FORKED, name="crash-forked", payload=Work, timeout_seconds=60)
@job(queue=FORKED_CHUNKS, name="crash-forked-chunks", payload=Work, timeout_seconds=60)
def work(ctx: Context, payload: Work) -> None:
    killpoints().reach(Point.CLAIMED, ctx.job_id)
    time.sleep(payload.seconds)
    if ctx.attempt <= payload.fails:
        raise Unlucky(f"attempt {ctx.attempt} was to fail")
    if not payload.effect:
        return
    if is_sabotaged("early-effects"):
        effects.leave(ctx.job_id)
    with ctx.finishing():
        if not is_sabotaged("early-effects"):
            effects.leave(ctx.job_id)
        killpoints().reach(Point.EFFECTS, ctx.job_id)


def register() -> None:
    """Once in a process: what the rooms declare is registered already."""
    register_tasks(definition for definition in JOBS.values() if definition.name.startswith("crash-"))
    if is_sabotaged("no-rescue"):
        transitions.rescue = lambda job: False


def is_sabotaged(how: str) -> bool:
    return os.environ.get("CRASH_SABOTAGE") == how


@cache
def killpoints() -> Killpoints:
    return Killpoints(Path(os.environ["CRASH_FOLDER"]), may_die)


def may_die(jobs: Sequence[str]) -> bool:
    """Whether neither these nor the other jobs of this worker have survived so many deaths that one more is too many.

    A job whose workers die a fourth time is dead as poison, which is as it should be and not what is looked for here.
    """
    try:  # by a connection of its own: the caller may be in a transaction, or about to fork
        with psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=2) as connection:
            enough = connection.execute(_SURVIVED_ENOUGH, [list(jobs), identity.me(), SURVIVED_ENOUGH])
            return enough.fetchone() is None
    except psycopg.Error:
        return False
