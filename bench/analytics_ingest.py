"""How many events a second the door takes in batches of 50 on this machine, and whether a killed server loses any.

The web server, its clients and PostgreSQL share the machine's cores.
"""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from http.client import HTTPConnection, HTTPException
from itertools import count
from uuid import UUID

from django.db import connection

from queues.ids import uuid7
from simulators.services.ports import free_port

BATCH, CLIENTS = 50, 6
AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
READY_SECONDS, SLOWEST_SECONDS = 60, 30
_address = count()


@dataclass(frozen=True)
class Taken:
    """`acknowledged`: the ids of events whose batch was answered 202; `sent` began, answered or not."""

    seconds: float
    sent: int
    acknowledged: list[UUID]

    @property
    def per_second(self) -> float:
        return len(self.acknowledged) / self.seconds


class Server:
    """gunicorn as the Procfile starts it."""

    def __init__(self) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        command += ["--workers", "2", "--threads", "4", "--log-level", "error", "--no-control-socket"]
        environ = {**os.environ, "TRUSTED_PROXIES": "1", "LOG_LEVEL": "WARNING", "DATABASE_POOL": "true"}
        self._process = subprocess.Popen(command, env=environ, start_new_session=True)
        deadline = time.monotonic() + READY_SECONDS
        while not self._answers():
            assert time.monotonic() < deadline, "the web server does not answer"
            time.sleep(0.2)

    def _answers(self) -> bool:
        try:
            http = HTTPConnection("127.0.0.1", self.port, timeout=5)
            http.request("GET", "/healthz")
            return http.getresponse().status == 200
        except (OSError, HTTPException):
            return False

    def kill(self) -> None:
        """Every process of it, at once, without a word."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def take(server: Server, batches: int, *, kill_after: float | None = None) -> Taken:
    """Send them from CLIENTS at once; with `kill_after` the server is killed after so many seconds, under way."""
    left, lock = iter(range(batches)), threading.Lock()
    acknowledged: list[UUID] = []
    sent = [0]

    def client() -> None:
        http = HTTPConnection("127.0.0.1", server.port, timeout=SLOWEST_SECONDS)
        while True:
            with lock:
                if next(left, None) is None:
                    return
                sent[0] += BATCH
            ids, body = _batch()
            try:
                http.request("POST", "/api/analytics/ingest", body, _headers())
                answer = http.getresponse()
                told = json.loads(answer.read())
            except (OSError, HTTPException):
                return  # killed
            assert answer.status == 202 and told["accepted"] == BATCH, told
            with lock:
                acknowledged.extend(ids)

    began = time.monotonic()
    threads = [threading.Thread(target=client) for _ in range(CLIENTS)]
    for thread in threads:
        thread.start()
    if kill_after is not None:
        time.sleep(kill_after)
        server.kill()
    for thread in threads:
        thread.join()
    return Taken(time.monotonic() - began, sent[0], acknowledged)


def lost(taken: Taken) -> int:
    """How many acknowledged events are not in the table."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM analytics_analyticsevent WHERE id = ANY(%s)", [taken.acknowledged])
        return len(taken.acknowledged) - int(cursor.fetchone()[0])


def _headers() -> dict[str, str]:
    """From an address of its own each: the limit is not what is measured."""
    number = next(_address)
    address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
    return {"Content-Type": "text/plain", "User-Agent": AGENT, "X-Forwarded-For": address}


def _batch() -> tuple[list[UUID], bytes]:
    ids = [uuid7() for _ in range(BATCH)]
    path = f"/articles/tea/?at={datetime.now(UTC):%H}"
    common = {"path": path, "referrer": "https://search.example/", "utm": {"source": "letter"}}
    events = [{"id": str(id), "type": "page_view", **common} for id in ids]
    return ids, json.dumps({"events": events}).encode()
