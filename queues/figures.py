"""The figures of each queue as its owner sees them: exact at any moment, at any number of rows. Reads only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from queues.counting import Counts, counts
from queues.declare import QUEUES, Queue
from queues.histograms import percentile
from queues.history import Point, Span, history
from queues.measuring import Histograms, Throughput, histograms, oldest_waiting, throughput
from queues.models import Pause, Worker
from queues.queries import live_workers

__all__ = ("Figures", "Point", "Span", "Spread", "Standing", "all_figures", "figures_of", "history", "standings")


@dataclass(frozen=True)
class Spread:
    """How long it took, in seconds, within 15 %; None when nothing was measured in the window."""

    p50: float | None
    p95: float | None
    p99: float | None

    @classmethod
    def of(cls, histogram: Mapping[str, int]) -> "Spread":
        return cls(*(percentile(histogram, percent) for percent in (50, 95, 99)))


@dataclass(frozen=True)
class Standing:
    """One queue. `waiting` includes what was handed to Redis.

    `completed` and `cancelled` count what ever was; for `per_minute` and `per_hour` see measuring.Throughput.
    """

    queue: str
    pool: str
    concurrency: int
    pause: Pause | None
    waiting: int
    active: int
    delayed: int
    completed: int
    failed: int
    cancelled: int
    enqueued: int
    deleted: int
    oldest_waiting_seconds: float | None
    workers: int
    slots: int
    per_minute: int
    per_hour: int
    recounted_at: datetime | None
    recount_drift: int

    @property
    def live(self) -> int:
        return self.waiting + self.active + self.delayed

    @property
    def total(self) -> int:
        return self.live + self.completed + self.failed + self.cancelled

    @property
    def conservation(self) -> int:
        """What came in and is nowhere; must be 0."""
        return self.enqueued - self.completed - self.failed - self.deleted - self.cancelled - self.live

    @property
    def is_unserved(self) -> bool:
        """Whether there is work and no live worker to do it."""
        return bool(self.waiting or self.active) and not self.workers


@dataclass(frozen=True)
class Figures(Standing):
    """With the waits and runs of the last hour, which take as long to read as all the rest."""

    wait: Spread
    run: Spread


@dataclass(frozen=True)
class _Look:
    """Everything that was read for one look at all queues; by the queue's name, but for the workers."""

    counts: dict[str, Counts]
    oldest: dict[str, float]
    throughput: dict[str, Throughput]
    pauses: dict[str, Pause]
    workers: list[Worker]


def standings() -> list[Standing]:
    """Of every declared queue, in the order of declaration; as many queries however many queues or jobs there are."""
    look = _Look(
        counts(),
        oldest_waiting(QUEUES),
        throughput(),
        {pause.queue: pause for pause in Pause.objects.all()},
        live_workers(),
    )
    return [_standing(queue, look) for queue in QUEUES.values()]


def all_figures() -> list[Figures]:
    """As `standings`, by one query more."""
    took = histograms()
    return [_figures(standing, took.get(standing.queue, Histograms({}, {}))) for standing in standings()]


def figures_of(queue: str) -> Figures:
    """Raises KeyError for a queue that is not declared."""
    return {figures.queue: figures for figures in all_figures()}[queue]


def _figures(standing: Standing, took: Histograms) -> Figures:
    return Figures(**vars(standing), wait=Spread.of(took.wait), run=Spread.of(took.run))


def _standing(queue: Queue, look: _Look) -> Standing:
    counted = look.counts.get(queue.name, Counts())
    done = look.throughput.get(queue.name, Throughput())
    serving = [worker for worker in look.workers if queue.name in worker.queues]
    return Standing(
        queue=queue.name,
        pool=queue.pool,
        concurrency=queue.concurrency,
        pause=look.pauses.get(queue.name),
        waiting=counted.waiting + counted.dispatched,
        active=counted.active,
        delayed=counted.delayed,
        completed=counted.completed,
        failed=counted.dead,
        cancelled=counted.cancelled,
        enqueued=counted.enqueued,
        deleted=counted.deleted,
        oldest_waiting_seconds=look.oldest.get(queue.name),
        workers=len(serving),
        slots=sum(worker.slots for worker in serving),
        per_minute=done.per_minute,
        per_hour=done.per_hour,
        recounted_at=counted.recounted_at,
        recount_drift=counted.drift,
    )
