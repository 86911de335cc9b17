"""`python -m bench.peers.celery_client APP MODE JOB N [SECONDS]`: enqueues for a Celery peer, and says what it took.

Modes: `one` by `delay`; `trickle` at random intervals; `load` fills the queue from one real message, copied under new
ids; `warm` the same on the queue that warms up; `ready` waits for N workers; `release` lets them at the queue `bench`.
"""

import json
import sys
import time
import uuid
from collections.abc import Iterator
from importlib import import_module
from typing import Any

import django
from celery import Celery

from bench.jobs import clienting
from bench.peers import celery_tasks

WARM_UP = 300
AT_ONCE = 1000
START_SECONDS = 60


def main(app: Celery, mode: str, job: str, n: int, seconds: float) -> None:
    task = getattr(celery_tasks, job)
    match mode:
        case "one":
            for number in range(WARM_UP):
                task.delay(number, seconds)
            clienting.say(**clienting.timed(lambda: [task.delay(number, seconds) for number in range(n)]))
        case "trickle":
            clienting.say(sent=list(_trickle(task, n)))
        case "load" | "warm":
            _fill(app, task, "warm" if mode == "warm" else "bench", n, seconds)
            clienting.say(loaded=n)
        case "ready":
            clienting.say(ready=_until_ready(app, n))
        case "release":
            clienting.say(workers=len(app.control.add_consumer("bench", reply=True, timeout=2)))


def _trickle(task: Any, n: int) -> Iterator[int]:
    for number in clienting.spaced(n):
        at = time.monotonic_ns()
        task.delay(number, 0.0)
        yield at


def _until_ready(app: Celery, workers: int) -> int:
    deadline = time.monotonic() + START_SECONDS
    while (there := len(app.control.ping(timeout=0.5))) < workers and time.monotonic() < deadline:
        pass
    if there < workers:
        raise TimeoutError(f"{there} of {workers} workers answer")
    return there


def _fill(app: Celery, task: Any, queue: str, n: int, seconds: float) -> None:
    """Publishing one by one would take longer than what is measured; how a backlog came to be is not."""
    task.apply_async((0, seconds), queue="pattern")
    with app.connection_for_write() as connection:
        redis = connection.default_channel.client
        pattern = redis.lpop("pattern")
        for first in range(0, n, AT_ONCE):
            numbers = range(first, min(first + AT_ONCE, n))
            redis.lpush(queue, *(_copy(pattern, queue, number, seconds) for number in numbers))


def _copy(pattern: bytes, queue: str, number: int, seconds: float) -> str:
    message, id = json.loads(pattern), str(uuid.uuid4())
    message["headers"].update(id=id, root_id=id, argsrepr=repr((number, seconds)))
    message["properties"].update(correlation_id=id, delivery_tag=str(uuid.uuid4()), body_encoding="utf-8")
    message["properties"]["delivery_info"]["routing_key"] = queue
    embed = {"callbacks": None, "errbacks": None, "chain": None, "chord": None}
    message["body"] = json.dumps([[number, seconds], {}, embed])
    return json.dumps(message)


if __name__ == "__main__":
    if "results" in sys.argv[1]:
        django.setup()  # as the site that enqueues would be
    main(
        import_module(sys.argv[1]).app,
        sys.argv[2],
        sys.argv[3],
        int(sys.argv[4]),
        float(sys.argv[5]) if len(sys.argv) > 5 else 0.0,
    )
