"""How long a job waited from the kill that hit it to its next start."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from tests.crash.kills import Kill
from tests.crash.plan import Point, Victim

SLACK_SECONDS = 0.05
ATTEMPTS = """
SELECT job_id::text, split_part(worker, ':', 2)::int AS main, outcome,
    extract(epoch FROM started_at)::float AS started, extract(epoch FROM finished_at)::float AS finished
FROM queues_attempt ORDER BY job_id, generation
"""
MESSAGE_LOST = (Point.POPPED, Point.DISPATCHED)
Attempts = Sequence[dict[str, Any]]


@dataclass(frozen=True)
class Rescue:
    kill: Kill
    job: str
    seconds: float

    @property
    def of_message(self) -> bool:
        """The job had not been claimed: only its message died."""
        return self.kill.point in MESSAGE_LOST and self.job in self.kill.jobs


def found(rows: Attempts, kills: Sequence[Kill]) -> tuple[list[Rescue], int]:
    """Every rescue; and how many runs were lost to no kill, because PostgreSQL was away for longer than a lease."""
    by_job: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_job[row["job_id"]].append(row)
    rescues, without_kill = [], 0
    for job, attempts in by_job.items():
        for attempt, following in pairwise(attempts):
            if attempt["outcome"] != "lost":
                continue
            kill = _that_hit(job, attempt, kills)
            if kill is None:
                without_kill += 1
            else:
                rescues.append(Rescue(kill, job, following["started"] - kill.at))
    return rescues + list(_of_messages(by_job, kills)), without_kill


def _that_hit(job: str, attempt: dict[str, Any], kills: Iterable[Kill]) -> Kill | None:
    """One that names the job, or took its whole worker; or else a child's, chosen before it claimed the job."""
    during = [
        kill
        for kill in kills
        if kill.main == attempt["main"]
        and attempt["started"] - SLACK_SECONDS <= kill.at <= attempt["finished"] + SLACK_SECONDS
    ]
    certain = [kill for kill in during if kill.victim == Victim.MAIN or job in kill.jobs]
    return next(iter(certain or [kill for kill in during if kill.point == Point.RANDOM]), None)


def _of_messages(by_job: dict[str, list[dict[str, Any]]], kills: Iterable[Kill]) -> Iterable[Rescue]:
    for kill in kills:
        for job in kill.jobs if kill.point in MESSAGE_LOST else ():
            later = [attempt["started"] for attempt in by_job[job] if attempt["started"] > kill.at]
            if later:
                yield Rescue(kill, job, min(later) - kill.at)


def percentile(values: Sequence[float], share: float) -> float:
    """The nearest rank; of none, nothing waited."""
    ranked = sorted(values)
    return ranked[min(int(share * len(ranked)), len(ranked) - 1)] if ranked else 0.0
