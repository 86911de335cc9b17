"""Remembers on disk which processes are ours, and ends what an earlier launch left behind.

Never ends a process by its number alone: numbers are reused, so the start time must be the recorded one too.
"""

import contextlib
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

from simulators.services.private import read_json, write_json

SWEEP_PATIENCE_SECONDS = 10.0


class Roster:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: dict[str, Any] = {}

    def add(self, name: str, pid: int, stop_signal: signal.Signals) -> None:
        self._entries[name] = {"pid": pid, "started": started(pid), "stop_signal": int(stop_signal)}
        write_json(self._path, self._entries)

    def remove(self, name: str) -> None:
        if self._entries.pop(name, None):
            write_json(self._path, self._entries)

    def sweep(self) -> list[str]:
        """Ends the recorded processes that still run, kindly and then not; returns their names."""
        left = {name: entry for name, entry in read_json(self._path).items() if _is_ours(entry)}
        for entry in left.values():
            _send(entry["pid"], entry["stop_signal"])
        deadline = time.monotonic() + SWEEP_PATIENCE_SECONDS
        while any(map(_is_ours, left.values())) and time.monotonic() < deadline:
            time.sleep(0.05)
        for entry in filter(_is_ours, left.values()):
            kill_tree(entry["pid"])
        self._path.unlink(missing_ok=True)
        return list(left)


def kill_tree(leader: int) -> None:
    """SIGKILL to every process of the group this launcher made for `leader`."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)


def started(pid: int) -> str | None:
    """When the process began, as text to compare; None when it is gone or only waits to be reaped."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
        boot = Path("/proc/sys/kernel/random/boot_id").read_text(encoding="utf-8").strip()
    except OSError:
        return None if Path("/proc/self").exists() else _started_by_ps(pid)
    state, *fields = status.rpartition(")")[2].split()
    return None if state in "ZX" else f"{boot} {fields[18]}"


def _started_by_ps(pid: int) -> str | None:
    answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return answer.stdout.strip() or None


def _is_ours(entry: dict[str, Any]) -> bool:
    return entry["started"] is not None and started(entry["pid"]) == entry["started"]


def _send(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)
