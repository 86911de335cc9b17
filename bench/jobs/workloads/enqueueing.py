"""A: how fast jobs are enqueued by one client, one by one and in bulk. No worker is there."""

from collections.abc import Sequence
from typing import Protocol

from bench.jobs.ground import Ground, Spent
from bench.jobs.processes import ask, python
from bench.jobs.samples import Figures
from bench.jobs.sides.bullmq import BullMQ
from bench.jobs.sides.celery import PLAIN, WITH_RESULTS, CeleryPeer
from bench.jobs.sides.ours import Ours
from bench.jobs.workloads.plan import Plan

ONE, BULK = "A one by one", "A in bulk"
PLAIN_INSERT, IN_TRANSACTION = "PostgreSQL, plain INSERT", "PostgreSQL, BEGIN INSERT COMMIT"
N = 20_000
N_CELERY = 5_000  # it publishes a thousand a second, whatever the number


class Tells(Protocol):
    def tell(self, *words: str) -> dict[str, float]: ...


class Raw:
    """psycopg alone."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground

    def tell(self, *words: str) -> dict[str, float]:
        mode, _, n = words
        return ask(python("-m", "bench.peers.raw", mode, n), self._ground.environ())


def measure(plan: Plan) -> None:
    ours, raw, n = Ours(plan.ground), Raw(plan.ground), plan.size(N)
    _one(plan, ONE, "Copydesk", ours, ("one", "bench-single"), n)
    _one(plan, ONE, PLAIN_INSERT, raw, ("one", ""), n)
    _one(plan, ONE, IN_TRANSACTION, raw, ("begin", ""), n)
    _one(plan, BULK, "Copydesk", ours, ("bulk", "bench-single"), n)
    _one(plan, BULK, "PostgreSQL, COPY", raw, ("bulk", ""), n)
    if plan.with_peers:
        bullmq = BullMQ(plan.ground)
        _one(plan, ONE, "BullMQ", bullmq, ("one", "nothing"), n)
        _one(plan, BULK, "BullMQ", bullmq, ("bulk", "nothing"), n)
        for label, app in (("Celery", PLAIN), ("Celery + django-celery-results", WITH_RESULTS)):
            peer = CeleryPeer(plan.ground, label, app=app, pool="threads")
            _one(plan, ONE, label, peer, ("one", "nothing"), plan.size(N_CELERY))


def _one(plan: Plan, workload: str, label: str, side: Tells, words: Sequence[str], n: int) -> None:
    with plan.book.noting(workload, label):
        plan.ground.clean()
        before = plan.ground.spent()
        took = side.tell(*words, str(n))
        plan.book.add(workload, label, _figures(took, n, before, plan.ground.spent()))


def _figures(took: dict[str, float], n: int, before: Spent, after: Spent) -> Figures:
    return {
        "jobs/s": n / took["seconds"],
        "client µs/job": took["cpu"] / n * 1e6,
        "postgres µs/job": (after.postgres - before.postgres) / n * 1e6,
        "redis µs/job": (after.redis - before.redis) / n * 1e6,
    }
