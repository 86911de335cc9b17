"""The jobs that are measured. Only the bench's processes declare them; the product never sees them.

BENCH_SERVE names the queues this process' worker serves, BENCH_POOL how, BENCH_SLOTS how many of each at once.
"""

import os
import time

from bench.jobs import marks
from queues.context import Context
from queues.declare import JOBS, POOLS, Payload, Queue, job
from queues.loading import register_tasks

SERVED = os.environ.get("BENCH_SERVE", "").split(",")
SLOTS = os.environ.get("BENCH_SLOTS")
POOLS["bench"] = os.environ.get("BENCH_POOL", "threads")
POOLS["elsewhere"] = "threads"


def _queue(name: str, slots: int, *, chunk: int = 1, store_results: bool = False) -> Queue:
    return Queue(
        name,
        pool="bench" if name in SERVED else "elsewhere",
        concurrency=int(SLOTS or slots),
        attempts=5,
        chunk=chunk,
        store_results=store_results,
    )


SINGLE = _queue("bench.single", 20)
RESULTS = _queue("bench.results", 20, store_results=True)
CHUNKED = _queue("bench.chunked", 4, chunk=50)
BIG_CHUNKS = _queue("bench.big-chunks", 4, chunk=500)
PICKUP = _queue("bench.pickup", 10)
SLEEP = _queue("bench.sleep", 50)


class Numbered(Payload):
    number: int
    seconds: float = 0.1


@job(queue=SINGLE, name="bench-single", payload=Numbered, timeout_seconds=60)
@job(queue=RESULTS, name="bench-results", payload=Numbered, timeout_seconds=60)
@job(queue=CHUNKED, name="bench-chunked", payload=Numbered, timeout_seconds=60)
@job(queue=BIG_CHUNKS, name="bench-big-chunks", payload=Numbered, timeout_seconds=60)
def nothing(ctx: Context, payload: Numbered) -> None:
    """When it ran is in its row."""


@job(queue=PICKUP, name="bench-pickup", payload=Numbered, timeout_seconds=60)
def pickup(ctx: Context, payload: Numbered) -> None:
    marks.leave("s", payload.number)


@job(queue=SLEEP, name="bench-sleep", payload=Numbered, timeout_seconds=60)
def sleep(ctx: Context, payload: Numbered) -> None:
    marks.leave("s", payload.number)
    time.sleep(payload.seconds)
    marks.leave("e", payload.number)


def register() -> None:
    """Once in a process: what the rooms declare is registered already."""
    register_tasks(definition for definition in JOBS.values() if definition.name.startswith("bench-"))
