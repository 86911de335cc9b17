"""B: how fast a backlog of jobs that do nothing is drained by two worker processes.

The backlog is there, hidden, before it is released at once to workers that are warm; timed from first effect to last.
"""

from dataclasses import dataclass

from bench.jobs import measuring
from bench.jobs.ground import Ground
from bench.jobs.processes import until
from bench.jobs.samples import Figures
from bench.jobs.sides.bullmq import BullMQ
from bench.jobs.sides.celery import KEPT, PLAIN, WITH_RESULTS, CeleryPeer
from bench.jobs.sides.ours import Ours
from bench.jobs.sides.side import Load, Side
from bench.jobs.workloads.plan import Plan

WORKLOAD = "B drain"
WITH_RESULTS_ON = "Copydesk, results on"
CHUNKED, BIG_CHUNKS = "Copydesk, chunks of 50", "Copydesk, chunks of 500"
SECONDS = 600
AT_ONCE = (50, 50)  # of every side that has threads, or its like


@dataclass(frozen=True)
class Entrant:
    """`slots`: how many jobs at once each of its worker processes takes (0: as its queue is declared)."""

    side: Side
    job: str
    n: int
    slots: tuple[int, ...]


def measure(plan: Plan) -> None:
    for entrant in [*_ours(plan), *(_peers(plan.ground) if plan.with_peers else ())]:
        with plan.book.noting(WORKLOAD, entrant.side.label):
            figures = drain(plan.ground, entrant, Load(entrant.job, plan.size(entrant.n)))
            plan.book.add(WORKLOAD, entrant.side.label, figures)


def _ours(plan: Plan) -> list[Entrant]:
    """With prefork one main process has two children. Big chunks are many, or the first and the last would be all."""

    def ours(label: str, job: str, n: int, slots: tuple[int, ...]) -> Entrant:
        return Entrant(Ours(plan.ground, label, pool=plan.pool), job, n, slots if plan.pool == "threads" else (2,))

    return [
        ours("Copydesk", "bench-single", 20_000, AT_ONCE),
        ours(WITH_RESULTS_ON, "bench-results", 20_000, AT_ONCE),
        ours(CHUNKED, "bench-chunked", 20_000, (0, 0)),
        ours(BIG_CHUNKS, "bench-big-chunks", 200_000, (0, 0)),
    ]


def _peers(ground: Ground) -> list[Entrant]:
    """The slower ones get fewer jobs: their rate does not depend on how many there are."""
    results = "Celery + django-celery-results"

    def celery(label: str, app: str, pool: str, **settings: str) -> CeleryPeer:
        return CeleryPeer(ground, f"{label}, {pool}", app=app, pool=pool, **settings)

    return [
        Entrant(BullMQ(ground), "nothing", 20_000, AT_ONCE),
        Entrant(celery("Celery", PLAIN, "prefork"), "nothing", 20_000, (2,)),
        Entrant(celery("Celery", PLAIN, "threads"), "nothing", 20_000, AT_ONCE),
        Entrant(celery(results, WITH_RESULTS, "prefork"), "nothing", 4_000, (2,)),
        Entrant(celery(f"{results}, kept", WITH_RESULTS, "prefork", **KEPT), "nothing", 10_000, (2,)),
        Entrant(celery(f"{results}, kept", WITH_RESULTS, "threads", **KEPT), "nothing", 10_000, AT_ONCE),
    ]


def drain(ground: Ground, entrant: Entrant, load: Load) -> Figures:
    side = entrant.side
    with side.crew(load.job, entrant.slots) as crew:
        side.load(load)
        before = measuring.read(ground, crew)
        side.release()
        until(side.is_done, seconds=SECONDS, what=f"{side.label} to drain", every=0.1)
        after, peak = measuring.read(ground, crew), measuring.peak_mib(crew)
    span = side.span()
    return {"jobs/s": span.effects / span.seconds, **measuring.cost(before, after, load.n), "worker MiB": peak}
