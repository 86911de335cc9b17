"""Why a job is not running, in one sentence. Reads only, and never guesses: each reason is one the relay acts on."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from queues.declare import JOBS, QUEUES, Queue
from queues.listing import LISTINGS, Walk
from queues.models import Job, Pause, State, Worker
from queues.queries import live_workers, relay_beats
from queues.rates import seconds_until_next
from queues.showing import shown_state, shown_text
from queues.words import clock, counted, duration, from_now

MOST_COUNTED = 1000  # nobody needs to know whether 40,000 or 50,000 jobs come first, and counting them takes its time


@dataclass(frozen=True)
class Circumstances:
    """What holds for every waiting job of one queue."""

    queue: Queue
    pause: Pause | None
    has_relay: bool
    workers: list[Worker]
    running: int
    seconds_to_token: float

    @property
    def slots(self) -> int:
        return sum(worker.slots for worker in self.workers)

    @property
    def is_busy(self) -> bool:
        return all(worker.busy >= worker.slots for worker in self.workers)

    @property
    def at_once(self) -> int:
        """Messages it may have under way, as the relay counts: no more than its own where a worker serves several."""
        return sum(w.slots if len(w.queues) == 1 else self.queue.concurrency for w in self.workers)

    @property
    def is_full(self) -> bool:
        return self.running >= self.at_once * self.queue.chunk


def because(job: Job) -> str:
    """One sentence; empty for a job that runs or has ended, but for a failed one whose twin lives."""
    if job.state == State.DEAD:
        return _twin(job)
    if job.state not in (State.WAITING, State.DISPATCHED):
        return _due(job) if job.state == State.DELAYED else ""
    if job.queue not in QUEUES:
        return f"This release does not know the queue {job.queue}: it waits for one that does."
    return _sentence(job, circumstances(job.queue), _ahead(job))


def because_each(queue: str, jobs: Iterable[Job]) -> dict[UUID, str]:
    """The same for some jobs of `queue`, but how many come first: that would have to be counted for each."""
    reasons = {job.pk: _due(job) for job in jobs if job.state == State.DELAYED}
    waiting = [job for job in jobs if job.state in (State.WAITING, State.DISPATCHED)]
    if waiting:
        holding = circumstances(queue)
        reasons |= {job.pk: _sentence(job, holding, None) for job in waiting}
    return reasons


def because_in_line(queue: str, line: Sequence[Job]) -> dict[UUID, str]:
    """The same for waiting jobs that follow one another without a gap, the first to run first."""
    if not line:
        return {}
    holding, ahead = circumstances(queue), _ahead(line[0])
    return {job.pk: _sentence(job, holding, ahead + place) for place, job in enumerate(line)}


def circumstances(queue: str) -> Circumstances:
    """Raises KeyError for a queue nobody declares."""
    return Circumstances(
        QUEUES[queue],
        pause=Pause.objects.filter(pk=queue).first(),
        has_relay=relay_beats(),
        workers=[worker for worker in live_workers() if queue in worker.queues],
        running=Job.objects.filter(queue=queue, state=State.ACTIVE).count(),
        seconds_to_token=seconds_until_next(QUEUES[queue]),
    )


def _sentence(job: Job, holding: Circumstances, ahead: int | None) -> str:
    if job.name not in JOBS:
        return f"This release does not know the job {job.name}: it waits for one that does."
    if holding.pause is not None:
        return paused(holding.pause)
    if not holding.has_relay:
        return "No relay is running: nothing is handed to the workers."
    if not holding.workers:
        return f"No worker serves the queue {holding.queue.name}."
    if job.state == State.DISPATCHED:
        return _handed_over(holding)
    if holding.seconds_to_token > 0:
        limit = f"Rate limit of {holding.queue.rate_per_minute} a minute"
        return f"{limit}: the next may go in {duration(holding.seconds_to_token)}{_behind(ahead)}."
    return _in_line(holding, ahead)


def paused(pause: Pause) -> str:
    """Of a queue, by whom and why."""
    reason = f": {pause.reason.rstrip('.')}" if pause.reason else ""
    return f"Paused by {pause.paused_by} since {clock(pause.paused_at)}{reason}."


def _handed_over(holding: Circumstances) -> str:
    if holding.is_busy:
        slot = "their only slot" if holding.slots == 1 else f"one of their {holding.slots} slots"
        return f"Handed to the workers: it starts as soon as {slot} is free."
    return "Handed to the workers: it is about to start."


def _in_line(holding: Circumstances, ahead: int | None) -> str:
    place = "Waits its turn" if ahead is None else f"{_counted(ahead)} of it" if ahead else "Next in line"
    if holding.is_full:
        return f"{place}: its queue runs {holding.at_once} at once, and so many are running."
    if holding.is_busy:
        slots = (
            "the only slot of its workers is" if holding.slots == 1 else f"all {holding.slots} slots of its workers are"
        )
        return f"{place}: {slots} busy."
    return f"{place}: about to be handed to the workers."


def _behind(ahead: int | None) -> str:
    return f"; {_counted(ahead)}" if ahead else ""


def _counted(ahead: int) -> str:
    if ahead >= MOST_COUNTED:
        return f"More than {MOST_COUNTED:,} jobs are ahead"
    return f"{counted(ahead, 'job is', 'jobs are')} ahead"


def _due(job: Job) -> str:
    due = f"Due at {clock(job.run_at)}, {from_now(job.run_at)}"
    if job.postponements and job.postponed_since is None and job.error:
        return f"{due}, because we hold it back. {shown_text(job.name, job.error)}"
    if job.postponements:
        return f"{due}: what it needs was away ({counted(job.postponements, 'time', 'times')} so far)."
    if job.attempt:
        return f"{due}: attempt {job.attempt} of {job.max_attempts} failed."
    return f"{due}, as it was asked for."


def _twin(job: Job) -> str:
    twin = Job.objects.live().filter(queue=job.queue, key=job.key).first() if job.key is not None else None
    if twin is None:
        return ""
    return f"It cannot run again while its twin {twin.pk}, with the same key, is {shown_state(twin)}."


def _ahead(job: Job) -> int:
    """How many of its queue will start before it, counted up to about MOST_COUNTED."""
    before = Walk(LISTINGS["waiting"], is_backward=True, place=(job.priority, job.run_at, job.pk)).legs
    here = Job.objects.filter(queue=job.queue)
    states = LISTINGS["waiting"].states
    return sum(here.filter(leg, state=state)[:MOST_COUNTED].count() for leg in before for state in states)
