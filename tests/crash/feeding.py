"""Enqueue burst after burst, no faster than the plan says and with no deep backlog, until SIGTERM.

What was committed for certain is written to `enqueued`: each of these must have its effect once.
"""

import itertools
import signal
import threading
import time
from datetime import timedelta
from pathlib import Path

from django.db import Error, connection, transaction
from django.utils import timezone

from queues.enqueue import enqueue
from queues.models import Job, State
from queues.tests import effects
from tests.crash.killpoints import plan_death
from tests.crash.kills import ENQUEUED, TWINS, append
from tests.crash.plan import Scenario, Wish, burst

DEEPEST = 60  # jobs waiting in a queue: a rescue is measured to the next start, and nobody should stand before it


def feed(folder: Path, scenario: Scenario, seed: int) -> None:
    stopping = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    effects.create_table()
    began, fed = time.monotonic(), 0
    for number in itertools.count():
        wishes = burst(seed, number, scenario)
        while time.monotonic() - began < fed / scenario.per_second or _is_deep(wishes[0].kind.name):
            if stopping.wait(0.05):
                break
        if stopping.is_set():
            return
        fed += _enqueue(folder, wishes)


def _enqueue(folder: Path, wishes: list[Wish]) -> int:
    """How many are committed for certain."""
    try:
        with transaction.atomic():
            ids = [_one(folder, wish) for wish in wishes]
    except Error:  # PostgreSQL restarts; whether this burst was committed is unknown
        connection.close()
        return 0
    for job_id in ids:
        append(folder / ENQUEUED, job_id)
    return len(ids)


def _one(folder: Path, wish: Wish) -> str:
    payload = {"seconds": wish.kind.seconds, "fails": wish.kind.fails, "effect": wish.kind.has_effect}
    due = timezone.now() + timedelta(seconds=wish.delay_seconds) if wish.delay_seconds else None
    job = enqueue(wish.kind.name, payload, key=wish.key, run_at=due).job
    assert job is not None
    if wish.key is not None and not enqueue(wish.kind.name, payload, key=wish.key).created:
        append(folder / TWINS, wish.key)
    if wish.dies is not None:
        plan_death(folder, job.pk, *wish.dies)
    return str(job.pk)


def _is_deep(name: str) -> bool:
    try:
        waiting = Job.objects.filter(name=name, state__in=(State.WAITING, State.DISPATCHED))
        return waiting.count() > DEEPEST
    except Error:
        connection.close()
        return True
