"""Everything that is known of one job, in one line of time: its own row, its runs, what Celery kept of them, its dead
letter, and who did what to it and to what it is about. Reads only; what it says may be shown.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django_celery_results.models import TaskResult

from audit.models import AuditEntry
from queues.describing import describe
from queues.models import Attempt, DeadLetter, Job, Outcome, State
from queues.showing import first_line, shown_text
from queues.words import counted, duration

MOST_ENTRIES = 100  # of the record: the newest
_TARGET = "job"
DONE = {
    "job.replayed": "Started over by {who}",
    "job.run_now": "Brought forward by {who}",
    "job.cancelled": "Cancel asked for by {who}",
    "job.payload_revealed": "Payload read in full by {who}",
}
ENDED = {
    Outcome.COMPLETED: "completed",
    Outcome.ERROR: "failed",
    Outcome.POSTPONED: "was put off: what it needs was away",
    Outcome.TIMED_OUT: "ran out of time",
    Outcome.LOST: "was lost with its worker",
    Outcome.RETURNED: "was given back by a worker that shut down",
    Outcome.CANCELLED: "was cancelled",
}


@dataclass(frozen=True)
class Moment:
    """`what` is one word for its kind; `words` a line of text; `link` an address, or empty."""

    at: datetime
    what: str
    words: str
    link: str = ""


def timeline(job: Job, attempts: Iterable[Attempt] | None = None) -> list[Moment]:
    """The oldest first; of moments at once, in the order they must have happened."""
    runs = list(job.attempts.order_by("generation") if attempts is None else attempts)
    moments = [*_beginning(job), *_runs(job, runs), *_witness(job, runs), *_end(job), *_record(job)]
    return sorted(moments, key=lambda moment: moment.at)


def flower_link(task_id: str) -> str:
    """Flower's page of one hand-over."""
    return f"{settings.FLOWER_URL}/task/{task_id}"


def task_id_of(attempt: Attempt) -> str:
    """What Celery and Flower know this run by."""
    return str(attempt.chunk_id or f"{attempt.job_id}.{attempt.generation}")


def _beginning(job: Job) -> Iterator[Moment]:
    about = describe(job)
    words = f"Enqueued: {job.name}" + (f", about {about.label}" if about else "")
    yield Moment(job.created_at, "enqueued", words, about.url if about else "")


def _runs(job: Job, runs: list[Attempt]) -> Iterator[Moment]:
    for run in runs:
        took = duration((run.finished_at - run.started_at).total_seconds())
        error = first_line(shown_text(job.name, run.error))
        words = f"Attempt {run.number} {ENDED[Outcome(run.outcome)]} after {took} on {run.worker}"
        yield Moment(run.finished_at, "attempt", f"{words}: {error}" if error else words, flower_link(task_id_of(run)))
    if job.state == State.DISPATCHED and job.dispatched_at:
        yield Moment(job.dispatched_at, "handed over", "Handed to the workers", flower_link(job.task_id))
    if job.state == State.ACTIVE and job.started_at:
        words = f"Attempt {job.attempt} began on {job.leased_by}"
        yield Moment(job.started_at, "running", words, flower_link(job.task_id))
        if job.cancel_requested_at:
            yield Moment(job.cancel_requested_at, "cancel", "Asked to stop; it will at its next checkpoint")


def _witness(job: Job, runs: list[Attempt]) -> Iterator[Moment]:
    """Celery's own record of each hand-over, kept by django-celery-results."""
    ids = {task_id_of(run) for run in runs} | {f"{job.pk}.{generation}" for generation in range(1, job.generation + 1)}
    for result in TaskResult.objects.filter(task_id__in=ids).only("task_id", "status", "date_done", "worker"):
        words = f"Celery’s record of hand-over {_number(result.task_id)}: {result.status}"
        link = _admin_page("admin:django_celery_results_taskresult_change", result.pk)
        yield Moment(result.date_done, "result", words, link)


def _end(job: Job) -> Iterator[Moment]:
    letter = DeadLetter.objects.filter(pk=job.pk).only("died_at", "why", "replays").first()
    if letter is not None:
        again = f", after {counted(letter.replays, 'replay', 'replays')}" if letter.replays else ""
        yield Moment(letter.died_at, "dead letter", f"Became a dead letter{again}", _letter_page(job))
    if job.finished_at and job.state == State.CANCELLED:
        yield Moment(job.finished_at, "cancelled", f"Cancelled: {job.cancel_reason or 'no reason given'}")


def _record(job: Job) -> Iterator[Moment]:
    """The audit of this job, and from its beginning on, of what it is about."""
    about = Q(target_type=_TARGET, target_id=str(job.pk))
    if job.subject_id and job.subject_type != _TARGET:
        about |= Q(target_type=job.subject_type, target_id=job.subject_id, at__gte=job.created_at)
    for entry in AuditEntry.objects.filter(about).order_by("-id")[:MOST_ENTRIES]:
        link = _admin_page("admin:audit_auditentry_change", entry.pk)
        yield Moment(entry.at, "audit", _said(entry, job), link)


def _said(entry: AuditEntry, job: Job) -> str:
    known = DONE.get(entry.action)
    is_ours = entry.target_type == _TARGET
    plain = entry.action.replace("_", " ").replace(".", " ")
    words = known.format(who=entry.actor_label) if known and is_ours else f"{plain} by {entry.actor_label}"
    return f"{words}: {entry.reason}" if entry.reason else words


def _number(task_id: str) -> str:
    """A chunk's id says no number."""
    return task_id.partition(".")[2] or "in a chunk"


def _letter_page(job: Job) -> str:
    return reverse("queues:dead-letter", args=[job.pk])


def _admin_page(name: str, pk: int) -> str:
    try:
        return reverse(name, args=[pk])
    except NoReverseMatch:
        return ""
