"""Kills processes at random and troubles Redis and PostgreSQL; when and whom is decided by the seed.

It spares a job whose workers have died twice already: the fourth death would bury it as poison, as it should. And it
lets everybody come back to work before it strikes again, and of each sort kills no more than are asked for: blow upon
blow would show how slow the machine is.
"""

import contextlib
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

import psycopg
from redis import Redis
from redis.exceptions import RedisError

from simulators.services import postgres, valkey
from tests.crash import kills
from tests.crash.plan import SURVIVED_ENOUGH, Point, Scenario, Victim
from tests.crash.stage import Stage

RELAYS = ("relay-1", "relay-2")
WORKERS = ("crash-threads", "crash-chunks", "crash-forked")
FORKED = "crash-forked"
TRY_AGAIN_SECONDS = 0.3
STOPPED_SECONDS = 6.0  # longer than the relay's patience with Redis
PAUSED_MILLISECONDS = 3000

_AT_WORK = """
SELECT count(*) FROM (
    SELECT identity, started_at, beat_at FROM queues_worker
    UNION ALL SELECT identity, started_at, beat_at FROM queues_relay) AS process
WHERE split_part(identity, ':', 2) = ANY(%s) AND started_at < now() - interval '1 s'
    AND beat_at > now() - interval '4 s'
"""
_BUSY = """
SELECT leased_pid, array_agg(id::text), max(rescues) FROM queues_job
WHERE state = 'active' AND split_part(leased_by, ':', 2) = %s GROUP BY leased_pid
"""


@dataclass
class Appointment:
    """With somebody; `keep` says whether it was kept, `pause` how many seconds it is to the next."""

    keep: Callable[[], bool]
    pause: Callable[[], float]
    at: float = 0


class Killer:
    def __init__(self, stage: Stage, scenario: Scenario, seed: int) -> None:
        self.troubles: Counter[str] = Counter()
        self._stage = stage
        self._most = scenario.kills
        self._chance = random.Random(seed)
        self._wakes_at: float | None = None
        self._services = [self._flush, self._pause, self._restart_redis, self._stop_redis]
        self._services += [self._restart_postgres, self._crash_postgres]
        self._turn = 0
        child, main, relay = (
            partial(self._about, every) for every in (scenario.child_every, scenario.main_every, scenario.relay_every)
        )
        self._plan = [
            Appointment(self._kill_child, child),
            *(Appointment(partial(self._kill_main, name), main) for name in WORKERS),
            *(Appointment(partial(self._kill_relay, name), relay) for name in RELAYS),
            # Each trouble in its turn and evenly: a run must have had them all.
            Appointment(self._trouble, lambda: scenario.service_every),
        ]
        for appointment in self._plan:
            appointment.at = time.monotonic() + appointment.pause()
        self._rests_until = 0.0

    def look(self) -> None:
        """Do what is due, the longest due first."""
        now = time.monotonic()
        self._wake(now)
        if now < self._rests_until:
            return
        for appointment in sorted(self._plan, key=lambda appointment: appointment.at):
            if appointment.at > now:
                break
            if appointment.keep():
                appointment.at = now + appointment.pause()
            else:
                self._rests_until = now + TRY_AGAIN_SECONDS

    def leave(self) -> None:
        """Redis goes on, if it stands still."""
        self._wake(float("inf"))

    @property
    def all_troubles_had(self) -> bool:
        return self._turn >= len(self._services)

    def _about(self, mean: float) -> float:
        return min(self._chance.expovariate(1 / mean), 3 * mean)

    def _kill_child(self) -> bool:
        """One that works."""
        busy = self._busy(FORKED)
        chosen = [pid for pid in self._stage.children(FORKED) if pid in busy and busy[pid][1] < SURVIVED_ENOUGH]
        if not chosen:
            return False
        pid = self._chance.choice(chosen)
        return self._kill(Victim.CHILD, pid, self._stage.pid(FORKED), busy[pid][0])

    def _kill_main(self, name: str) -> bool:
        busy, pid = self._busy(name), self._stage.pid(name)
        if any(rescues >= SURVIVED_ENOUGH for _, rescues in busy.values()) or not self._everybody_works():
            return False
        return self._kill(Victim.MAIN, pid, pid, [job for jobs, _ in busy.values() for job in jobs])

    def _kill_relay(self, name: str) -> bool:
        pid = self._stage.pid(name)
        return self._everybody_works() and self._kill(Victim.RELAY, pid, pid, [])

    def _kill(self, victim: Victim, pid: int, main: int, jobs: list[str]) -> bool:
        if sum(kill.victim == victim for kill in kills.read(self._stage.folder)) >= self._most[victim]:
            return True
        hit = kills.Kill(victim, Point.RANDOM, pid, main, jobs)
        with contextlib.suppress(ProcessLookupError):  # it has killed itself a moment ago
            os.kill(pid, signal.SIGKILL)
            kills.note(self._stage.folder, hit)
        return True

    def _busy(self, name: str) -> dict[int, tuple[list[str], int]]:
        """The jobs each process of a worker runs, and how many deaths one of them has survived at most."""
        rows = self._ask(_BUSY, str(self._stage.pid(name)))
        return {pid: (jobs, rescues) for pid, jobs, rescues in rows}

    def _everybody_works(self) -> bool:
        if self._wakes_at is not None:
            return False
        everybody = [str(self._stage.pid(name)) for name in (*WORKERS, *RELAYS)]
        return self._ask(_AT_WORK, everybody) == [(len(everybody),)]

    def _ask(self, sql: str, about: object) -> list[Any]:
        """Nothing while PostgreSQL is away."""
        try:
            with psycopg.connect(self._stage.database_url, connect_timeout=2, autocommit=True) as connection:
                return connection.execute(sql, [about]).fetchall()
        except psycopg.Error:
            return []

    def _trouble(self) -> bool:
        if not self._everybody_works():
            return False
        self._services[self._turn % len(self._services)]()
        self._turn += 1
        return True

    def _flush(self) -> None:
        self._tell_redis("Redis FLUSHALL", lambda redis: redis.flushall())

    def _pause(self) -> None:
        self._tell_redis("Redis CLIENT PAUSE 3 s", lambda redis: redis.client_pause(PAUSED_MILLISECONDS))

    def _tell_redis(self, what: str, tell: Callable[[Redis], object]) -> None:
        try:
            with Redis.from_url(self._stage.redis_url, socket_timeout=2, socket_connect_timeout=2) as redis:
                tell(redis)
        except RedisError:
            return
        self.troubles[what] += 1

    def _restart_redis(self) -> None:
        self._signal(valkey.NAME, signal.SIGKILL, "Redis SIGKILL and restart")

    def _stop_redis(self) -> None:
        self._signal(valkey.NAME, signal.SIGSTOP, "Redis SIGSTOP 6 s")
        self._wakes_at = time.monotonic() + STOPPED_SECONDS

    def _restart_postgres(self) -> None:
        self._signal(postgres.NAME, signal.SIGINT, "PostgreSQL restart (fast)")

    def _crash_postgres(self) -> None:
        self._signal(postgres.NAME, signal.SIGQUIT, "PostgreSQL crash and recovery")

    def _signal(self, service: str, number: signal.Signals, what: str) -> None:
        os.kill(self._stage.pid(service), number)
        self.troubles[what] += 1

    def _wake(self, now: float) -> None:
        if self._wakes_at is not None and now >= self._wakes_at:
            self._wakes_at = None
            os.kill(self._stage.pid(valkey.NAME), signal.SIGCONT)
