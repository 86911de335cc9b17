"""One run of the matrix against the backbone: feed, kill, let it settle, judge."""

import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import psycopg

from simulators.services.home import Home
from tests.crash import kills
from tests.crash.killer import RELAYS, WORKERS, Killer
from tests.crash.plan import Scenario, Victim
from tests.crash.stage import Stage, stage
from tests.crash.verdict import UNENDED, Verdict, judge

FEEDER = "feeder"
LOOK_SECONDS, SAY_SECONDS = 0.03, 10.0
BEATING = "SELECT (SELECT count(*) FROM queues_worker) + (SELECT count(*) FROM queues_relay)"
Say = Callable[[str], None]


@dataclass(frozen=True)
class Run:
    """What was done to the system, and what it made of it."""

    scenario: Scenario
    seed: int
    seconds: float
    kills: list[kills.Kill]
    troubles: Mapping[str, int]
    restarts: int
    unplanned_exits: list[str]
    verdict: Verdict

    def killed(self, victim: Victim) -> int:
        return sum(kill.victim == victim for kill in self.kills)

    @property
    def enough(self) -> bool:
        wanted = self.scenario.kills.items()
        return self.verdict.jobs >= self.scenario.jobs and all(self.killed(victim) >= n for victim, n in wanted)


def run(home: Home, name: str, scenario: Scenario, *, seed: int, sabotage: str, say: Say) -> Run:
    """`name` is the scenario's in tests.crash.plan. Raises DidNotStart."""
    environ = {**scenario.environ, "CRASH_SCENARIO": name, "CRASH_SEED": str(seed), "CRASH_SABOTAGE": sabotage}
    with stage(home, environ) as on:
        _set_up(on, say)
        began, killer = time.monotonic(), Killer(on, scenario, seed)
        _kill_until_enough(on, killer, scenario, say)
        _settle(on, scenario, say)
        record = kills.read(on.folder)
        return Run(
            scenario=scenario,
            seed=seed,
            seconds=time.monotonic() - began,
            kills=record,
            troubles=killer.troubles,
            restarts=on.restarts,
            unplanned_exits=on.unplanned_exits,
            verdict=judge(on.database_url, on.folder, record),
        )


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
    """Until all jobs are fed, all kills made and all troubles had."""
    say_at = 0.0
    while True:
        on.look_after()
        killer.look()
        if time.monotonic() >= say_at:
            say_at = time.monotonic() + SAY_SECONDS
            fed = len(kills.lines(on.folder / kills.ENQUEUED))
            made = Counter(kill.victim for kill in kills.read(on.folder))
            say(f"{fed} jobs fed, {_count(on, UNENDED)} under way, killed: {_words(made)}")
        if killer.all_troubles_had and _is_enough(on, scenario):
            break
        time.sleep(LOOK_SECONDS)
    killer.leave()
    on.end(FEEDER)


def _is_enough(on: Stage, scenario: Scenario) -> bool:
    made = Counter(kill.victim for kill in kills.read(on.folder))
    fed = len(kills.lines(on.folder / kills.ENQUEUED))
    return fed >= scenario.jobs and all(made[victim] >= n for victim, n in scenario.kills.items())


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


def _words(made: Mapping[str, int]) -> str:
    return ", ".join(f"{n} × {victim}" for victim, n in sorted(made.items())) or "nobody yet"
