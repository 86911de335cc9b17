"""G: what another worker process, or another relay, adds on one machine; only where it is asked for (--only G).

On two cores the processes take them from each other: this shows what contention costs, not what more machines bring.
"""

from bench.jobs.sides.ours import Ours
from bench.jobs.sides.side import Load
from bench.jobs.workloads.draining import Entrant, drain
from bench.jobs.workloads.plan import Plan

WORKLOAD = "G scale"
CREWS = ((1, 1), (1, 2), (1, 4), (2, 2), (2, 4))  # relays, worker processes
JOBS = 10_000


def measure(plan: Plan) -> None:
    for relays, workers in CREWS:
        label = f"{relays} relay{'s' if relays > 1 else ''}, {workers} worker{'s' if workers > 1 else ''}"
        entrant = Entrant(Ours(plan.ground, label, relays=relays), "bench-single", JOBS, (0,) * workers)
        with plan.book.noting(WORKLOAD, label):
            figures = drain(plan.ground, entrant, Load(entrant.job, plan.size(entrant.n)))
            plan.book.add(WORKLOAD, label, figures)
