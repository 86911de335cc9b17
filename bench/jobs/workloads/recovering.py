"""E: how soon what a worker was running runs again, after SIGKILL took the worker; a second one is there.

A supervisor would start the first again; here that happens only when all is done, so that nobody is helped by it.
"""

import random
import time
from collections.abc import Iterator
from dataclasses import dataclass

from bench.jobs.marks import Mark
from bench.jobs.processes import BenchFailed, until
from bench.jobs.samples import Figures, percentile
from bench.jobs.sides.bullmq import BullMQ
from bench.jobs.sides.celery import PLAIN, CeleryPeer
from bench.jobs.sides.ours import Ours
from bench.jobs.sides.side import Crew, Fate, Load, Side
from bench.jobs.workloads.plan import Plan

WORKLOAD = "E rescue after SIGKILL"
SLOTS, JOBS, SECONDS = 10, 40, 2.0
KILLS, KILLS_OF_SLOW = 4, 1
PATIENCE_SECONDS = 240
ELSEWHERE = "Copydesk, the worker's host gone too"
LEFT_OUT = "BullMQ and Celery take about a minute for each kill: they are measured with --slow only."
BEST_OF_BULLMQ = {"BENCH_LOCK_MS": "5000", "BENCH_STALLED_MS": "2500"}
BEST_OF_CELERY = {"BENCH_VISIBILITY_SECONDS": "20"}


@dataclass(frozen=True)
class Rescued:
    """After one kill: seconds to the next start of each job the killed worker ran, and what became of all of them."""

    seconds: list[float]
    fate: Fate


def measure(plan: Plan) -> None:
    pauses = random.Random(len(plan.book.samples))
    _one(plan, Ours(plan.ground), "bench-sleep", KILLS, pauses)
    _one(plan, Ours(plan.ground, ELSEWHERE, elsewhere=True), "bench-sleep", 1, pauses)
    if plan.with_slow:
        for peer in _peers(plan):
            _one(plan, peer, "sleep", KILLS_OF_SLOW, pauses)
    elif plan.with_peers:
        plan.book.remark(WORKLOAD, LEFT_OUT)


def _peers(plan: Plan) -> Iterator[Side]:
    """Celery by default is left out: what a dead worker had comes back after an hour."""
    yield BullMQ(plan.ground, "BullMQ, by default")
    yield BullMQ(plan.ground, "BullMQ, at its best", **BEST_OF_BULLMQ)
    yield CeleryPeer(plan.ground, "Celery, at its best", app=PLAIN, pool="threads", **BEST_OF_CELERY)


def _one(plan: Plan, side: Side, job: str, kills: int, pauses: random.Random) -> None:
    with plan.book.noting(WORKLOAD, side.label), side.crew(job, (SLOTS, SLOTS)) as crew:
        rescued = []
        for _ in range(kills):
            rescued.append(_rescue(side, crew, Load(job, JOBS, SECONDS), pauses.uniform(0.1, SECONDS - 0.5)))
            crew.restart(0)
            side.wait_ready(crew)
            side.ground.empty_tables()
            side.ground.forget_marks()
        plan.book.add(WORKLOAD, side.label, _figures(rescued))


def _rescue(side: Side, crew: Crew, load: Load, pause: float) -> Rescued:
    """Kill the first worker `pause` seconds after both have all they can take."""
    side.load(load)
    side.release()
    until(lambda: len(side.ground.marks()) >= 2 * SLOTS, seconds=60, what=f"{side.label} to start")
    time.sleep(pause)
    at = time.monotonic_ns()
    crew.workers[0].kill()
    until(side.is_done, seconds=PATIENCE_SECONDS, what=f"{side.label} to recover")
    return Rescued(_next_starts(side.ground.marks(), crew.workers[0].pid, at), side.fate(load))


def _next_starts(marks: list[Mark], killed: int, at: int) -> list[float]:
    """Of every job that the killed process had started and not ended."""
    ended = {mark.number for mark in marks if mark.what == "e" and mark.pid == killed}
    hit = {mark.number for mark in marks if mark.what == "s" and mark.pid == killed} - ended
    starts = [mark for mark in marks if mark.what == "s" and mark.at > at and mark.number in hit]
    following = [min(mark.at for mark in starts if mark.number == number) for number in {m.number for m in starts}]
    if not following:
        raise BenchFailed("the kill hit no job that ran again")
    return [(start - at) / 1e9 for start in following]


def _figures(rescued: list[Rescued]) -> Figures:
    seconds = [second for one in rescued for second in one.seconds]
    return {
        "p50 s": percentile(seconds, 50),
        "p95 s": percentile(seconds, 95),
        "most s": max(seconds),
        "rescued": len(seconds),
        "lost": sum(one.fate.lost for one in rescued),
        "finished twice": sum(one.fate.twice for one in rescued),
    }
