"""Real relays and workers for a test, on the test's own database and a Redis database of their own."""

import os
import signal
import subprocess
import sys
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from django.db import connection

from queues.tests.given import until

PROJECT = Path(__file__).resolve().parent.parent.parent
QUICK = {
    "JOB_LEASE_SECONDS": "1.5",
    "JOB_RENEWAL_SECONDS": "0.3",
    "JOB_REDISPATCH_SECONDS": "1",
    "JOB_BACKOFF_SECONDS": "1",
    "JOB_SHUTDOWN_SECONDS": "2",
    "JOB_START_WAIT_SECONDS": "0",
    "RELAY_TICK_SECONDS": "0.1",
}


class Process:
    """`manage.py` with the sample jobs; what it says is in `said()`."""

    def __init__(self, arguments: list[str], environ: dict[str, str]) -> None:
        self._log = tempfile.TemporaryFile("w+")  # noqa: SIM115 - open as long as the process
        command = [sys.executable, "-m", "queues.tests.worker_process", *arguments]
        self.popen = subprocess.Popen(
            command, cwd=PROJECT, env=environ, stdout=self._log, stderr=self._log, start_new_session=True
        )

    def said(self) -> str:
        with open(f"/proc/self/fd/{self._log.fileno()}", encoding="utf-8", errors="replace") as log:
            return log.read()

    def until_said(self, words: str) -> None:
        until(lambda: words in self.said() or self.popen.poll() is not None, what=f"{words!r} in:\n{self.said()}")
        assert words in self.said(), self.said()

    def kill(self) -> None:
        """SIGKILL to the main process; its children are left to themselves, as after a crash."""
        self.popen.kill()
        self.popen.wait()

    def end(self) -> int:
        """SIGTERM; the exit status."""
        self.popen.send_signal(signal.SIGTERM)
        return self.popen.wait(20)


class Stage:
    """Starts processes and ends them all, with the groups they lead."""

    def __init__(self, redis_url: str) -> None:
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}")
        self.environ = {
            **os.environ,
            **QUICK,
            "DATABASE_URL": urlunsplit(database),
            "REDIS_URL": redis_url,
            "QUEUE_PREFIX": f"test-{uuid.uuid4()}",
        }
        self._started: list[Process] = []

    def start(self, *arguments: str, **environ: str) -> Process:
        process = Process(list(arguments), {**self.environ, **environ})
        self._started.append(process)
        return process

    def relay(self) -> Process:
        return self.start("relay")

    def worker(self, pool: str = "io") -> Process:
        return self.start("worker", pool)

    def clear(self) -> None:
        for process in self._started:
            with suppress(ProcessLookupError):
                os.killpg(process.popen.pid, signal.SIGKILL)
            process.popen.wait()
        for process in self._started:
            print(process.said())  # pytest shows it when the test has failed


@contextmanager
def stage(redis_url: str) -> Iterator[Stage]:
    made = Stage(redis_url)
    try:
        yield made
    finally:
        made.clear()
