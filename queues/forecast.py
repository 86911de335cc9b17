"""What a bulk replay would do, told beforehand: by the same questions the replay itself asks, with nothing kept."""

import time
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import QuerySet

from queues.errors import NotReplayable
from queues.letters import Filter, matching
from queues.models import DeadLetter, Job, State
from queues.replay import refuse_outdated
from queues.subjects import Subject, subject_of

REPLAYING, DELETING = "replay-dead-letters", "delete-dead-letters"
LOADED_AT_ONCE = 1_000
ASK_SECONDS = 5.0  # somebody waits for the page: a subject not asked by then is asked by the replay alone


@dataclass(frozen=True)
class Forecast:
    """Of the letters `matching`: those that would replay, those with a live twin of their key, those whose payload no
    longer fits, and those whose subject says no. `unasked` would replay unless their subject, not asked in time, minds.
    """

    matching: int
    would_replay: int
    conflicts: int
    outdated: int
    refused: int
    unasked: int = 0


def swept(filter: Filter) -> QuerySet[DeadLetter]:
    """The letters a bulk takes. A bulk that died is an owner's decision of its own: it is replayed only by itself."""
    return matching(filter).exclude(name__in=(REPLAYING, DELETING))


def dry_run(filter: Filter) -> Forecast:
    """Each letter in the order in which a bulk replay takes it, as if those before it had been replayed."""
    matching = would_replay = conflicts = outdated = refused = unasked = 0
    until = time.monotonic() + ASK_SECONDS
    replayed: set[tuple[str, str]] = set()
    for job, has_twin in _jobs(filter):
        matching += 1
        if job.key is not None and (has_twin or (job.queue, job.key) in replayed):
            conflicts += 1
        elif not _fits(job):
            outdated += 1
        elif (in_time := time.monotonic() < until) and _subject_minds(job):
            refused += 1
        else:
            would_replay += 1
            unasked += not in_time and _has_a_say(job)
            if job.key is not None:
                replayed.add((job.queue, job.key))
    return Forecast(matching, would_replay, conflicts, outdated, refused, unasked)


def _jobs(filter: Filter) -> Iterator[tuple[Job, bool]]:
    """The dead jobs, oldest death first, and whether a job with their key is under way."""
    ids = list(swept(filter).order_by("died_at", "pk").values_list("pk", flat=True))
    for start in range(0, len(ids), LOADED_AT_ONCE):
        jobs = Job.objects.filter(state=State.DEAD).in_bulk(ids[start : start + LOADED_AT_ONCE])
        keys = [job.key for job in jobs.values() if job.key is not None]
        live = set(Job.objects.live().filter(key__in=keys).values_list("queue", "key")) if keys else set()
        for job_id in ids[start : start + LOADED_AT_ONCE]:
            if (job := jobs.get(job_id)) is not None:
                yield job, (job.queue, job.key) in live


def _fits(job: Job) -> bool:
    try:
        refuse_outdated(job)
    except NotReplayable:
        return False
    return True


def _has_a_say(job: Job) -> bool:
    return subject_of(job).on_replay is not Subject.on_replay


def _subject_minds(job: Job) -> bool:
    """Ask it for real, and take back what it did."""
    if not _has_a_say(job):
        return False
    try:
        with transaction.atomic():
            subject_of(job).on_replay(job)
            transaction.set_rollback(True)
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        return True
    return False
