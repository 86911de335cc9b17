"""The processes of a side: each with a log of its own, ended and waited for, never left behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
LOCAL = ROOT / ".local" / "bench"
LOGS = LOCAL / "logs"
END_SECONDS = 40


class BenchFailed(Exception):
    """A side did not do what it was set up for."""


class Process:
    """One running command."""

    def __init__(self, name: str, command: Sequence[str], environ: Mapping[str, str]) -> None:
        LOGS.mkdir(parents=True, exist_ok=True)
        self.log = LOGS / f"{name}.log"
        with self.log.open("wb") as log:
            self._popen = subprocess.Popen(
                command, cwd=ROOT, env=dict(environ), stdout=log, stderr=log, start_new_session=True
            )
        self.pid = self._popen.pid

    def check(self) -> None:
        if self._popen.poll() is not None:
            raise BenchFailed(f"a process ended with status {self._popen.returncode}: see {self.log}")

    def kill(self) -> None:
        """SIGKILL to the whole group, as when the machine takes it away."""
        with suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)
        self._popen.wait()

    def end(self) -> None:
        """SIGTERM, and SIGKILL to what does not heed it."""
        if self._popen.poll() is None:
            self._popen.terminate()
            with suppress(subprocess.TimeoutExpired):
                self._popen.wait(END_SECONDS)
        self.kill()


class Client:
    """A command that says one line of JSON for each line it is told, and one when it is ready."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str]) -> None:
        self._command = command
        self._popen = subprocess.Popen(
            command, cwd=ROOT, env=dict(environ), text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def hear(self) -> dict[str, Any]:
        assert self._popen.stdout is not None
        line = self._popen.stdout.readline()
        if not line:
            raise BenchFailed(f"no answer from: {' '.join(self._command)}")
        return dict(json.loads(line))

    def say(self) -> None:
        assert self._popen.stdin is not None
        self._popen.stdin.write("go\n")
        self._popen.stdin.flush()

    def end(self) -> None:
        with suppress(BrokenPipeError):
            self._popen.communicate(timeout=END_SECONDS)


def ask(command: Sequence[str], environ: Mapping[str, str]) -> dict[str, Any]:
    """Run a client to its end; its one answer."""
    client = Client(command, environ)
    try:
        return client.hear()
    finally:
        client.end()


def run(command: Sequence[str], environ: Mapping[str, str], folder: Path = ROOT) -> None:
    """A preparation that must succeed; quiet when it does."""
    done = subprocess.run(
        command, cwd=folder, env=dict(environ), text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        raise BenchFailed(f"{' '.join(command)} failed:\n{done.stdout[-3000:]}")


def python(*words: str) -> Sequence[str]:
    return (sys.executable, *words)


def until(true: Callable[[], Any], *, seconds: float, what: str, every: float = 0.05) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise BenchFailed(f"waited {seconds:.0f} s in vain for {what}")
        time.sleep(every)
