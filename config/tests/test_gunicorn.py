"""The line that the web process writes for each request: enough to look for trouble, and no key to anything."""

import json
import os
import subprocess
import sys
import tempfile
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from gunicorn.config import Config
from gunicorn.glogging import SafeAtoms

from config import gunicorn


def line(path: str) -> dict[str, str]:
    answer = SimpleNamespace(status="200 OK", sent=512, headers=[("X-Request-ID", "abc")])
    asked = SimpleNamespace(headers=[("REFERER", "https://x.example/?access=ord_planted")])
    where, _, query = path.partition("?")
    environ = {
        "REQUEST_METHOD": "GET",
        "RAW_URI": path,
        "PATH_INFO": where,
        "QUERY_STRING": query,
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "203.0.113.7",
    }
    logger = gunicorn.Lines(Config())
    atoms = SafeAtoms(logger.atoms(answer, asked, environ, timedelta(seconds=1.5)))
    return dict(json.loads(gunicorn.access_log_format % atoms))


def test_what_goes_wrong_before_there_is_a_request_is_one_line_too(capsys):
    """Such as an address longer than any it takes: whoever likes can send those."""
    logger = gunicorn.Lines(Config())

    logger.warning("Invalid request from ip=%s: %s", "203.0.113.7", "Request Line is too large")

    written = capsys.readouterr().err.splitlines()
    assert len(written) == 1
    assert written[0].endswith("[WARNING] Invalid request from ip=203.0.113.7: Request Line is too large")


def test_it_says_what_was_asked_and_how_it_went():
    told = line("/orders/1/?access=ord_planted")

    assert told.pop("seconds").startswith("1.5")
    assert told == {
        "event": "request",
        "method": "GET",
        "path": "/orders/1/",
        "status": "200",
        "bytes": "512",
        "request_id": "abc",
    }


@pytest.mark.parametrize(
    ("path", "shown"),
    [
        ("/accounts/invitation/MQ/planted/", "/accounts/invitation/[masked]"),
        ("/certificates/c-7/planted/text.md", "/certificates/[masked]"),
        ('/a"b', '/a"b'),
    ],
)
def test_keys_in_a_path_are_masked(path, shown):
    assert line(path)["path"] == shown


@pytest.fixture
def tmp(monkeypatch, tmp_path):
    monkeypatch.setenv(gunicorn.FOLDER, "")
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield tmp_path
    gunicorn.on_exit(None)


def old(folder: Path) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "counter_1.db").write_bytes(b"1")
    os.utime(folder, (0, 0))
    return folder


def test_its_processes_count_in_a_folder_that_goes_with_them(tmp):
    gunicorn.on_starting(None)
    folder = Path(os.environ[gunicorn.FOLDER])
    was_there = folder.is_dir()
    gunicorn.on_exit(None)

    assert was_there and folder.parent == tmp and not folder.exists()


def test_the_folder_of_a_server_that_was_killed_goes_with_the_next_start(tmp):
    left, fresh = old(tmp / "copydesk-metrics-left"), tmp / "copydesk-metrics-fresh"
    another = old(tmp / "somebodys")
    fresh.mkdir()

    gunicorn.on_starting(None)

    assert not left.exists() and fresh.exists() and another.exists()


def test_the_folder_of_a_server_that_runs_stays_until_its_last_process_ends(tmp):
    lines = (
        "import os, sys",
        "from config import gunicorn",
        "gunicorn.on_starting(None)",
        "print(os.environ[gunicorn.FOLDER], flush=True)",
        "os.fork() and os.kill(os.getpid(), 9)",
        "sys.stdin.read()",
    )
    environ = {**os.environ, gunicorn.FOLDER: "", "TMPDIR": str(tmp)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True, "env": environ}
    with subprocess.Popen([sys.executable, "-c", "\n".join(lines)], **pipes) as server:
        folder = old(Path(server.stdout.readline().strip()))
        server.wait(10)
        gunicorn.on_starting(None)
        gunicorn.on_exit(None)
        was_there = folder.exists()
        server.stdin.close()
        server.stdout.read()  # until its child has ended
    os.environ[gunicorn.FOLDER] = ""

    gunicorn.on_starting(None)

    assert was_there and not folder.exists()


def test_a_folder_that_is_given_is_taken_and_left(monkeypatch, tmp_path):
    monkeypatch.setenv(gunicorn.FOLDER, str(tmp_path))

    gunicorn.on_starting(None)
    gunicorn.on_exit(None)

    assert os.environ[gunicorn.FOLDER] == str(tmp_path) and tmp_path.is_dir()
