"""Celery's beat, whose ticks are jobs: each is enqueued once for its name and tick, so two beats fire once.

The schedule is static: a job declared with `every_seconds` is in it. Beat itself keeps nothing and never speaks to
Redis.
"""

import time
from typing import Any

from celery.beat import ScheduleEntry, Scheduler
from django.db import connection

from queues.declare import JOBS
from queues.enqueue import enqueue


def static_schedule() -> dict[str, dict[str, Any]]:
    """Celery's beat_schedule, from the declarations."""
    return {
        definition.name: {"task": definition.name, "schedule": definition.every_seconds}
        for definition in JOBS.values()
        if definition.every_seconds
    }


def fire(name: str, *, now: float) -> bool:
    """Enqueue job `name` for the tick `now` (seconds since the epoch) falls into; False when that was fired already."""
    every = JOBS[name].every_seconds
    assert every, f"{name} is not scheduled"
    return enqueue(name, {}, once=f"tick:{int(now // every)}").created


class JobScheduler(Scheduler):  # type: ignore[misc]
    """Beat's scheduler (`celery -A config beat`)."""

    producer = None  # the base class would connect to the broker for it

    def install_default_entries(self, data: Any) -> None:
        """None of Celery's own: whatever runs is a job."""

    def apply_async(self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **_: Any) -> None:
        try:
            fire(entry.task, now=time.time())
        finally:
            connection.close()
