"""The processes of a crash run: started, started again the moment one is gone, and all ended.

A process manager would do the same. What a killed worker leaves behind, its pool children, is left alone as after a
crash.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from simulators.services import postgres, valkey
from simulators.services.child import before_exec
from simulators.services.home import Home
from simulators.supervisor import Program
from tests.crash.killpoints import make_folders
from tests.environment import DEFAULTS

ROOT = Path(__file__).resolve().parent.parent.parent
HOMES = ROOT / ".local" / "test"
START_SECONDS = 60
LAST_WORD_SECONDS = 60  # PostgreSQL may be away, and be waited for
MANY_EXITS = 5  # by themselves: something is wrong from the ground up
MESSENGERS = (signal.SIGKILL, signal.SIGQUIT, signal.SIGINT)  # by which we end what is to come back


class DidNotStart(Exception):
    """Names what did not come up in time."""


@dataclass
class Running:
    program: Program
    popen: "subprocess.Popen[bytes]"


class Stage:
    """Must be looked after (`look_after`) by the thread that made it; `folder` holds logs, plans and the kills."""

    def __init__(self, home: Home, environ: Mapping[str, str], most_exits: int = MANY_EXITS) -> None:
        self.home = home
        self._most_exits = most_exits
        self.folder = home.folder
        self.database_url, self.redis_url = postgres.url(home), valkey.url(home)
        self.environ = {
            **{name: value for name, value in os.environ.items() if name not in DEFAULTS},
            **DEFAULTS,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "DATABASE_URL": self.database_url,
            "REDIS_URL": self.redis_url,
            "CRASH_FOLDER": str(self.folder),
            **environ,
        }
        self.unplanned_exits: list[str] = []
        self.restarts = 0
        self._running: dict[str, Running] = {}
        make_folders(self.folder)

    def start_services(self) -> None:
        """As durable as the demo's: what PostgreSQL has acknowledged outlives its crash."""
        for service in (postgres, valkey):
            self._start(service.program(self.home, throw_away=False))
        for running in self._running.values():
            self.wait(running.program.probe or bool, running.program.name)

    def manage(self, *words: str) -> None:
        subprocess.run(
            (sys.executable, "manage.py", *words), cwd=ROOT, env=self.environ, check=True, capture_output=True
        )

    def start(self, name: str, *command: str) -> None:
        self._start(Program(name=name, command=(sys.executable, *command), folder=ROOT, environ=self.environ))

    def _start(self, program: Program) -> None:
        with (self.folder / f"{program.name}.log").open("ab") as log:
            popen = subprocess.Popen(
                program.command,
                cwd=program.folder,
                env=dict(program.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                preexec_fn=before_exec(last_word=program.stop_signal, owner=program.owner),
            )
        self._running[program.name] = Running(program, popen)

    def wait(self, fact: Callable[[], object], what: str, seconds: float = START_SECONDS) -> None:
        """Until it is so, looking after the processes meanwhile. Raises DidNotStart."""
        deadline = time.monotonic() + seconds
        while not fact():
            if time.monotonic() > deadline:
                raise DidNotStart(f"{what}: not within {seconds} s; the logs are in {self.folder}")
            self.look_after()
            time.sleep(0.05)

    def look_after(self) -> None:
        """Start again what is gone."""
        for name, running in list(self._running.items()):
            status = running.popen.poll()
            if status is None:
                continue
            if -status not in MESSENGERS and not (status == 0 and name == postgres.NAME):
                self._note_unplanned(f"{name}: {status}")
            self.restarts += 1
            self._start(running.program)

    def _note_unplanned(self, what: str) -> None:
        self.unplanned_exits.append(what)
        if len(self.unplanned_exits) > self._most_exits:
            raise DidNotStart(f"processes end by themselves ({what}); the logs are in {self.folder}")

    def pid(self, name: str) -> int:
        return self._running[name].popen.pid

    def children(self, name: str) -> list[int]:
        pid = self.pid(name)
        try:
            return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
        except OSError:
            return []

    def end(self, name: str, number: signal.Signals = signal.SIGTERM) -> None:
        """For good."""
        running = self._running.pop(name)
        running.popen.send_signal(number)
        running.popen.wait(LAST_WORD_SECONDS)

    def clear(self) -> None:
        """Everything, services last, without ceremony: what is to be known is known by now."""
        for running in reversed(self._running.values()):
            try:
                os.killpg(running.popen.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
            finally:
                running.popen.wait()
        self._running.clear()


@contextmanager
def stage(home: Home, environ: Mapping[str, str], most_exits: int = MANY_EXITS) -> Iterator[Stage]:
    made = Stage(home, environ, most_exits)
    try:
        yield made
    finally:
        made.clear()
