"""A worker process' side of the leases: renew them, beat, give back what cannot be finished.

One thread of the main process does it for all its jobs in one UPDATE each; Celery's own heart is not involved.
"""

import contextlib
import faulthandler
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import structlog
from celery.worker.state import active_requests
from django.conf import settings
from django.db import Error, connection
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Now

from queues import alerts, identity, mending, transitions
from queues.backoff import exponential
from queues.declare import QUEUES
from queues.models import Job, JobQuerySet, State, Worker
from queues.pulse import Standstill
from queues.stopping import is_stopping, stop_claiming
from queues.together import JOBS_UNDER_WAY
from queues.upkeep import run_warm_ups

log = structlog.get_logger("queues")
LAST_ROUND_SECONDS = 5
WATCH_RELAY_SECONDS = 15


@dataclass(frozen=True)
class Post:
    """What this worker serves."""

    pool: str
    queues: list[str]
    slots: int


class Keeper:
    """The thread that keeps this process' leases for as long as its jobs run."""

    def __init__(self, post: Post, exit_process: Callable[[int], None] = os._exit) -> None:
        self.post = post
        self._exit_process = exit_process
        self._left = threading.Event()
        self._round = threading.Lock()

    def start(self) -> None:
        JOBS_UNDER_WAY.lingers = True
        threading.Thread(target=self._run, name="lease-keeper", daemon=True).start()
        threading.Thread(target=run_warm_ups, args=(self.post.pool,), name="warm-up", daemon=True).start()

    def leave(self) -> None:
        """Give everything back and say goodbye; no round comes after it, for that would say that we still live."""
        self._left.set()
        last_round = self._round.acquire(timeout=LAST_ROUND_SECONDS)
        try:
            give_back_all()
            Worker.objects.filter(pk=identity.me()).delete()
        except Error as error:
            log.warning("worker_left_without_goodbye", error=str(error).strip())
        finally:
            connection.close()
            JOBS_UNDER_WAY.lingers = False
            JOBS_UNDER_WAY.rest_if_none_came()
            if last_round:
                self._round.release()

    def begin_shutdown(self) -> None:
        """Stop claiming; what still runs after JOB_SHUTDOWN_SECONDS is returned uncharged and the process ends."""
        stop_claiming()
        threading.Thread(target=self._deadline, name="shutdown-deadline", daemon=True).start()

    def _deadline(self) -> None:
        time.sleep(settings.JOB_SHUTDOWN_SECONDS)
        self._end(0, "shutdown_deadline")

    def _end(self, status: int, why: str) -> None:
        """Without Celery, which may not listen any more."""
        try:
            self.leave()
            log.warning(why, worker=identity.me())
        finally:
            self._exit_process(status)

    def _run(self) -> None:
        """Whatever goes wrong in a round is tried again in the next: without this thread every job would be lost."""
        watch_at, standstill = time.monotonic() + WATCH_RELAY_SECONDS, Standstill()
        while not self._left.is_set():
            with self._round:
                if self._left.is_set():  # while we waited for it
                    break
                try:
                    keep(self.post)
                    if time.monotonic() >= watch_at:
                        watch_at = time.monotonic() + WATCH_RELAY_SECONDS
                        alerts.watch_relay()
                except Exception as error:
                    log.warning("lease_keeper_waits", error=str(error).strip())
                    connection.close()
                    standstill.excuse()
            if not is_stopping() and standstill.is_too_long():
                faulthandler.dump_traceback()  # where it stands, for whoever reads the log
                self._end(1, "loop_stands_still")
            self._left.wait(settings.JOB_RENEWAL_SECONDS)
        connection.close()


def keep(post: Post) -> None:
    """One round; the leases first, so that no trouble with anything else lets them run out."""
    transitions.renew(identity.me(), running())
    beat(post)
    mending.release_the_dead()
    release_lost_children()
    end_overdue()
    JOBS_UNDER_WAY.rest_if_none_came()


def running() -> list[str]:
    """The tasks Celery runs in this process and its children; not one whose verdict could not be written."""
    return [request.id for request in tuple(active_requests)]


def beat(post: Post) -> None:
    """Say that this worker lives, how many of its slots are busy, and since when one is free."""
    busy = len(active_requests)  # and not the leased rows: a job over its time keeps its thread
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


def end_overdue() -> int:
    """Charge our jobs that run longer than they declared; a child that runs one is killed, a thread cannot be.

    Of a chunk it cannot be told which job ran over: each goes back uncharged, and shows itself when it travels alone.
    """
    overdue = list(_ours().overdue())
    in_chunk = Counter(job.chunk_id for job in overdue if job.chunk_id)
    ended = 0
    for job in overdue:
        if job.chunk_id and in_chunk[job.chunk_id] > 1 and job.rescues < settings.JOB_MAX_RESCUES:
            moved = transitions.send_alone(job)
        else:
            factor = QUEUES[job.queue].backoff_seconds
            moved = transitions.time_out(job, backoff_seconds=exponential(job.attempt - 1, factor))
        if moved:
            ended += 1
            _kill_child(job)
    return ended


def send_again_what_a_lost_child_took(task_id: str, args: Sequence[Any]) -> None:
    """A pool child died with this message. What it had claimed is rescued by the leases; that of a chunk names none."""
    unclaimed = len(args) == 2 and transitions.undispatch(UUID(args[0]), args[1])
    log.warning("child_lost", task=task_id, unclaimed=unclaimed)


def release_lost_children() -> int:
    """Rescue at once what a pool child of ours, now gone, was running."""
    in_children = _ours().exclude(leased_pid=os.getpid())
    pids = in_children.values_list("leased_pid", flat=True).distinct()
    gone = [pid for pid in pids if pid is not None and identity.pid_is_gone(pid)]
    return _rescue(in_children.filter(leased_pid__in=gone)) if gone else 0


def give_back_all() -> int:
    """Return every job this worker still runs, uncharged; late finishes are void."""
    given_back = 0
    for job in _ours():
        if transitions.give_back(job):
            given_back += 1
            _kill_child(job)
    return given_back


def _ours() -> JobQuerySet:
    return Job.objects.filter(state=State.ACTIVE, leased_by=identity.me())


def _rescue(jobs: JobQuerySet) -> int:
    return sum(transitions.rescue(job) for job in jobs)


def _kill_child(job: Job) -> None:
    if job.leased_pid is not None and identity.is_child(job.leased_pid):
        with contextlib.suppress(ProcessLookupError):
            os.kill(job.leased_pid, signal.SIGKILL)
