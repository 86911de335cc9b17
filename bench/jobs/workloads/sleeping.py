"""D: jobs that wait for somebody else, as calls of an AI do: 2,000 of 100 ms in one worker process, 50 at once."""

from bench.jobs import measuring
from bench.jobs.processes import until
from bench.jobs.samples import Figures
from bench.jobs.sides.bullmq import BullMQ
from bench.jobs.sides.celery import KEPT, PLAIN, WITH_RESULTS, CeleryPeer
from bench.jobs.sides.ours import Ours
from bench.jobs.sides.side import Load, Side
from bench.jobs.workloads.plan import Plan

WORKLOAD = "D 2,000 jobs of 100 ms, 50 at once"
N, SECONDS, AT_ONCE = 2_000, 0.1, 50
PATIENCE_SECONDS = 300


def measure(plan: Plan) -> None:
    _one(plan, Ours(plan.ground), "bench-sleep")
    if plan.with_peers:
        _one(plan, BullMQ(plan.ground), "sleep")
        results = "Celery + django-celery-results"
        _one(plan, CeleryPeer(plan.ground, "Celery, threads", app=PLAIN, pool="threads"), "sleep")
        _one(plan, CeleryPeer(plan.ground, f"{results}, threads", app=WITH_RESULTS, pool="threads"), "sleep")
        kept = CeleryPeer(plan.ground, f"{results}, kept, threads", app=WITH_RESULTS, pool="threads", **KEPT)
        _one(plan, kept, "sleep")


def _one(plan: Plan, side: Side, job: str) -> None:
    with plan.book.noting(WORKLOAD, side.label):
        plan.book.add(WORKLOAD, side.label, _run(side, Load(job, plan.size(N), SECONDS)))


def _run(side: Side, load: Load) -> Figures:
    with side.crew(load.job, (AT_ONCE,)) as crew:
        side.load(load)
        before = measuring.read(side.ground, crew)
        side.release()
        until(side.is_done, seconds=PATIENCE_SECONDS, what=f"{side.label} to sleep it off", every=0.1)
        after, peak = measuring.read(side.ground, crew), measuring.peak_mib(crew)
    seconds = side.span().seconds
    ideal = load.n * load.seconds / AT_ONCE
    return {
        "seconds": seconds,
        "× ideal": seconds / ideal,
        **measuring.cost(before, after, load.n),
        "worker MiB": peak,
    }
