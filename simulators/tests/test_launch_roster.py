"""What an earlier launch left is ended; a process that only has its number is not."""

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.services.private import read_json, write_json
from simulators.services.roster import Roster, started


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield process
    process.kill()
    process.wait()


def test_a_recorded_process_is_ended(tmp_path: Path, sleeper: "subprocess.Popen[bytes]") -> None:
    Roster(tmp_path / "pids.json").add("worker", sleeper.pid, signal.SIGTERM)

    ended = Roster(tmp_path / "pids.json").sweep()

    assert ended == ["worker"]
    assert sleeper.wait(timeout=5) == -signal.SIGTERM
    assert not (tmp_path / "pids.json").exists()


def test_a_reused_number_is_left_alone(tmp_path: Path, sleeper: "subprocess.Popen[bytes]") -> None:
    Roster(tmp_path / "pids.json").add("worker", sleeper.pid, signal.SIGTERM)
    entries = read_json(tmp_path / "pids.json")
    entries["worker"]["started"] = entries["worker"]["started"] + "0"
    write_json(tmp_path / "pids.json", entries)

    ended = Roster(tmp_path / "pids.json").sweep()

    assert ended == []
    assert sleeper.poll() is None


def test_a_finished_process_has_no_start(sleeper: "subprocess.Popen[bytes]") -> None:
    before = started(sleeper.pid)

    sleeper.kill()
    sleeper.wait()

    assert before is not None
    assert started(sleeper.pid) is None
