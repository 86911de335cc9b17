"""One run of the matrix against the backbone: feed, kill, let it settle, judge."""

import os
import shutil
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg

from simulators.services.home import Home
from tests.crash import kills
from tests.crash.killer import RELAYS, WORKERS, Killer
from tests.crash.plan import Point, Scenario, Victim
from tests.crash.stage import ROOT, Stage, stage
from tests.crash.verdict import UNENDED, Verdict, judge

FEEDER = "feeder"
KEPT_LOGS = ROOT / ".local" / "crash"
LOOK_SECONDS, COUNT_SECONDS, SAY_SECONDS = 0.03, 1.0, 10.0
BEATING = "SELECT (SELECT count(*) FROM queues_worker) + (SELECT count(*) FROM queues_relay)"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """What was done to the system, and what it made of it."""

    scenario: Scenario
    seed: int
    seconds: float
    load: float  # of the machine, mean of the last 15 minutes
    kills: list[kills.Kill]
    troubles: Mapping[str, int]
    restarts: int
    unplanned_exits: list[str]
    verdict: Verdict

    def killed(self, victim: Victim) -> int:
        return sum(kill.victim == victim for kill in self.kills)

    @property
    def wanting(self) -> list[str]:
        return wanting(self.scenario, self.verdict.jobs, self.kills)


@contextmanager
def played(
    home: Home, name: str, scenario: Scenario, *, seed: int, sabotage: str, say: Say
) -> Iterator[tuple[Run, Stage]]:
    """The run, and its stage with all processes still there. `name` is the scenario's in tests.crash.plan.

    Raises DidNotStart.
    """
    environ = {**scenario.environ, "CRASH_SCENARIO": name, "CRASH_SEED": str(seed), "CRASH_SABOTAGE": sabotage}
    with stage(home, environ) as on, _kept_logs(on.folder):
        _set_up(on, say)
        began, killer = time.monotonic(), Killer(on, scenario, seed)
        _kill_until_enough(on, killer, scenario, say)
        _settle(on, scenario, say)
        record = kills.read(on.folder)
        made = Run(
            scenario=scenario,
            seed=seed,
            seconds=time.monotonic() - began,
            load=os.getloadavg()[2],
            kills=record,
            troubles=killer.troubles,
            restarts=on.restarts,
            unplanned_exits=on.unplanned_exits,
            verdict=judge(on.database_url, on.folder, record),
        )
        yield made, on


@contextmanager
def _kept_logs(folder: Path) -> Iterator[None]:
    """Of the last run, for whoever wants to know what happened."""
    try:
        yield
    finally:
        shutil.rmtree(KEPT_LOGS, ignore_errors=True)
        KEPT_LOGS.mkdir(parents=True)
        for log in folder.glob("*.log"):
            shutil.copy(log, KEPT_LOGS)


def _set_up(on: Stage, say: Say) -> None:
    on.start_services()
    on.manage("migrate", "--noinput")
    for name in RELAYS:
        on.start(name, "-m", "tests.crash.process", "relay")
    for name in WORKERS:
        on.start(name, "-m", "tests.crash.process", "worker", name)
    on.wait(lambda: _count(on, BEATING) == len(RELAYS + WORKERS), "relays and workers")
    on.start(FEEDER, "-m", "tests.crash.process", "feed")
    say(f"two relays and three workers are up; logs and records in {on.folder}")


def _kill_until_enough(on: Stage, killer: Killer, scenario: Scenario, say: Say) -> None:
    """Until all jobs are fed, all kills made and all troubles had, or the scenario has no more patience."""
    count_at = say_at = 0.0
    ends_at = time.monotonic() + scenario.longest_seconds
    while (now := time.monotonic()) < ends_at:
        on.look_after()
        killer.look()
        if now >= count_at:
            count_at = now + COUNT_SECONDS
            fed, made = len(kills.lines(on.folder / kills.ENQUEUED)), kills.read(on.folder)
            if now >= say_at:
                say_at = now + SAY_SECONDS
                say(f"{fed} jobs fed, {_count(on, UNENDED)} under way, killed: {_words(made)}")
            if killer.all_troubles_had and not wanting(scenario, fed, made):
                break
        time.sleep(LOOK_SECONDS)
    killer.leave()
    on.end(FEEDER)


def wanting(scenario: Scenario, jobs: int, made: Sequence[kills.Kill]) -> list[str]:
    """What the scenario asks for and did not happen, in words."""
    words = [f"{jobs} of {scenario.jobs} jobs"] if jobs < scenario.jobs else []
    killed, hit = Counter(kill.victim for kill in made), {kill.point for kill in made}
    words += [
        f"{killed[victim]} of {n} kills of a {victim}" for victim, n in scenario.kills.items() if killed[victim] < n
    ]
    return words + [f"no kill {point}" for point in Point if point not in hit]


def _settle(on: Stage, scenario: Scenario, say: Say) -> None:
    """Until every job has ended, or for as long as the scenario has patience; what is left then is lost."""
    deadline = time.monotonic() + scenario.drain_seconds
    while (left := _count(on, UNENDED)) != 0 and time.monotonic() < deadline:
        on.look_after()
        time.sleep(0.2)
    say("every job has ended" if left == 0 else f"{left} jobs have not ended within {scenario.drain_seconds} s")


def _count(on: Stage, sql: str) -> int | None:
    """None while PostgreSQL is away."""
    try:
        with psycopg.connect(on.database_url, connect_timeout=2, autocommit=True) as connection:
            row = connection.execute(sql, []).fetchone()
    except psycopg.Error:
        return None
    return int(row[0]) if row else None


def _words(made: Sequence[kills.Kill]) -> str:
    killed = Counter(kill.victim for kill in made)
    return ", ".join(f"{n} × {victim}" for victim, n in sorted(killed.items())) or "nobody yet"
