"""A worker process' side of the leases: renew them, beat, give back what cannot be finished.

One thread of the main process does it for all its jobs in one UPDATE each; Celery's own heart is not involved.
"""

import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.models import F, QuerySet, Value
from django.db.models.functions import Coalesce, Now

from queues import identity, transitions
from queues.models import Job, State, Worker
from queues.stopping import stop_claiming

log = structlog.get_logger("queues")


@dataclass(frozen=True)
class Post:
    """What this worker serves."""

    pool: str
    queues: list[str]
    slots: int


def take_post(post: Post) -> None:
    """Begin: free at once what dead predecessors on this host had leased, show ourselves, keep the leases."""
    release_dead_predecessors()
    beat(post)
    threading.Thread(target=_keep, args=(post,), name="lease-keeper", daemon=True).start()


def leave_post() -> None:
    """End: nobody needs to wait for our leases."""
    give_back_all()
    Worker.objects.filter(pk=identity.me()).delete()
    connection.close()


def begin_shutdown(exit_process: Callable[[int], None] = os._exit) -> None:
    """Stop claiming; what still runs after JOB_SHUTDOWN_SECONDS is returned uncharged and the process ends."""
    stop_claiming()
    threading.Thread(target=_deadline, args=(exit_process,), name="shutdown-deadline", daemon=True).start()


def _deadline(exit_process: Callable[[int], None]) -> None:
    time.sleep(settings.JOB_SHUTDOWN_SECONDS)
    leave_post()
    log.warning("shutdown_deadline", worker=identity.me())
    exit_process(0)


def _keep(post: Post) -> None:
    while True:
        try:
            transitions.renew(identity.me())
            release_lost_children()
            beat(post)
        except DatabaseError as error:
            log.warning("lease_keeper_waits", error=str(error).strip())
            connection.close()
        time.sleep(settings.JOB_RENEWAL_SECONDS)


def beat(post: Post) -> None:
    """Say that this worker lives, how many of its slots are busy, and since when one is free."""
    busy = Job.objects.filter(state=State.ACTIVE, leased_by=identity.me()).count()
    free_since = Coalesce(F("free_since"), Now()) if busy < post.slots else Value(None)
    updated = Worker.objects.filter(pk=identity.me()).update(busy=busy, beat_at=Now(), free_since=free_since)
    if not updated:
        Worker.objects.create(
            identity=identity.me(),
            host=identity.HOST,
            pid=os.getpid(),
            pool=post.pool,
            queues=post.queues,
            slots=post.slots,
            busy=busy,
            free_since=Now() if busy < post.slots else None,
        )


def release_dead_predecessors() -> int:
    """Rescue at once what processes of this host, now gone, had leased."""
    leased = Job.objects.filter(state=State.ACTIVE, leased_by__startswith=f"{identity.HOST}:")
    gone = [who for who in leased.values_list("leased_by", flat=True).distinct() if identity.is_gone(who)]
    Worker.objects.filter(pk__in=gone).delete()
    return _rescue(leased.filter(leased_by__in=gone)) if gone else 0


def release_lost_children() -> int:
    """Rescue at once what a pool child of ours, now gone, was running."""
    ours = Job.objects.filter(state=State.ACTIVE, leased_by=identity.me()).exclude(leased_pid=os.getpid())
    pids = ours.values_list("leased_pid", flat=True).distinct()
    gone = [pid for pid in pids if pid is not None and identity.pid_is_gone(pid)]
    return _rescue(ours.filter(leased_pid__in=gone)) if gone else 0


def give_back_all() -> int:
    """Return every job this worker still runs, uncharged; late finishes are void."""
    ours = Job.objects.filter(state=State.ACTIVE, leased_by=identity.me())
    return sum(transitions.give_back(job) for job in ours)


def _rescue(jobs: QuerySet[Job]) -> int:
    return sum(transitions.rescue(job) for job in jobs)
