"""The control run: plain Celery on Redis, at its best settings for this, under kills of the same kind."""

import os
import random
import signal
import time
import uuid
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import psycopg
from redis import Redis

from simulators.services.home import Home
from tests.crash import kills
from tests.crash.control_app import QUEUES, TABLES, VISIBILITY_SECONDS, app
from tests.crash.killpoints import plan_death
from tests.crash.plan import KINDS, Point, Scenario, Victim, Wish, burst
from tests.crash.stage import Stage, stage

POOLS = {QUEUES[False]: ("threads", "8"), QUEUES[True]: ("prefork", "6")}
CHILD_EVERY, MAIN_EVERY = 3.0, 8.0
QUIET_SECONDS = VISIBILITY_SECONDS + 15  # nothing left in Redis for so long: what is not done then never will be
KILLING_SECONDS = 600
WIPED_JOBS = 200
MOST_EXITS = 100  # Celery's prefork workers end by themselves now and then under this; that is counted, not mended
_STARTS = "SELECT job_id::text, extract(epoch FROM at)::float FROM control_start ORDER BY at"
_DONE = "SELECT job_id::text, count(*) FROM control_effect GROUP BY 1"


@dataclass(frozen=True)
class Control:
    jobs: int
    kills: int
    lost: int
    done_twice: int
    seconds_to_next_start: list[float]
    unplanned_exits: int
    lost_by_wipe: int = 0


def run(home: Home, scenario: Scenario, *, seed: int, say: Callable[[str], None]) -> Control:
    """Raises DidNotStart."""
    with stage(home, {}, MOST_EXITS) as on:
        on.start_services()
        app.conf.broker_url = on.redis_url
        with psycopg.connect(on.database_url, autocommit=True) as connection:
            connection.execute(TABLES)
        for queue, (pool, slots) in POOLS.items():
            options = (f"--queues={queue}", f"--pool={pool}", f"--concurrency={slots}", f"--hostname={queue}@%h")
            on.start(queue, "-m", "celery", "-A", "tests.crash.control_app", "worker", *options)
        jobs = _feed(on, scenario, seed)
        say(f"control: {len(jobs)} jobs of plain Celery; logs in {on.folder}")
        _kill_until_done(on, random.Random(seed), len(jobs), say)
        control = _judge(on, jobs)
        say(f"control: {control.lost} lost, {control.done_twice} done twice; now Redis is emptied once")
        return _wipe(on, control)


def _feed(on: Stage, scenario: Scenario, seed: int) -> list[str]:
    """The jobs of the matrix, but for keys and chunks, which plain Celery does not have."""
    jobs: list[str] = []
    number = 0
    while len(jobs) < scenario.control_jobs:
        for wish in burst(seed, number, scenario):
            jobs.append(_send(on, wish))
        number += 1
    return jobs


def _send(on: Stage, wish: Wish) -> str:
    job = str(uuid.uuid4())
    if wish.dies is not None:
        plan_death(on.folder, job, *wish.dies)
    countdown = min(wish.delay_seconds, VISIBILITY_SECONDS / 2) or None  # a longer one would run several times
    args = (job, wish.kind.seconds, wish.kind.fails)
    app.send_task("control", args, queue=QUEUES[wish.kind.forked], countdown=countdown)
    return job


def _kill_until_done(on: Stage, chance: random.Random, jobs: int, say: Callable[[str], None]) -> None:
    """Until all are done, or nothing has been in Redis for so long that nothing can come. Kills end before that."""
    kills_until = time.monotonic() + KILLING_SECONDS
    busy_at = said_at = time.monotonic()
    child_at = time.monotonic() + CHILD_EVERY
    main_at = time.monotonic() + MAIN_EVERY
    while time.monotonic() - busy_at < QUIET_SECONDS:
        on.look_after()
        now = time.monotonic()
        if is_busy := _is_busy(on):
            busy_at = now
        may_kill = is_busy and now < kills_until
        if may_kill and now >= child_at:
            child_at = now + chance.uniform(0, 2 * CHILD_EVERY)
            _kill_one_of(on, chance, on.children(QUEUES[True]), Victim.CHILD)
        if may_kill and now >= main_at:
            main_at = now + chance.uniform(0.5, 1.5) * MAIN_EVERY
            _kill_one_of(on, chance, [on.pid(queue) for queue in POOLS], Victim.MAIN)
        if now > said_at + 10:
            said_at = now
            done = _counts(on)
            say(f"control: {len(done)} of {jobs} done")
            if len(done) == jobs:
                return
        time.sleep(0.05)


def _kill_one_of(on: Stage, chance: random.Random, pids: list[int], victim: Victim) -> None:
    if pids:
        pid = chance.choice(pids)
        os.kill(pid, signal.SIGKILL)
        kills.note(on.folder, kills.Kill(victim, Point.RANDOM, pid, pid))


def _is_busy(on: Stage) -> bool:
    with Redis.from_url(on.redis_url) as redis:
        return bool(redis.hlen("unacked") or any(redis.llen(queue) for queue in POOLS))


def _counts(on: Stage) -> dict[str, int]:
    with psycopg.connect(on.database_url, autocommit=True) as connection:
        return dict(connection.execute(_DONE).fetchall())


def _judge(on: Stage, jobs: list[str]) -> Control:
    done, record = _counts(on), kills.read(on.folder)
    return Control(
        jobs=len(jobs),
        kills=len(record),
        lost=sum(job not in done for job in jobs),
        done_twice=sum(n > 1 for n in done.values()),
        seconds_to_next_start=_seconds_to_next_start(on, record),
        unplanned_exits=len(on.unplanned_exits),
    )


def _seconds_to_next_start(on: Stage, record: Sequence[kills.Kill]) -> list[float]:
    starts: dict[str, list[float]] = defaultdict(list)
    with psycopg.connect(on.database_url, autocommit=True) as connection:
        for job, at in connection.execute(_STARTS).fetchall():
            starts[job].append(at)
    hit = [(kill, job) for kill in record if kill.point != Point.COMMITTED for job in kill.jobs]
    following = [(kill, min((at for at in starts[job] if at > kill.at), default=None)) for kill, job in hit]
    return [at - kill.at for kill, at in following if at is not None]


def _wipe(on: Stage, control: Control) -> Control:
    """Jobs wait in Redis, and Redis forgets them."""
    sent = [_send(on, Wish(KINDS[0], 0, None, None)) for _ in range(WIPED_JOBS)]
    with Redis.from_url(on.redis_url) as redis:
        redis.flushall()
    ends_at = time.monotonic() + QUIET_SECONDS
    while time.monotonic() < ends_at:
        on.look_after()
        time.sleep(0.2)
    done = _counts(on)
    return replace(control, lost_by_wipe=sum(job not in done for job in sent))
