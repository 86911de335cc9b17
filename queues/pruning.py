"""Deletes what was kept long enough, in batches: ended jobs with their attempts, minutes, ticks, Celery's results.

Never a dead job, a dead letter, or a once-key that is no tick. Each batch skips what another relay has locked.
"""

import random
import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import QuerySet
from django.db.models.functions import Now
from django_celery_results.models import TaskResult

from queues.archiving import archive
from queues.declare import JOBS, QUEUES
from queues.models import Counter, Job, JobQuerySet, Minute, OnceKey, State

log = structlog.get_logger("queues")
AT_ONCE = 2_000
BUDGET_SECONDS = 1.0  # the relay has other things to keep: what is left goes at its next round
MINUTES_KEPT = timedelta(days=14)
TICKS_KEPT = timedelta(days=2)
Chore = Callable[[], int]


def prune() -> int:
    """Delete what is due, for as long as BUDGET_SECONDS last; returns how many jobs went.

    In random order, so that a backlog of one kind keeps none of the others for ever.
    """
    of_jobs: list[Chore] = [partial(_prune_jobs, queue, kept) for queue, kept in _retentions().items()]
    chores = deque([*of_jobs, _prune_minutes, _prune_ticks, _prune_results])
    random.shuffle(chores)
    deadline = time.monotonic() + BUDGET_SECONDS
    pruned = 0
    while chores and time.monotonic() < deadline:
        chore = chores.popleft()
        went = chore()
        pruned += went if chore in of_jobs else 0
        if went == AT_ONCE:
            chores.append(chore)
    return pruned


def _retentions() -> dict[str, timedelta]:
    """How long each queue's ended jobs are kept: also of those that were declared once."""
    known = Counter.objects.values_list("queue", flat=True)
    declared = {name: queue.retention or settings.JOB_RETENTION for name, queue in QUEUES.items()}
    return {**dict.fromkeys(known, settings.JOB_RETENTION), **declared}


def _prune_jobs(queue: str, kept: timedelta) -> int:
    old = Job.objects.filter(
        queue=queue, state__in=(State.COMPLETED, State.CANCELLED), finished_at__lt=Now() - kept
    ).select_for_update(skip_locked=True)
    try:
        with transaction.atomic():
            ids = _archived(old) if settings.JOB_ARCHIVE else list(old.values_list("pk", flat=True)[:AT_ONCE])
            _delete_jobs(ids)
    except OSError as error:
        log.error("archive_failed", queue=queue, folder=settings.JOB_ARCHIVE, error=str(error))
        return 0
    return len(ids)


def _archived(old: JobQuerySet) -> list[UUID]:
    jobs = list(old[:AT_ONCE])
    if jobs:
        archive(jobs, Path(settings.JOB_ARCHIVE))
    return [job.pk for job in jobs]


def _delete_jobs(ids: list[UUID]) -> None:
    """Raw, because the ORM would fetch the attempts one by one to ask what hangs on them."""
    if ids:
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM queues_attempt WHERE job_id = ANY(%s)", [ids])
            cursor.execute("DELETE FROM queues_job WHERE id = ANY(%s)", [ids])


def _prune_minutes() -> int:
    return _delete(Minute.objects.filter(minute__lt=Now() - MINUTES_KEPT))


def _prune_ticks() -> int:
    """By queue, because the index begins with it and the other keys may be millions."""
    queues = {job.queue.name for job in JOBS.values() if job.every_seconds}
    ticks = OnceKey.objects.filter(queue__in=queues, once__startswith="tick:")
    return _delete(ticks.filter(created_at__lt=Now() - TICKS_KEPT))


def _prune_results() -> int:
    return _delete(TaskResult.objects.filter(date_done__lt=Now() - settings.JOB_RETENTION))


def _delete(old: QuerySet[Any]) -> int:
    """One batch of rows on which nothing hangs."""
    with transaction.atomic():
        locked = old.order_by().select_for_update(skip_locked=True)
        ids = list(locked.values_list("pk", flat=True)[:AT_ONCE])
        old.model._default_manager.filter(pk__in=ids).delete()
    return len(ids)
