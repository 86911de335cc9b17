"""What the relay mends: due jobs, expired leases, messages that got lost between PostgreSQL and a worker.

Every step locks what it takes with SKIP LOCKED or is one guarded UPDATE, so two relays at once are harmless.
"""

from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple
from uuid import UUID

import structlog
from django.conf import settings
from django.db import OperationalError, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now
from redis import Redis

from queues import identity, sql, transitions
from queues.models import Job, JobQuerySet, Pause, Relay, State, Worker
from queues.queries import free_queues

log = structlog.get_logger("queues")
BATCH = 200
# One statement says what there is to mend: a relay that sleeps spent most of its time asking for one thing at a time.
_LOOK = """
SELECT EXISTS (SELECT FROM queues_job WHERE state = 'delayed' AND run_at <= statement_timestamp()),
    EXISTS (SELECT FROM queues_job WHERE state = 'active' AND leased_until < statement_timestamp()),
    EXISTS (SELECT FROM queues_job WHERE state = 'dispatched'
        AND dispatched_at < statement_timestamp() - make_interval(secs => %(patience)s)),
    EXISTS (SELECT FROM queues_pause AS pause
        WHERE EXISTS (SELECT FROM queues_job WHERE queue = pause.queue AND state = 'dispatched')),
    ARRAY(SELECT identity FROM queues_relay UNION SELECT identity FROM queues_worker
        UNION SELECT leased_by FROM queues_job WHERE state = 'active')
"""


class _Look(NamedTuple):
    due: bool
    expired: bool
    unclaimed: bool
    paused: bool
    processes: list[str]


def mend(redis: Redis) -> None:
    """One round of everything; raises RedisError when Redis is away."""
    look = _Look(*sql.rows(_LOOK, {"patience": settings.JOB_REDISPATCH_SECONDS})[0])
    if look.due:
        transitions.promote_due()
    if any(identity.is_gone(process) for process in look.processes):
        release_the_dead()
    if look.expired:
        rescue_expired()
    if not sentinel_stands(redis):
        undispatch_all()
        plant_sentinel(redis)
    if look.unclaimed:
        undispatch_lost()
    if look.paused:
        undispatch_paused()


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


def release_the_dead() -> int:
    """Forget processes of this host that are gone; rescue at once what they had leased, and send again what they may
    have taken from Redis and not claimed, or handed over and not sent."""
    _forget_dead_relays()
    leased = Job.objects.filter(state=State.ACTIVE, leased_by__startswith=f"{identity.HOST}:")
    workers = Worker.objects.filter(host=identity.HOST)
    known = {*leased.values_list("leased_by", flat=True).distinct(), *workers.values_list("identity", flat=True)}
    gone = [who for who in known if identity.is_gone(who)]
    if not gone:
        return 0
    served = {
        queue for queues in workers.filter(identity__in=gone).values_list("queues", flat=True) for queue in queues
    }
    workers.filter(identity__in=gone).delete()
    for queue in served:
        transitions.undispatch_queue(queue)
    return sum(
        _rescue(leased.filter(pk=job_id)) for job_id in leased.filter(leased_by__in=gone).values_list("pk", flat=True)
    )


def _forget_dead_relays() -> None:
    """A relay beats before it hands over: what it may not have sent was handed over since its last beat."""
    for relay in Relay.objects.filter(identity__startswith=f"{identity.HOST}:"):
        if identity.is_gone(relay.identity):
            with transaction.atomic():
                forgotten, _ = Relay.objects.filter(pk=relay.pk).delete()
                if forgotten:  # and not by another process meanwhile
                    transitions.undispatch_since(relay.beat_at)


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


def undispatch_paused() -> None:
    """What another relay handed over in the very moment of the pause."""
    paused = Pause.objects.filter(Exists(Job.objects.filter(queue=OuterRef("queue"), state=State.DISPATCHED)))
    for queue in paused.values_list("queue", flat=True):
        transitions.undispatch_queue(queue)


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
