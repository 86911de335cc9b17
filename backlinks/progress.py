"""How far the writing of an order is, in words that are true: at work, in line, held up, or to be tried again.

Reads only. Why something failed is for staff; its customer is told what happens now.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone

from backlinks.integration import JOBS
from backlinks.models import Order, Product
from queues.models import Job, Pause, State
from queues.queries import live_job_of, live_slots, queue_position

AT_WORK = "At work"
IN_LINE = "Waiting for a free writer"
PAUSED = "Writing is paused for the moment. Your order keeps its place and begins by itself."
AWAY = "Our writers are away for the moment. Your order keeps its place and begins by itself when they are back."
OUTAGE = "Something the writer needs cannot be reached for the moment. Nothing is lost: we try again by ourselves"
NOT_YET = "It did not work out yet; we try again by ourselves"


@dataclass(frozen=True)
class QueueInfo:
    """The job that is under way for an order. `position` counts the jobs before it; `progress` is 0–100."""

    job_id: UUID
    state: str
    progress: int
    message: str
    position: int


def progress_of(order: Order) -> QueueInfo | None:
    """None when nothing is being written for it."""
    job = live_job_of("order", str(order.pk), JOBS[Product(order.product)])
    return _told(job) if job else None


def _told(job: Job) -> QueueInfo:
    state = State(job.state)
    return QueueInfo(
        job_id=job.pk,
        state=State.WAITING.label if state == State.DISPATCHED else state.label,
        progress=job.progress if state == State.ACTIVE else 0,
        message=_message(job, state),
        position=queue_position(job),
    )


def _message(job: Job, state: State) -> str:
    if state == State.ACTIVE:
        return job.progress_message or AT_WORK
    if state == State.DELAYED:
        return _held_up(job)
    if Pause.objects.filter(pk=job.queue).exists():
        return PAUSED
    return IN_LINE if live_slots(job.queue) else AWAY


def _held_up(job: Job) -> str:
    if job.postponements:
        return f"{OUTAGE}, {_when(job.run_at)}."
    if job.attempt:
        return (
            f"Try {job.attempt} of {job.max_attempts} did not work out; the next begins by itself, {_when(job.run_at)}."
        )
    return NOT_YET


def _when(moment: datetime) -> str:
    return f"at {moment:%H:%M} UTC" if moment > timezone.now() else "in a moment"
