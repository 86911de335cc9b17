"""The relay: hands due rows to Celery through Redis, a window at a time, and mends what was lost on the way.

Any number may run at once; every step locks what it takes with SKIP LOCKED, so two of them are harmless.
"""

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

import structlog
from celery import current_app
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Count
from django.db.models.functions import Now
from kombu.exceptions import OperationalError as BrokerDown
from redis import Redis
from redis.exceptions import RedisError

from queues import transitions
from queues.declare import JOBS, QUEUES, Queue
from queues.models import Job, JobQuerySet, Relay, State, Worker
from queues.queries import free_queues, live_slots

log = structlog.get_logger("queues")
BATCH = 200
PRUNED_AT_ONCE = 2000
NOT_LISTENED_WINDOW = 2  # messages kept in Redis for a queue that no worker serves yet


def tick(redis: Redis) -> int:
    """One round. Returns how many jobs were handed over; raises BrokerDown or RedisError when Redis is away."""
    transitions.promote_due()
    rescue_expired()
    if not sentinel_stands(redis):
        undispatch_all()
        plant_sentinel(redis)
    undispatch_lost()
    return sum(hand_over(QUEUES[name]) for name in _with_work() if name in QUEUES)


def _with_work() -> list[str]:
    """Queues with rows that wait: an idle relay asks one question, not one for each queue."""
    return list(Job.objects.filter(state=State.WAITING).values_list("queue", flat=True).distinct())


def hand_over(queue: Queue) -> int:
    """Dispatch waiting rows of `queue` up to its window; the rest of the backlog stays in PostgreSQL.

    A job this release does not declare waits for one that does: in a deploy, versions overlap.
    """
    with transaction.atomic():
        room = _window(queue) - Job.objects.filter(queue=queue.name, state=State.DISPATCHED).count()
        if room <= 0:
            return 0
        waiting = Job.objects.select_for_update(skip_locked=True).filter(
            queue=queue.name, state=State.WAITING, name__in=JOBS
        )
        jobs = list(waiting.order_by("-priority", "run_at", "id")[: min(room, BATCH)])
        transitions.dispatch(jobs)
    _publish(jobs)
    return len(jobs)


def _window(queue: Queue) -> int:
    slots = live_slots(queue.name)
    return int(slots * settings.JOB_WINDOW) if slots else NOT_LISTENED_WINDOW


def _publish(jobs: list[Job]) -> None:
    """Send the messages; what could not be sent waits again. A relay killed here leaves rows for undispatch_lost."""
    for sent, job in enumerate(jobs):
        try:
            with current_app.producer_pool.acquire(block=True, timeout=5) as producer:
                current_app.tasks[job.name].apply_async(  # type: ignore[call-arg]
                    args=(str(job.pk), job.generation),
                    task_id=f"{job.pk}.{job.generation}",
                    retries=job.attempt,
                    queue=QUEUES[job.queue].broker_name,
                    argsrepr=f"({str(job.pk)!r}, {job.generation})",
                    kwargsrepr="{}",
                    producer=producer,
                    retry=False,
                )
        except (BrokerDown, RedisError, OSError):
            for unsent in jobs[sent:]:
                transitions.undispatch(unsent.pk, unsent.generation)
            raise


def rescue_expired() -> int:
    """Jobs whose lease ran out: their worker died. Jobs over their own time are ended by their worker, not here."""
    expired = Job.objects.filter(state=State.ACTIVE, leased_until__lt=Now())
    ids = list(expired.order_by("leased_until").values_list("pk", flat=True)[:BATCH])
    return sum(_rescue(expired.filter(pk=job_id)) for job_id in ids)


def _rescue(expired: JobQuerySet) -> bool:
    """Each in a transaction of its own, so that one row nobody can rescue keeps no other from it."""
    try:
        with transaction.atomic():
            job = expired.select_for_update(skip_locked=True).first()
            return job is not None and transitions.rescue(job)
    except OperationalError:
        raise
    except Exception:
        log.exception("rescue_failed")
        return False


def undispatch_lost() -> int:
    """Messages unclaimed although a live worker of their queue has had a free slot for JOB_REDISPATCH_SECONDS.

    A plain time limit would pile up copies behind slow jobs.
    """
    patience = timedelta(seconds=settings.JOB_REDISPATCH_SECONDS)
    lost = Job.objects.filter(
        state=State.DISPATCHED, dispatched_at__lt=Now() - patience, queue__in=free_queues(patience)
    )
    return _undispatch(lost.order_by("dispatched_at")[:BATCH].values_list("pk", "generation"), "message_lost")


def undispatch_all() -> int:
    """Redis was emptied: no message of ours is left in it."""
    dispatched = Job.objects.filter(state=State.DISPATCHED)
    return _undispatch(dispatched.values_list("pk", "generation"), "redis_wiped")


def _undispatch(rows: Iterable[tuple[UUID, int]], why: str) -> int:
    moved = sum(transitions.undispatch(pk, generation) for pk, generation in rows)
    if moved:
        log.warning(why, jobs=moved)
    return moved


def _sentinel() -> str:
    return f"{settings.QUEUE_PREFIX}:sentinel"


def sentinel_stands(redis: Redis) -> bool:
    """Whether the key planted at the last wipe still stands."""
    return bool(redis.exists(_sentinel()))


def plant_sentinel(redis: Redis) -> None:
    redis.set(_sentinel(), "1")


def beat(identity: str, *, idle: bool) -> None:
    """Say that this relay lives, and whether it sleeps and wants waking."""
    updated = Relay.objects.filter(pk=identity).update(idle=idle, beat_at=Now())
    if not updated:
        Relay.objects.create(identity=identity, idle=idle)


def forget_silent() -> None:
    """Relays and workers that have not beaten for long are gone for good."""
    long_ago = Now() - timedelta(minutes=5)
    Relay.objects.filter(beat_at__lt=long_ago).delete()
    Worker.objects.filter(beat_at__lt=long_ago).delete()


def prune() -> int:
    """Delete a batch of completed and cancelled jobs past their retention; dead letters stay for ever."""
    ended = Job.objects.filter(
        state__in=(State.COMPLETED, State.CANCELLED), finished_at__lt=Now() - settings.JOB_RETENTION
    )
    deleted, _ = Job.objects.filter(pk__in=ended.values("pk")[:PRUNED_AT_ONCE]).delete()
    return deleted


def waiting_by_queue() -> dict[str, int]:
    """How many wait in each queue, for the stats line."""
    rows = Job.objects.filter(state__in=(State.WAITING, State.DISPATCHED)).values("queue").annotate(n=Count("pk"))
    return {row["queue"]: row["n"] for row in rows}
