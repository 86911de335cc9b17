"""C: how soon a lone job starts. They come at random intervals, and nothing else is there.

From the call that enqueues it, its commit included, to its first effect.
"""

from bench.jobs.processes import until
from bench.jobs.samples import Figures, percentile
from bench.jobs.sides.bullmq import BullMQ
from bench.jobs.sides.celery import PLAIN, CeleryPeer
from bench.jobs.sides.ours import Ours
from bench.jobs.sides.side import Side
from bench.jobs.workloads.plan import Plan

WORKLOAD = "C pick-up, idle"
N = 400
SLOTS = 10
PERCENTS = (50, 95, 99)


def measure(plan: Plan) -> None:
    _one(plan, Ours(plan.ground), "bench-pickup")
    if plan.with_peers:
        for pool in ("threads", "prefork"):
            _one(plan, CeleryPeer(plan.ground, f"Celery, {pool}", app=PLAIN, pool=pool), "nothing")
        _one(plan, BullMQ(plan.ground), "nothing")


def _one(plan: Plan, side: Side, job: str) -> None:
    with plan.book.noting(WORKLOAD, side.label):
        plan.book.add(WORKLOAD, side.label, _pick_up(side, job, plan.size(N)))


def _pick_up(side: Side, job: str, n: int) -> Figures:
    with side.crew(job, (SLOTS,)):
        side.listen()
        sent: list[int] = side.tell("trickle", job, str(n))["sent"]
        until(lambda: len(side.ground.marks()) == n, seconds=30, what=f"{n} marks of {side.label}")
    started = {mark.number: mark.at for mark in side.ground.marks()}
    waits = [(started[number] - at) / 1e6 for number, at in enumerate(sent)]
    return {f"p{percent} ms": percentile(waits, percent) for percent in PERCENTS}
