"""Processor time and memory of a crew and of the two services while a workload runs."""

import time
from dataclasses import dataclass

from bench.jobs import usage
from bench.jobs.ground import Ground
from bench.jobs.samples import Figures
from bench.jobs.sides.side import Crew


@dataclass(frozen=True)
class Reading:
    at: float
    parts: dict[str, float]


def read(ground: Ground, crew: Crew) -> Reading:
    """Processor seconds so far, by part."""
    services = ground.spent()
    workers = sum(usage.tree_seconds(worker.pid) for worker in crew.workers)
    others = {name: usage.tree_seconds(process.pid) for name, process in crew.others.items()}
    return Reading(
        time.monotonic(), {"workers": workers, **others, "postgres": services.postgres, "redis": services.redis}
    )


def cost(before: Reading, after: Reading, jobs: int) -> Figures:
    """Microseconds of processor time a job, by part, and how many cores were busy."""
    spent = {name: after.parts[name] - before.parts[name] for name in after.parts}
    figures = {f"{name} µs/job": seconds / jobs * 1e6 for name, seconds in spent.items()}
    return {**figures, "cores": sum(spent.values()) / (after.at - before.at)}


def peak_mib(crew: Crew) -> float:
    """Of the worker process that held most."""
    return max(usage.peak_mib(worker.pid) for worker in crew.workers)
