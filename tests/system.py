"""A whole Copydesk started by its own launcher in a folder of its own, and handles on its processes and data."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx2 as httpx
import psycopg
from psycopg.rows import dict_row
from redis import Redis

from simulators.services.binaries import find_postgres
from simulators.services.ports import free_port
from tests.environment import DEFAULTS

ROOT = Path(__file__).resolve().parent.parent
START_SECONDS = 90
PATIENCE = 3  # a machine that has other work is slow, not wrong
RUN = secrets.token_hex(3)  # in every name, so that journeys may run again on a system under way
OURS = tuple(DEFAULTS)
Value = TypeVar("Value")
BRIEFLY = httpx.Limits(keepalive_expiry=1)  # the site ends an idle connection after two seconds, perhaps just now


class System:
    """Addresses and sign-ins of `demo.json`, read anew because process ids change when one is restarted."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.demo: dict[str, Any] = self._read()
        self.http = httpx.Client(timeout=30, limits=BRIEFLY)

    def _read(self) -> dict[str, Any]:
        return dict(json.loads((self.home / "demo.json").read_text()))

    def pid(self, process: str) -> int:
        return int(self._read()["pids"][process])

    def kill(self, process: str, number: int = signal.SIGKILL) -> int:
        """Send a signal to one process; returns the pid it had."""
        pid = self.pid(process)
        os.kill(pid, number)
        return pid

    def control(self, stand_in: str, path: str = "/_control", **switches: Any) -> Any:
        """Set a stand-in's switches."""
        base = self.demo[stand_in].removesuffix("/v1")
        answer = self.http.post(base + path, json=switches)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def rows(self, sql: str, *parameters: Any) -> list[dict[str, Any]]:
        with psycopg.connect(self.demo["database_url"], row_factory=dict_row) as connection:
            return list(connection.execute(sql, parameters).fetchall())

    def manage(self, *words: str, **settings: str) -> "subprocess.CompletedProcess[str]":
        """As an operator runs it beside the system, with PostgreSQL's programs of the server's own version."""
        environ = {
            "PATH": os.pathsep.join([str(find_postgres().path.parent), os.environ["PATH"]]),
            "SECRET_KEY": json.loads((self.home / "secrets.json").read_text())["SECRET_KEY"],
            "DATABASE_URL": self.demo["database_url"],
            "REDIS_URL": self.demo["redis_url"],
            "SITE_URL": self.demo["site"],
        }
        command = [sys.executable, "manage.py", *words]
        given = {"cwd": ROOT, "env": environ | settings}
        return subprocess.run(command, **given, capture_output=True, text=True, timeout=300, check=False)

    def wipe_redis(self) -> None:
        with Redis.from_url(self.demo["redis_url"]) as redis:
            redis.flushall()

    def messages(self, to: str) -> list[dict[str, Any]]:
        """The emails that arrived for `to`, newest first."""
        every = self.http.get(self.demo["mailbox"] + "/messages.json").json()["messages"]
        return [message for message in every if to in message["to"]]


def until(fact: Callable[[], Value], seconds: float, what: str) -> Value:
    """The first true answer of `fact`, which takes `seconds` at most where nothing else runs; fails naming `what`
    when there is none in PATIENCE times as long.
    """
    deadline = time.monotonic() + PATIENCE * seconds
    while True:
        answer = fact()
        if answer:
            return answer
        assert time.monotonic() < deadline, f"{what}: not within {PATIENCE} x {seconds} s; last answer {answer!r}"
        time.sleep(0.1)


@contextmanager
def launched(home: Path, **settings: str) -> Iterator[System]:
    """`launch demo` in `home`, until its purchase was played; stopped as Ctrl-C stops it."""
    with _launched("demo", home, "Open it as", settings) as running:
        yield running


@contextmanager
def launched_empty(home: Path, **settings: str) -> Iterator[System]:
    """`launch run` in `home`: nothing is added but the people who sign in."""
    with _launched("run", home, "Ctrl-C stops everything", settings) as running:
        yield running


@contextmanager
def _launched(verb: str, home: Path, last_words: str, settings: dict[str, str]) -> Iterator[System]:
    environ = {name: value for name, value in os.environ.items() if name not in OURS} | settings
    command = [sys.executable, "-m", "simulators.launch", verb, "--home", str(home), "--port", str(free_port())]
    log = home.parent / f"{home.name}.log"
    with log.open("w") as output:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT)
        try:
            until(lambda: _said(process, log, last_words), START_SECONDS, f"launch {verb} to say: {last_words}")
            yield System(home)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(timeout=120)


def _said(process: subprocess.Popen[bytes], log: Path, last_words: str) -> bool:
    text = log.read_text()
    assert process.poll() is None, f"the launch ended early:\n{text[-4000:]}"
    assert "The purchase stopped" not in text, text[-4000:]
    return last_words in text
