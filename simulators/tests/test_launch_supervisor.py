"""Order of stopping, patience with the stubborn, pauses between restarts."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from simulators import supervisor as supervising
from simulators.services.roster import Roster, started
from simulators.supervisor import DidNotStart, Program, Stage, Supervisor
from simulators.tests.launching import eventually

SAYS_WHEN_STOPPED = """
import pathlib, signal, sys
def leave(*_):
    with open("order", "a") as order: order.write(sys.argv[1] + "\\n")
    sys.exit(0)
signal.signal(signal.SIGTERM, leave)
pathlib.Path(sys.argv[1]).touch()
while True: signal.pause()
"""
STUBBORN = """
import os, pathlib, signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = os.fork()
if child: pathlib.Path("child").write_text(str(child))
time.sleep(60)
"""


class Desk:
    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.said: list[str] = []
        self.supervisor = Supervisor(logs=folder / "logs", roster=Roster(folder / "pids.json"), say=self.said.append)

    def program(self, name: str, source: str, *words: str, stage: Stage = Stage.WORK, ready: bool = True) -> Program:
        made = self.folder / name
        return Program(
            name=name,
            command=(sys.executable, "-c", source, *words),
            folder=self.folder,
            environ=dict(os.environ),
            probe=made.exists if ready else None,
            stage=stage,
        )


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    desk = Desk(tmp_path)
    yield desk
    desk.supervisor.stop()


def test_the_door_closes_first_and_the_services_last(desk: Desk) -> None:
    stages = {"database": Stage.SERVICES, "stripe": Stage.OUTSIDE, "worker": Stage.WORK, "web": Stage.DOOR}
    desk.supervisor.start([desk.program(name, SAYS_WHEN_STOPPED, name, stage=stages[name]) for name in stages])

    desk.supervisor.stop()

    assert (desk.folder / "order").read_text() == "web\nworker\nstripe\ndatabase\n"
    assert desk.supervisor.pids == {}


def test_the_stubborn_are_killed_with_their_children(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising, "STOP_PATIENCE_SECONDS", 0.2)
    desk.supervisor.start([desk.program("child", STUBBORN)])
    child = eventually(lambda: int((desk.folder / "child").read_text() or 0))

    desk.supervisor.stop()

    eventually(lambda: started(child) is None)
    assert desk.said[1:] == ["child did not stop within 0 s: killed"]


def test_each_death_in_a_row_is_followed_by_a_longer_pause(desk: Desk) -> None:
    desk.supervisor.start([desk.program("worker", SAYS_WHEN_STOPPED, "worker")])
    first = desk.supervisor.pids["worker"]

    os.kill(first, signal.SIGKILL)
    desk.supervisor.watch(until=lambda: desk.supervisor.pids.get("worker", first) != first)
    os.kill(desk.supervisor.pids["worker"], signal.SIGKILL)
    desk.supervisor.watch(until=lambda: len(desk.said) == 4)

    assert desk.said[1] == "worker was ended by SIGKILL; starting it again in 0.5 s"
    assert desk.said[2].startswith("worker is back")
    assert desk.said[3] == "worker was ended by SIGKILL; starting it again in 1 s"


def test_what_never_becomes_ready_is_named(desk: Desk) -> None:
    with pytest.raises(DidNotStart, match=r"silent did not come up within 0 s\.\n--- the end of .*silent\.log"):
        desk.supervisor.start([desk.program("silent", "import signal; signal.pause()")], patience_seconds=0.2)
