"""What these tests say often: a job on file, its row now, a claim, several threads at once."""

import os
import threading
import time
from collections.abc import Callable
from typing import Any

from django.db import connection

from audit.actors import Actor
from queues import transitions
from queues.enqueue import enqueue
from queues.models import Job

OWNER = Actor("user", "1", "owner@copydesk.example")
PID = os.getpid()


def put(name: str = "test-job", payload: dict[str, Any] | None = None, **how: Any) -> Job:
    """Enqueue, and the row as it then is."""
    enqueued = enqueue(name, payload or {}, **how)
    assert enqueued.created and enqueued.job is not None
    return row(enqueued.job)


def row(job: Job) -> Job:
    return Job.objects.get(pk=job.pk)


def facts(job: Job) -> dict[str, Any]:
    """Every column, to say that nothing changed."""
    return Job.objects.filter(pk=job.pk).values().get()


def dispatched(job: Job) -> Job:
    """As if the relay had sent its message."""
    transitions.dispatch([row(job)])
    return row(job)


def claimed(job: Job, pid: int = PID) -> Job:
    """As if a worker had taken it."""
    job = dispatched(job)
    taken = transitions.claim((job.pk, job.generation), pid)
    assert taken is not None
    return taken


def outcomes(job: Job) -> list[tuple[int, str]]:
    """Number and outcome of each attempt, in order."""
    return list(job.attempts.order_by("generation").values_list("number", "outcome"))


def column(job: Job, **values: Any) -> Job:
    """Set columns as time or another process would have."""
    Job.objects.filter(pk=job.pk).update(**values)
    return row(job)


def at_once(*calls: Callable[[], Any]) -> list[Any]:
    """Each call in a thread and on a connection of its own, started together; its result or its exception."""
    results: list[Any] = [None] * len(calls)
    gate = threading.Barrier(len(calls))

    def one(place: int, call: Callable[[], Any]) -> None:
        try:
            gate.wait(5)
            results[place] = call()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=one, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    return results


def until(true: Callable[[], Any], *, seconds: float = 30, what: str | Callable[[], Any] = "it") -> None:
    """Look again and again until it is so."""
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, f"waited {seconds} s in vain for {what() if callable(what) else what}"
        time.sleep(0.02)


def terminate_other_connections() -> None:
    """What everybody else sees of a PostgreSQL that restarts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def elsewhere(call: Callable[[], Any]) -> Any:
    """The call's result on another connection; raises what it raised."""
    (result,) = at_once(call)
    if isinstance(result, Exception):
        raise result
    return result
