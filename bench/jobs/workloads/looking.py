"""F: what the owner's pages and API cost when 1,110,000 jobs are on file, and what a completed job takes on disk."""

import statistics
import time
from typing import Any

from bench.jobs.filling import COMPLETED, FAILED, QUEUE, UNFOLDED, WAITING, fill, leave_unfolded, stored_bytes
from bench.jobs.ground import Ground
from bench.jobs.processes import BenchFailed, ask, python, until
from bench.jobs.samples import Figures, percentile
from bench.jobs.sides.bullmq import BullMQ
from bench.jobs.sides.ours import Ours
from bench.jobs.sides.side import Load, Side
from bench.jobs.workloads.plan import Plan

LOOKS, STORED = "F the owner's calls, 1,110,000 jobs", "F storage of a completed job"
CALLS, COUNTS_OF_ROWS = 30, 5
DRAINED = 20_000
REALLY, AS_ROWS = "Copydesk, drained after a vacuum", "Copydesk, a million, each with key and subject"
BY_ROWS = "counting the rows instead (SQL alone)"


def measure(plan: Plan) -> None:
    with plan.book.noting(STORED, REALLY):
        plan.book.add(STORED, REALLY, _drained(Ours(plan.ground, REALLY), "bench-chunked", plan.size(DRAINED)))
    if plan.with_peers:
        with plan.book.noting(STORED, "BullMQ"):
            plan.book.add(STORED, "BullMQ", _drained(BullMQ(plan.ground), "nothing", plan.size(DRAINED)))
    with plan.book.noting(LOOKS, "Copydesk"):
        _look(plan)


def _drained(side: Side, job: str, n: int) -> Figures:
    """What the second of two equal backlogs adds: in the long run rows take the place of older versions of rows."""
    with side.crew(job, (0, 0) if isinstance(side, Ours) else (50, 50)):
        before = _drain(side, Load(job, n))
        side.ground.ours.execute("VACUUM ANALYZE")
        after = _drain(side, Load(job, n))
    return {f"{what} B/job": (after[what] - before[what]) / n for what in after}


def _drain(side: Side, load: Load) -> dict[str, int]:
    side.load(load)
    side.release()
    until(side.is_done, seconds=300, what=f"{side.label} to drain")
    return {"disk": stored_bytes(side.ground), "Redis": side.ground.redis_bytes()}


def _look(plan: Plan) -> None:
    ground, share = plan.ground, plan.size(COMPLETED) / COMPLETED
    ground.clean()
    taken = fill(ground, _owner(ground, "queues")["names"], share)
    plan.book.add(STORED, AS_ROWS, {"disk B/job": taken})
    _owner(ground, "fold")
    leave_unfolded(ground)
    seen = _owner(ground, "look", str(CALLS), QUEUE, f"email:{int(COMPLETED * share) // 2}")
    _check(seen, share)
    for what, took in seen["took"].items():
        plan.book.add(LOOKS, what, {"server ms": statistics.median(took), "p95 ms": percentile(took, 95)})
    plan.book.add(LOOKS, BY_ROWS, {"server ms": _count_rows(ground)})
    ground.clean()


def _check(seen: dict[str, Any], share: float) -> None:
    """Quick and wrong is no use."""
    counted = {state: seen["counted"][state] for state in ("completed", "waiting", "failed")}
    expected = {
        "completed": int(COMPLETED * share),
        "waiting": int(WAITING * share) + UNFOLDED,
        "failed": int(FAILED * share),
    }
    if counted != expected or (seen["failed"], seen["found"]) != (50, 1):
        raise BenchFailed(f"the owner saw {counted}, {seen['failed']} failed and {seen['found']} found: not {expected}")


def _count_rows(ground: Ground) -> float:
    return statistics.median(_count_once(ground) for _ in range(COUNTS_OF_ROWS))


def _count_once(ground: Ground) -> float:
    began = time.perf_counter()
    ground.ours.execute("SELECT queue, state, count(*) FROM queues_job GROUP BY queue, state").fetchall()
    return (time.perf_counter() - began) * 1000


def _owner(ground: Ground, *words: str) -> dict[str, Any]:
    return ask(python("-m", "bench.jobs.owner", *words), ground.environ())
