"""The memory of each process with its children, in MiB; a shared page is divided by who shares it."""

import json
import threading
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median

from tests.soak.breaking import children
from tests.system import System

EVERY_SECONDS = 2.0
NOT_OURS = ("launcher", "postgres", "valkey", "stripe", "openai", "mailbox")


class Watch(threading.Thread):
    def __init__(self, system: System) -> None:
        super().__init__(daemon=True)
        self._system, self._over = system, threading.Event()
        self.seen: list[tuple[float, str, float]] = []

    def run(self) -> None:
        while not self._over.wait(EVERY_SECONDS):
            for name, pid in json.loads((self._system.home / "demo.json").read_text())["pids"].items():
                if name not in NOT_OURS:
                    self.seen.append((time.monotonic(), name, _mib(pid)))

    def stop(self) -> None:
        self._over.set()
        self.join()

    def between(self, since: float, until: float) -> Mapping[str, float]:
        """The median of each process."""
        found: dict[str, list[float]] = {}
        for at, name, mib in self.seen:
            if since <= at < until and mib:
                found.setdefault(name, []).append(mib)
        return {name: median(values) for name, values in found.items()}


def _mib(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0  # it has just ended
    own = next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0) / 1024
    return own + sum(_mib(child) for child in children(pid))
