"""The launcher on a toy project: what it starts, says, restarts, refuses and ends."""

import os
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators.services.ports import free_port, is_free
from simulators.services.roster import started
from simulators.tests.launching import GIVEN, PROCFILE, demo_of, eventually, fetch, launch, toy_project


class Launched:
    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.project = toy_project(folder / "project")
        self.port = free_port()
        self.process = self.again()

    def again(self) -> "subprocess.Popen[str]":
        return launch("run", "--home", self.home, "--project", self.project, "--port", self.port)

    def pid(self, name: str) -> int:
        return int(demo_of(self.home)["pids"][name])


@pytest.fixture
def launched(tmp_path: Path) -> Iterator[Launched]:
    launched = Launched(tmp_path)
    yield launched
    launched.process.kill()
    launched.process.communicate()


def test_everything_runs_and_demo_json_says_where(launched: Launched) -> None:
    demo = demo_of(launched.home)

    assert fetch(launched.port, "/healthz") == (200, GIVEN["DATABASE_URL"])
    assert demo["site"] == f"http://127.0.0.1:{launched.port}"
    assert demo["admin"] == f"http://127.0.0.1:{launched.port}/admin/"
    assert (demo["database_url"], demo["redis_url"]) == (GIVEN["DATABASE_URL"], GIVEN["REDIS_URL"])
    assert demo["stripe"] == "https://api.stripe.com"
    assert demo["mailbox"] is None
    assert demo["owner"] == {"email": "owner@example.org", "password": "x"}
    assert set(demo["pids"]) == {"launcher", "web", "worker-ai"}
    assert stat.S_IMODE((launched.home / "demo.json").stat().st_mode) == 0o600


def test_a_killed_process_comes_back_and_is_recorded(launched: Launched) -> None:
    killed = launched.pid("worker-ai")

    os.kill(killed, signal.SIGKILL)

    eventually(lambda: launched.pid("worker-ai") != killed if "worker-ai" in demo_of(launched.home)["pids"] else False)
    assert started(launched.pid("worker-ai")) is not None


def test_sigterm_stops_every_process_and_keeps_the_sign_ins(launched: Launched) -> None:
    pids = demo_of(launched.home)["pids"]

    launched.process.send_signal(signal.SIGTERM)

    said, _ = launched.process.communicate(timeout=60)
    assert launched.process.returncode == 0, said
    assert [name for name, pid in pids.items() if started(pid)] == []
    assert (launched.home / "logs" / "worker-ai.log").read_text() == "worker leaves\n"
    assert demo_of(launched.home)["pids"] == {}
    assert demo_of(launched.home)["customer"]["email"] == "customer@example.org"


def test_children_die_with_a_launcher_that_is_killed(launched: Launched) -> None:
    pids = demo_of(launched.home)["pids"]

    launched.process.kill()
    launched.process.wait()

    eventually(lambda: not any(started(pid) for pid in pids.values()))
    assert is_free(launched.port)


def test_a_second_launch_on_the_same_home_is_refused(launched: Launched) -> None:
    demo_of(launched.home)

    second = launched.again()

    said, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert said == (
        f"error: {launched.home} is in use by the launch with process id {launched.process.pid}. Stop that one "
        f"(Ctrl-C there, or kill {launched.process.pid}), or give this one another --home.\n"
    )


def test_a_taken_port_is_refused_by_its_number(launched: Launched, tmp_path: Path) -> None:
    demo_of(launched.home)

    second = launch("run", "--home", tmp_path / "other", "--project", launched.project, "--port", launched.port)

    said, _ = second.communicate(timeout=60)
    assert second.returncode == 1
    assert f"port {launched.port} on 127.0.0.1 is taken" in said
    assert not (tmp_path / "other" / "demo.json").exists()


def test_a_process_that_cannot_start_is_named_with_the_end_of_its_log(tmp_path: Path) -> None:
    broken = PROCFILE + "beat: python -c 'raise SystemExit(\"no schedule here\")'\n"
    project = toy_project(tmp_path / "project", procfile=broken)

    process = launch("run", "--home", tmp_path / "home", "--project", project, "--port", free_port())

    said, _ = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "error: beat exited with status 1 while starting." in said
    assert "no schedule here" in said


def test_demo_once_stops_by_itself_and_fails_with_its_purchase(tmp_path: Path) -> None:
    project, port = toy_project(tmp_path / "project"), free_port()

    process = launch("demo", "--once", "--home", tmp_path / "home", "--project", project, "--port", port)

    said, _ = process.communicate(timeout=60)
    assert (tmp_path / "home" / "logs" / "sample_articles.log").read_text() == "sample_articles done\n"
    assert "The purchase stopped" in said
    assert said.endswith("stopped\n")
    assert process.returncode == 1
    assert is_free(port)


@pytest.mark.parametrize("words", [["services"], ["run", "--", "true"]])
def test_a_command_goes_with_services_only(words: list[str]) -> None:
    process = launch(*words)

    said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "services takes a command after --" in said
