"""The whole of Copydesk on one machine: services, stand-ins, release steps, then every process of the Procfile.

It knows the processes only by the Procfile and `manage.py`, and imports nothing of the product.
"""

import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from simulators.environment import address, addresses, local_environ, stand_ins
from simulators.procfile import read_procfile, shell_command
from simulators.services.child import before_exec
from simulators.services.embedded import start_services
from simulators.services.home import Home
from simulators.services.ports import ADDRESS, answers, is_free
from simulators.services.private import write_json
from simulators.supervisor import Program, Stage, Supervisor, tail

DOOR, RELEASE, FLOWER = "web", "release", "flower"
PORT_PATIENCE_SECONDS = 3.0
STEP_PATIENCE_SECONDS = 300.0


class PortTaken(Exception):
    """The one port a launch may not choose by itself."""


class StepFailed(Exception):
    """A command that must succeed before the processes start; the message carries the end of its log."""


class System:
    """One launch on `home`; `demo` is what `demo.json` says."""

    def __init__(self, *, home: Home, project: Path, supervisor: Supervisor, port: int) -> None:
        self.demo: dict[str, Any] = {}
        self._home = home
        self._project = project
        self._supervisor = supervisor
        self._port = port
        self._environ: dict[str, str] = {}

    def start(self, environ: Mapping[str, str], *, with_articles: bool) -> None:
        """Returns when every process is ready and `demo.json` is written."""
        self._demo_file.unlink(missing_ok=True)
        _refuse_taken(self._port)
        processes = read_procfile(self._project / "Procfile")
        self._environ = local_environ(self._home, environ, project=self._project, port=self._port)
        self._environ |= start_services(self._supervisor, self._home, environ, throw_away=False)
        self._start_stand_ins()
        self._step(RELEASE, shell_command(processes.pop(RELEASE)))
        self._collect_static()
        people = self._sample_people()
        if with_articles:
            self._manage("sample_articles")
            self._manage("example_plugins")
            self._manage("ready_made_workflows", "--on")
        self._supervisor.start([self._program(name, line) for name, line in processes.items()])
        self.demo = {**addresses(self._environ, site=address(self._port)), **people}
        self._supervisor.on_change = self._write_demo
        self._write_demo()

    def record_stop(self) -> None:
        """The sign-ins and addresses stay on file for the next launch; no process is claimed to run."""
        if self.demo:
            self._write_demo()

    @property
    def _demo_file(self) -> Path:
        return self._home.folder / "demo.json"

    def _write_demo(self) -> None:
        running = self._supervisor.pids
        self.demo["pids"] = {"launcher": os.getpid(), **running} if running else {}
        write_json(self._demo_file, self.demo)

    def _start_stand_ins(self) -> None:
        missing = stand_ins(self._home, self._environ, site=address(self._port))
        self._supervisor.start([one.program for one in missing])
        for one in missing:
            self._environ |= one.environ

    def _program(self, name: str, line: str) -> Program:
        probes = {DOOR: self._is_healthy, FLOWER: lambda: answers(int(self._environ["FLOWER_PORT"]))}
        return Program(
            name=name,
            command=shell_command(line),
            folder=self._project,
            environ=self._environ,
            probe=probes.get(name),
            stage=Stage.DOOR if name == DOOR else Stage.WORK,
        )

    def _is_healthy(self) -> bool:
        connection = HTTPConnection(ADDRESS, self._port, timeout=5)
        try:
            connection.request("GET", "/healthz")
            return connection.getresponse().status == 200
        except (OSError, HTTPException):
            return False
        finally:
            connection.close()

    def _collect_static(self) -> None:
        """Seconds of work: only when a file of ours or a package has changed since."""
        root = Path(self._environ["STATIC_ROOT"])
        root.mkdir(parents=True, exist_ok=True)
        current = _static_fingerprint(self._project)
        with (root / ".collected").open("a+", encoding="utf-8") as collected:
            fcntl.flock(collected, fcntl.LOCK_EX)  # another home of the same clone may be starting too
            collected.seek(0)
            if collected.read() != current:
                self._manage("collectstatic", "--noinput")
                collected.truncate(0)
                collected.write(current)

    def _sample_people(self) -> dict[str, Any]:
        printed = self._manage("sample_people", "--json")
        try:
            return dict(json.loads(printed))
        except ValueError as error:
            raise StepFailed(f"sample_people --json printed something else: {printed[:200]!r}") from error

    def _manage(self, *words: str) -> str:
        return self._step(words[0], (sys.executable, "manage.py", *words))

    def _step(self, name: str, command: tuple[str, ...]) -> str:
        """What it printed. Raises StepFailed."""
        log, began = self._supervisor.logs / f"{name}.log", time.monotonic()
        with log.open("wb") as errors:
            try:
                done = subprocess.run(
                    command,
                    cwd=self._project,
                    env=self._environ,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=errors,
                    start_new_session=True,
                    preexec_fn=before_exec(last_word=signal.SIGKILL),
                    timeout=STEP_PATIENCE_SECONDS,
                    check=False,
                )
            except subprocess.TimeoutExpired as error:
                raise StepFailed(f"{name} took more than {STEP_PATIENCE_SECONDS:.0f} s.\n{tail(log)}") from error
            errors.write(done.stdout)
        if done.returncode:
            raise StepFailed(f"{name} failed (status {done.returncode}).\n{tail(log)}")
        self._supervisor.say(f"{name}: done after {time.monotonic() - began:.1f} s")
        return done.stdout.decode()


def _refuse_taken(port: int) -> None:
    """After a grace: what an earlier launch left may be closing it this moment."""
    deadline = time.monotonic() + PORT_PATIENCE_SECONDS
    while not is_free(port):
        if time.monotonic() > deadline:
            raise PortTaken(f"port {port} on {ADDRESS} is taken by something else; choose another: PORT={port + 1}")
        time.sleep(0.1)


def _static_fingerprint(project: Path) -> str:
    digest = hashlib.sha256((project / "requirements.txt").read_bytes())
    for path in sorted([*project.glob("static/**/*"), *project.glob("[!.]*/static/**/*")]):
        status = path.stat()
        digest.update(f"{path.relative_to(project)} {status.st_size} {status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
