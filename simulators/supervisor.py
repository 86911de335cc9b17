"""Keeps a set of processes running: starts, waits until ready, restarts what dies, stops all in order.

Knows nothing of what they are, and never signals a process group that is still at work: prefork children die of it.
"""

import signal
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path

from simulators.services.child import Owner, before_exec
from simulators.services.roster import Roster, kill_tree

TICK_SECONDS = 0.1
START_PATIENCE_SECONDS = 180.0
STOP_PATIENCE_SECONDS = 30.0
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.5, 30.0
STEADY_SECONDS = 20.0  # having run this long, the next death is a first one again
TAIL_LINES = 15


class Stage(IntEnum):
    """The order of stopping: nobody new comes in, work ends, then what the work stood on."""

    DOOR = 1
    WORK = 2
    OUTSIDE = 3
    SERVICES = 4


class DidNotStart(Exception):
    """Names what did not come up and carries the end of its log."""


@dataclass(frozen=True, kw_only=True)
class Program:
    name: str
    command: tuple[str, ...]
    folder: Path
    environ: Mapping[str, str]
    probe: Callable[[], bool] | None = None  # ready when it says so; without one, while it lives
    stage: Stage = Stage.WORK
    stop_signal: signal.Signals = signal.SIGTERM
    owner: Owner | None = None


@dataclass
class Running:
    program: Program
    process: subprocess.Popen[bytes]
    since: float
    deaths: int = 0
    restart_at: float | None = None


class Supervisor:
    def __init__(self, *, logs: Path, roster: Roster, say: Callable[[str], None]) -> None:
        self.logs = logs
        self._roster = roster
        self.say = say
        self._running: dict[str, Running] = {}
        self.on_change: Callable[[], None] = lambda: None
        logs.mkdir(parents=True, exist_ok=True, mode=0o700)

    @property
    def pids(self) -> dict[str, int]:
        return {name: one.process.pid for name, one in self._running.items() if one.restart_at is None}

    def start(self, programs: Iterable[Program], *, patience_seconds: float = START_PATIENCE_SECONDS) -> None:
        """Starts them together and returns when all are ready. Raises DidNotStart."""
        awaited, began = list(programs), time.monotonic()
        for program in awaited:
            self._log(program).write_bytes(b"")
            self._running[program.name] = Running(program, self._spawn(program), time.monotonic())
        pending = awaited
        while pending:
            self._refuse_the_dead(awaited)
            pending = [program for program in pending if program.probe is not None and not program.probe()]
            if pending and time.monotonic() - began > patience_seconds:
                tails = "\n".join(tail(self._log(program)) for program in pending)
                names = ", ".join(program.name for program in pending)
                raise DidNotStart(f"{names} did not come up within {patience_seconds:.0f} s.\n{tails}")
            time.sleep(TICK_SECONDS if pending else 0)
        self._refuse_the_dead(awaited)
        if awaited:
            names = ", ".join(program.name for program in awaited)
            self.say(f"{names}: ready after {time.monotonic() - began:.1f} s")

    def watch(self, *, until: Callable[[], bool]) -> None:
        """Restarts what dies, each time after a longer pause. Must be called from the thread that called `start`."""
        while not until():
            for one in self._running.values():
                self._look_after(one)
            time.sleep(TICK_SECONDS)

    def stop(self) -> None:
        for stage in Stage:
            self._stop_all([one for one in self._running.values() if one.program.stage is stage])

    def _look_after(self, one: Running) -> None:
        now = time.monotonic()
        if one.restart_at is None:
            status = one.process.poll()
            if status is None:
                return
            kill_tree(one.process.pid)  # what it left behind may hold its port
            one.deaths = 1 if now - one.since > STEADY_SECONDS else one.deaths + 1
            pause = min(FIRST_PAUSE_SECONDS * 2 ** (one.deaths - 1), LONGEST_PAUSE_SECONDS)
            one.restart_at = now + pause
            self.say(f"{one.program.name} {_ending(status)}; starting it again in {pause:g} s")
            self.on_change()
        elif now >= one.restart_at:
            one.process, one.since, one.restart_at = self._spawn(one.program), now, None
            self.say(f"{one.program.name} is back (process id {one.process.pid})")
            self.on_change()

    def _spawn(self, program: Program) -> "subprocess.Popen[bytes]":
        with self._log(program).open("ab") as log:
            process = subprocess.Popen(
                program.command,
                cwd=program.folder,
                env=dict(program.environ),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                umask=0o077,
                start_new_session=True,  # Ctrl-C reaches the launcher alone, which then stops them in order
                preexec_fn=before_exec(last_word=program.stop_signal, owner=program.owner),
            )
        self._roster.add(program.name, process.pid, program.stop_signal)
        return process

    def _refuse_the_dead(self, programs: Iterable[Program]) -> None:
        for program in programs:
            status = self._running[program.name].process.poll()
            if status is not None:
                raise DidNotStart(f"{program.name} {_ending(status)} while starting.\n{tail(self._log(program))}")

    def _stop_all(self, group: list[Running]) -> None:
        working = [one for one in group if one.restart_at is None]  # the number of the others may be reused by now
        for one in working:
            one.process.send_signal(one.program.stop_signal)
        deadline = time.monotonic() + STOP_PATIENCE_SECONDS
        for one in working:
            try:
                one.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.say(f"{one.program.name} did not stop within {STOP_PATIENCE_SECONDS:.0f} s: killed")
            kill_tree(one.process.pid)
            one.process.wait()
        for one in group:
            self._roster.remove(one.program.name)
            self._running.pop(one.program.name)

    def _log(self, program: Program) -> Path:
        return self.logs / f"{program.name}.log"


def tail(path: Path) -> str:
    lines = path.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL_LINES:]
    return "\n".join([f"--- the end of {path}", *lines])


def _ending(status: int) -> str:
    return f"was ended by {signal.Signals(-status).name}" if status < 0 else f"exited with status {status}"
