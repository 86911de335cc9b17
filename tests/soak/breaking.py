"""Kills a process of the system every few seconds, without a word; the launcher starts another."""

import contextlib
import os
import random
import signal
import threading
from collections import Counter
from pathlib import Path

from tests.system import System

WEB_WORKER = "web worker"
VICTIMS = (WEB_WORKER, "relay", "beat", "worker-ai", "worker-io", "worker-batch", "worker-plugins", "valkey")
PAUSE_SECONDS = (3.0, 9.0)


class Breaker(threading.Thread):
    """Goes on until `calm` is set; `kills` counts by what was killed."""

    def __init__(self, system: System, chance: random.Random) -> None:
        super().__init__(daemon=True)
        self._system, self._chance = system, chance
        self.calm = threading.Event()
        self.kills: Counter[str] = Counter()

    def run(self) -> None:
        while not self.calm.wait(self._chance.uniform(*PAUSE_SECONDS)):
            victim = self._chance.choice(VICTIMS)
            # Dead already, and about to be started again.
            with contextlib.suppress(KeyError, ProcessLookupError, IndexError):
                os.kill(self._pid(victim), signal.SIGKILL)
                self.kills[victim] += 1

    def _pid(self, victim: str) -> int:
        if victim != WEB_WORKER:
            return self._system.pid(victim)
        return self._chance.choice(children(self._system.pid("web")))


def children(pid: int) -> list[int]:
    path = Path(f"/proc/{pid}/task/{pid}/children")
    return [int(child) for child in path.read_text().split()] if path.exists() else []
