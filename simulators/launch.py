"""python -m simulators.launch: embedded services around a command, or the whole of Copydesk on one machine.

For demos, tests and development, never for production. It stops what it started and touches nothing else.
"""

import argparse
import contextlib
import os
import shlex
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from simulators import purchase
from simulators.environment import ROOT
from simulators.interruption import Interruption
from simulators.playing import Playing
from simulators.procfile import BadProcfile
from simulators.services.binaries import ServiceMissing
from simulators.services.child import before_exec
from simulators.services.embedded import start_services
from simulators.services.home import Home, HomeInUse, HomeOfAnotherUser
from simulators.services.postgres import InitFailed
from simulators.services.private import write_text
from simulators.services.roster import Roster
from simulators.services.throwaway import throw_away_home
from simulators.supervisor import DidNotStart, Supervisor
from simulators.system import PortTaken, StepFailed, System

LOCAL = ROOT / ".local"
DEFAULT_PORT = 8000
REFUSALS = (
    BadProcfile,
    DidNotStart,
    HomeInUse,
    HomeOfAnotherUser,
    InitFailed,
    PortTaken,
    ServiceMissing,
    StepFailed,
)
INTERRUPTED = 130
COMMAND_PATIENCE_SECONDS = 10


def main(arguments: Sequence[str]) -> int:
    own, command = _split(arguments)
    parser = _parser()
    options = parser.parse_args(own, argparse.Namespace(beside=command))
    if bool(command) is not (options.run is run_services and not options.hold):
        parser.error("services takes a command after --, or --hold; nothing else does")
    interruption = Interruption()
    try:
        return int(options.run(options, interruption))
    except REFUSALS as refusal:
        say(f"error: {refusal}")
        return 1
    except KeyboardInterrupt:
        return INTERRUPTED


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def run_services(options: argparse.Namespace, interruption: Interruption) -> int:
    with _services_home(options) as home, _supervised(home, interruption) as supervisor:
        added = start_services(supervisor, home, os.environ, throw_away=options.home is None)
        if options.hold:
            return _hold(supervisor, home, added)
        environ = {"SECRET_KEY": home.secret("SECRET_KEY"), **os.environ, **added}
        return _run_beside(supervisor, options.beside, environ)


def run_system(options: argparse.Namespace, interruption: Interruption) -> int:
    with _system(options, interruption) as (supervisor, system):
        system.start(os.environ, with_articles=options.demo)
        _announce(system.demo)
        playing = Playing(purchase.play, system.demo) if options.demo else None
        with contextlib.suppress(KeyboardInterrupt):
            supervisor.watch(until=lambda: options.once and playing is not None and playing.over)
    return 1 if playing and playing.failed else 0


@contextlib.contextmanager
def _system(options: argparse.Namespace, interruption: Interruption) -> Iterator[tuple[Supervisor, System]]:
    home = Home(options.home or LOCAL)
    home.lock()
    with _supervised(home, interruption) as supervisor:
        system = System(home=home, project=options.project, supervisor=supervisor, port=options.port)
        yield supervisor, system
    system.record_stop()
    say("stopped")


@contextlib.contextmanager
def _supervised(home: Home, interruption: Interruption) -> Iterator[Supervisor]:
    """A supervisor on `home`; whatever happens inside, everything it started is stopped."""
    roster = Roster(home.folder / "pids.json")
    left = roster.sweep()
    if left:
        say(f"ended what an earlier launch left running: {', '.join(left)}")
    supervisor = Supervisor(logs=home.folder / "logs", roster=roster, say=say)
    try:
        yield supervisor
    finally:
        interruption.hold_off()
        supervisor.stop()


@contextlib.contextmanager
def _services_home(options: argparse.Namespace) -> Iterator[Home]:
    if options.home is None and not options.keep:
        with throw_away_home(LOCAL / "test") as home:
            yield home
        return
    home = Home(options.home or Path(tempfile.mkdtemp(prefix="copydesk-")))
    home.lock()
    say(f"the data stays in {home.folder}")
    yield home


def _hold(supervisor: Supervisor, home: Home, added: Mapping[str, str]) -> int:
    lines = [f"export {name}={shlex.quote(value)}" for name, value in added.items()]
    write_text(home.folder / "services.env", "\n".join([*lines, ""]))
    print(*lines, sep="\n", flush=True)
    say(f"also in {home.folder / 'services.env'}; Ctrl-C stops them")
    with contextlib.suppress(KeyboardInterrupt):
        supervisor.watch(until=lambda: False)
    return 0


def _run_beside(supervisor: Supervisor, command: Sequence[str], environ: Mapping[str, str]) -> int:
    """The command keeps the terminal, so Ctrl-C reaches it too: it gets a while to end by itself."""
    process = subprocess.Popen(command, env=environ, preexec_fn=before_exec(last_word=signal.SIGTERM))
    try:
        supervisor.watch(until=lambda: process.poll() is not None)
    except KeyboardInterrupt:
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(COMMAND_PATIENCE_SECONDS)
        raise
    finally:
        if process.poll() is None:
            process.terminate()
        status = process.wait()
    return 128 - status if status < 0 else status


def _announce(demo: Mapping[str, Any]) -> None:
    for name in ("site", "admin", "mailbox", "stripe", "openai"):
        print(f"{name:9}{demo[name] or 'as given'}")
    print(f"{'flower':9}{demo['flower']}  {demo['flower_sign_in']['user']}  {demo['flower_sign_in']['password']}")
    for name in ("owner", "editor", "customer"):
        person = demo.get(name) or {}
        print(f"{name:9}{person.get('email', '')}  {person.get('password') or person.get('sign_in', '')}")
    print(f"{'API':9}{demo['site']}/api/owner/queues  {(demo.get('owner') or {}).get('api_token', '')}")
    print("Ctrl-C stops everything.", flush=True)


def _split(arguments: Sequence[str]) -> tuple[list[str], list[str]]:
    words = list(arguments)
    if "--" not in words:
        return words, []
    at = words.index("--")
    return words[:at], words[at + 1 :]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m simulators.launch", description=__doc__)
    commands = parser.add_subparsers(required=True)
    services = commands.add_parser("services", help="PostgreSQL and Valkey around a command: services -- CMD…")
    services.add_argument("--home", type=Path, help="where the data stays (default: thrown away at the end)")
    services.add_argument("--keep", action="store_true", help="do not throw the data away")
    services.add_argument("--hold", action="store_true", help="no command: print the addresses, stay until Ctrl-C")
    services.set_defaults(run=run_services)
    for name, words in (("run", "the whole system"), ("demo", "the whole system, and a purchase played in it")):
        whole = commands.add_parser(name, help=words)
        whole.add_argument("--home", type=Path, help="where data, logs and demo.json are kept (default: .local)")
        whole.add_argument("--project", type=Path, default=ROOT, help="the folder of Procfile and manage.py")
        whole.add_argument("--port", type=int, default=os.environ.get("PORT") or DEFAULT_PORT, help="or PORT")
        whole.set_defaults(run=run_system, demo=name == "demo", once=False)
    whole.add_argument("--once", action="store_true", help="stop after the purchase; fails unless all of it was so")
    return parser


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
