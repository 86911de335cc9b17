"""`manage.py selftest` as an operator runs it, beside a system that works and beside one without a relay."""

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.system import ROOT, System, until

MEASURED = r"(?:\d+ ms|\d+\.\d s|\d+ s)"
WORDS = [
    r"Redis: answers",
    r"relay: 1 is running",
    r"workers: 4 serve all \d+ queues",
    rf"enqueued: job [0-9a-f-]{{36}} in {MEASURED}",
    rf"picked up: after {MEASURED}",
    rf"completed: after another {MEASURED}, by [\w.-]+:\d+:\d+",
    r"statistics: enqueued [\d,]+ → [\d,]+, completed [\d,]+ → [\d,]+, per hour \d+ → \d+, 0 missing",
    rf"history: (?:written by a relay {MEASURED} later|written already)",
    rf"made to fail: attempt 1 of 2 did after {MEASURED}",
    rf"retried: {MEASURED} later",
    rf"dead letter: after {MEASURED}, with its queue, its payload and 2 errors",
    rf"noted: dead-letter-received completed after {MEASURED}",
    r"replayed: job [0-9a-f-]{36}, on record with its reason",
    rf"completed then: after {MEASURED}",
    r"dead letters left: 0 of this run",
    rf"/admin/queues/: 200 in {MEASURED}",
    rf"/admin/queues/selftest/: 200 in {MEASURED}",
    rf"/admin/queues/selftest/jobs/[0-9a-f-]{{36}}/: 200 in {MEASURED}",
    rf"/admin/queues/dlq/: 200 in {MEASURED}",
    rf"/admin/queues/schedule/: 200 in {MEASURED}",
    rf"/admin/queues/alerts/: 200 in {MEASURED}",
    rf"/api/owner/queues: 200 in {MEASURED}, the same counts as the database of \d+ queues?",
    r"GET changes nothing: 5 write addresses refuse it",
    r"strangers: refused at 7 of 7 addresses",
]


def selftest(system: System) -> subprocess.CompletedProcess[str]:
    """By a process that knows what an operator's would: the same settings as the system's own."""
    environ = {
        "PATH": os.environ["PATH"],
        "SECRET_KEY": json.loads((system.home / "secrets.json").read_text())["SECRET_KEY"],
        "DATABASE_URL": system.demo["database_url"],
        "REDIS_URL": system.demo["redis_url"],
        "SITE_URL": system.demo["site"],
    }
    command = [sys.executable, "manage.py", "selftest", "--no-color"]
    return subprocess.run(command, cwd=ROOT, env=environ, capture_output=True, text=True, timeout=110, check=False)


def has_relay(system: System) -> bool:
    return bool(system.http.get(system.demo["site"] + "/readyz").json()["checks"]["relay"])


@pytest.fixture
def no_relay(system: System) -> Iterator[None]:
    """Stopped and not killed, because the launcher would start it again; seen as gone once its last beat is old."""
    relay = system.pid("relay")
    os.kill(relay, signal.SIGSTOP)
    try:
        until(lambda: not has_relay(system), 30, "the relay missed")
        yield
    finally:
        os.kill(relay, signal.SIGCONT)
        until(lambda: has_relay(system), 30, "the relay back")


def test_beside_a_system_that_works_every_line_is_true_and_measured(system: System):
    until(lambda: has_relay(system), 30, "a relay")

    ran = selftest(system)

    *said, last = ran.stdout.splitlines()
    assert (ran.returncode, last) == (0, f"all {len(WORDS)} lines are true"), ran.stdout + ran.stderr
    assert [line for line, words in zip(said, WORDS, strict=True) if not re.fullmatch(f"ok    {words}", line)] == []
    left = system.rows("SELECT state, count(*) AS n FROM queues_job WHERE queue = 'selftest' GROUP BY state")
    assert [row["state"] for row in left] == ["completed"]
    assert system.rows("SELECT * FROM queues_alert WHERE about = 'selftest'") == []
    assert system.rows("SELECT * FROM mail_emaillog WHERE subject_type = 'alert'") == []


@pytest.mark.usefixtures("no_relay")
def test_beside_a_system_without_a_relay_it_fails_and_names_it(system: System):
    ran = selftest(system)

    untrue = [line for line in ran.stdout.splitlines() if line.startswith("FAIL")]
    assert ran.returncode == 1 and "CommandError: 2 of 14 lines are untrue" in ran.stderr, ran.stdout + ran.stderr
    assert untrue[0] == "FAIL  relay: none has beaten for 15 s: start `manage.py relay`"
    assert untrue[1].startswith("FAIL  picked up: not within 20 s.")
    assert untrue[1].endswith("No relay is running: nothing is handed to the workers.")
    live = "SELECT FROM queues_job WHERE queue = 'selftest' AND state NOT IN ('completed', 'cancelled')"
    assert system.rows(live) == []
