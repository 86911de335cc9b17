"""A job's way when nothing goes wrong: enqueued, picked up, completed, counted."""

import time
from collections.abc import Iterator

from queues.figures import Figures, figures_of
from queues.models import Delta, Job, State
from queues.selftest.jobs import COMPLETES, SELFTEST
from queues.selftest.lines import Line, Untrue, until
from queues.selftest.rehearsal import Rehearsal, between
from queues.words import duration


def lines(rehearsal: Rehearsal) -> Iterator[Line]:
    """Raises Untrue."""
    before, began = figures_of(SELFTEST.name), time.perf_counter()
    job = rehearsal.enqueue(COMPLETES)
    yield Line("enqueued", f"job {job.pk} in {duration(time.perf_counter() - began)}")
    job = rehearsal.until("picked up", job, _is_picked_up)
    yield Line("picked up", f"after {between(job.created_at, job.started_at)}")
    job = rehearsal.until("completed", job, _is_completed)
    worker = job.attempts.latest("generation").worker
    yield Line("completed", f"after another {between(job.started_at, job.finished_at)}, by {worker}")
    yield _moved(before, figures_of(SELFTEST.name))
    yield _folded(rehearsal.patience_seconds)


def _is_picked_up(job: Job) -> bool:
    return job.started_at is not None


def _is_completed(job: Job) -> bool:
    return job.state == State.COMPLETED


def _moved(before: Figures, after: Figures) -> Line:
    """Another selftest may run beside this one."""
    counts = ("enqueued", "completed", "per_hour")
    moves = [(name.replace("_", " "), getattr(before, name), getattr(after, name)) for name in counts]
    told = ", ".join(f"{name} {was:,} → {now:,}" for name, was, now in moves)
    missing = after.conservation
    has_moved = after.enqueued > before.enqueued and after.completed > before.completed and after.per_hour > 0
    return Line("statistics", f"{told}, {missing:,} missing", has_moved and not missing)


def _folded(patience_seconds: float) -> Line:
    """By a relay; what is not folded yet is counted all the same, but history and percentiles wait for it."""
    newest = Delta.objects.filter(queue=SELFTEST.name).order_by("-pk").values_list("pk", flat=True).first()
    if newest is None:
        return Line("history", "written already")
    began = time.perf_counter()
    pending = Delta.objects.filter(queue=SELFTEST.name, pk__lte=newest)
    if not until(lambda: not pending.exists(), seconds=patience_seconds):
        waited = duration(patience_seconds)
        raise Untrue("history", f"not written within {waited}: look into the relay's log for housekeeping")
    return Line("history", f"written by a relay {duration(time.perf_counter() - began)} later")
