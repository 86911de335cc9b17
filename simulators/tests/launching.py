"""A toy Copydesk of tiny processes, and the launcher run on it as people run it: as a command."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]

GIVEN = {
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/given",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "STRIPE_SECRET_KEY": "sk_test_given",
    "OPENAI_API_KEY": "sk-given",
    "EMAIL_URL": "smtp://127.0.0.1:1",
}
PROCFILE = """
# one process a line
web: python web.py ${PORT:-1}
worker-ai: python worker.py
release: python manage.py migrate
"""
WEB = """
import http.server, os, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200 if self.path == "/healthz" else 404)
        self.end_headers()
        self.wfile.write(os.environ["DATABASE_URL"].encode())
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""
WORKER = """
import signal, sys
signal.signal(signal.SIGTERM, lambda *_: (print("worker leaves", flush=True), sys.exit(0)))
while True:
    signal.pause()
"""
MANAGE = """
import json, sys
if sys.argv[1] == "sample_people":
    people = ("owner", "editor", "customer")
    print(json.dumps({name: {"email": name + "@example.org", "password": "x"} for name in people}))
else:
    print(sys.argv[1], "done")
"""


def eventually(fact: Callable[[], Any], *, seconds: float = 60) -> Any:
    """The first truthy answer of `fact`; fails when there is none in time."""
    deadline = time.monotonic() + seconds
    while not (answer := fact()):
        assert time.monotonic() < deadline, f"not so within {seconds} s"
        time.sleep(0.02)
    return answer


def toy_project(folder: Path, *, procfile: str = PROCFILE) -> Path:
    folder.mkdir()
    files = {"Procfile": procfile, "web.py": WEB, "worker.py": WORKER, "manage.py": MANAGE, "requirements.txt": ""}
    for name, content in files.items():
        (folder / name).write_text(content, encoding="utf-8")
    return folder


def launch(*words: object, environ: Mapping[str, str] = GIVEN) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-m", "simulators.launch", *map(str, words)],
        cwd=ROOT,
        env={**bare_environ(), **environ},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def bare_environ() -> dict[str, str]:
    """Ours, without what the test run itself was given."""
    return {name: value for name, value in os.environ.items() if name not in {*GIVEN, "SECRET_KEY", "PORT"}}


def demo_of(home: Path) -> dict[str, Any]:
    """demo.json once it is written."""
    path = home / "demo.json"
    eventually(path.exists)
    return dict(json.loads(path.read_text(encoding="utf-8")))


def fetch(port: int, path: str) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()
    finally:
        connection.close()
