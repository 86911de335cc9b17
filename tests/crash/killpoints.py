"""Where a worker of the matrix dies by its own hand: at the point that a file in `planned/` names for the job.

Imports nothing of the product, because the plain Celery of the control run dies here too.
"""

import os
import re
import signal
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from celery import signals
from kombu.transport.virtual import Transport

from tests.crash.kills import Kill, note
from tests.crash.plan import Point, Victim

PLANNED, FIRED = "planned", "fired"
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_deliver = Transport._deliver


class Killpoints:
    """Those of one worker process and its children; `may_die` can spare jobs that have died often enough."""

    def __init__(self, folder: Path, may_die: Callable[[Sequence[str]], bool]) -> None:
        self._folder = folder
        self._may_die = may_die
        self._main = os.getpid()
        self._message = threading.local()

    def arm(self) -> None:
        """In kombu, between the pop and its record; by Celery's own signals around the task.

        The second stands before the acknowledgement.
        """
        Transport._deliver = lambda transport, message, queue: self._popped(transport, message, queue)
        signals.task_prerun.connect(self._begun, weak=False)
        signals.task_postrun.connect(self._ended, weak=False)

    def reach(self, point: Point, job: object) -> None:
        """Called by the jobs themselves."""
        self._pass(point, str(job))

    def _popped(self, transport: Transport, message: Any, queue: Any) -> None:
        self._message.jobs = _UUID.findall(message["body"])
        for job in self._message.jobs:
            self._pass(Point.POPPED, job, of=Victim.MAIN)
        _deliver(transport, message, queue)

    def _begun(self, args: Any = (), **_: Any) -> None:
        self._message.jobs = _UUID.findall(repr(args))
        for job in self._message.jobs:
            self._pass(Point.POPPED, job, of=Victim.CHILD)

    def _ended(self, **_: Any) -> None:
        for job in self._message.jobs:
            self._pass(Point.COMMITTED, job)

    def _pass(self, point: Point, job: str, *, of: Victim | None = None) -> None:
        planned = self._folder / PLANNED / job
        if not planned.exists():
            return
        with suppress(FileNotFoundError):  # a copy of the message was here first
            wanted, victim = planned.read_text().splitlines()
            is_here = wanted == point and of in (None, victim)
            if is_here and not self._is_orphan(victim) and self._may_die(self._message.jobs):
                planned.rename(self._folder / FIRED / job)  # once, whoever comes here again
                self._kill(Point(point), Victim(victim))

    def _is_orphan(self, victim: str) -> bool:
        """Whether the main process that is to die is dead already."""
        return victim == Victim.MAIN and self._main not in (os.getpid(), os.getppid())

    def _kill(self, point: Point, victim: Victim) -> None:
        pid = os.getpid() if victim == Victim.CHILD else self._main
        note(self._folder, Kill(victim, point, pid, self._main, self._message.jobs))
        os.kill(pid, signal.SIGKILL)


def plan_death(folder: Path, job: object, point: Point, victim: Victim) -> None:
    (folder / PLANNED / str(job)).write_text(f"{point}\n{victim}")


def make_folders(folder: Path) -> None:
    for name in (PLANNED, FIRED):
        (folder / name).mkdir(parents=True, exist_ok=True)
