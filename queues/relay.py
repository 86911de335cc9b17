"""The relay: hands due rows to Celery through Redis, a window at a time, best first.

Any number may run at once: what one takes is locked or guarded, so two of them are harmless.
"""

import math
from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass
from datetime import timedelta

import structlog
from django.conf import settings
from django.db.models.functions import Now
from redis import Redis
from redis.exceptions import RedisError

from queues import mending, messages, rates, sql, transitions
from queues.declare import JOBS, QUEUES, Queue, names_of
from queues.models import Relay, Worker
from queues.queries import BEAT_IS_FRESH
from queues.statements import WAITING_BEYOND
from queues.waking import Call

log = structlog.get_logger("queues")
BATCH = 200  # messages at once
GOOD_HANDFUL = 0.25  # of a window that has run empty: for less it is not worth looking often
NOT_LISTENED_WINDOW = 2  # messages kept in Redis for a queue that no worker serves yet
# One probe of an index for each queue: to list the distinct queues of a backlog would read all of it.
_WITH_WORK = """
SELECT name FROM unnest(%(queues)s::text[]) AS queue (name)
WHERE EXISTS (SELECT 1 FROM queues_job WHERE queue = queue.name AND state = 'waiting')
    AND NOT EXISTS (SELECT 1 FROM queues_pause WHERE queue = queue.name)
"""


@dataclass(frozen=True)
class Capacity:
    """Of one queue, in messages: how many may lie in Redis, and how many in Redis and under way together."""

    window: int = NOT_LISTENED_WINDOW
    slots: int = 1_000


@dataclass(frozen=True)
class Round:
    """`handed`: jobs handed over; `waiting`: whether there was any work not yet in Redis; `has_time`: whether the
    windows were filled by a few, so that the next look may come later.
    """

    handed: int
    waiting: bool
    has_time: bool = False


def tick(redis: Redis) -> int:
    """Everything once. Returns how many jobs were handed over; raises RedisError when Redis is away."""
    mending.mend(redis)
    return hand_over_all(redis, capacities()).handed


def hand_over_all(redis: Redis, capacity_of: Mapping[str, Capacity]) -> Round:
    """Hand over what is due of every queue; the rest of the backlog stays in PostgreSQL."""
    return hand_over_of([name for (name,) in sql.rows(_WITH_WORK, {"queues": list(QUEUES)})], redis, capacity_of)


def hand_over_of(names: Collection[str], redis: Redis, capacity_of: Mapping[str, Capacity]) -> Round:
    """Of these queues, which have work."""
    done = [_hand_over(redis, QUEUES[name], capacity_of.get(name, Capacity())) for name in names]
    handed = [queue.handed for queue in done if queue.handed]
    waiting = any(queue.waiting for queue in done)
    return Round(sum(handed), waiting, bool(handed) and all(queue.has_time for queue in done if queue.handed))


def send_ahead(call: Call, redis: Redis, served: Container[str]) -> bool:
    """Send the message of a job that may go ahead, if its queue is `served`; False when it needs handing over."""
    if call.job is None or call.queue not in served or call.name not in JOBS:
        return False
    first = transitions.Handed(call.job, 1, call.name, attempt=0, priority=0, run_at=None)
    messages.send(redis, QUEUES[call.queue], [first])
    log.info("dispatched", queue=call.queue, jobs=1)
    return True


def capacities() -> dict[str, Capacity]:
    """By the workers that live. Where a worker serves several queues none may take more than its own slots: there the
    sign-in codes would stand behind a thousand emails.
    """
    living = Worker.objects.filter(beat_at__gt=Now() - BEAT_IS_FRESH).values_list("queues", "slots")
    found: dict[str, Capacity] = {}
    for queues, slots in living:
        window = int(slots * settings.JOB_WINDOW)
        for name in set(queues) & QUEUES.keys():
            before = found.get(name, Capacity(0, 0))
            own = slots + window if len(queues) == 1 else QUEUES[name].concurrency
            found[name] = Capacity(before.window + window, before.slots + own)
    return found


def _hand_over(redis: Redis, queue: Queue, capacity: Capacity) -> Round:
    jobs, room = (_send_chunks if queue.chunk > 1 else _send)(redis, queue, capacity)
    if not jobs:
        return Round(0, waiting=room <= 0)
    log.info("dispatched", queue=queue.name, jobs=jobs)
    return Round(jobs, waiting=True, has_time=jobs == room < capacity.window * queue.chunk * GOOD_HANDFUL)


def _send(redis: Redis, queue: Queue, capacity: Capacity) -> tuple[int, int]:
    """Returns how many jobs went, and for how many there was room (0 when none went)."""
    with rates.allowance(queue, BATCH) as allowance:
        jobs = transitions.hand_over(queue, most=allowance.most, window=capacity.window, slots=capacity.slots)
        allowance.use(len(jobs))
    try:
        messages.send(redis, queue, jobs)
    except (RedisError, OSError):
        for job in jobs:
            transitions.undispatch(job.pk, job.generation)
        raise
    return len(jobs), jobs[0].room if jobs else 0


def _send_chunks(redis: Redis, queue: Queue, capacity: Capacity) -> tuple[int, int]:
    """Of a chunked queue no message names a job: what they are worth is told by how many lie in Redis, and who comes
    with one takes what is next. One lost is missing there and sent again; one too many finds nothing.
    """
    chunk = queue.chunk
    given = {
        "queue": queue.name,
        "names": names_of(queue),
        "sent": messages.in_redis(redis, queue) * chunk,
        "most": BATCH * chunk,
        "window": capacity.window * chunk,
        "slots": capacity.slots * chunk,
    }
    rows = sql.rows(WAITING_BEYOND, given)
    messages.send_chunks(redis, queue, {name: math.ceil(jobs / chunk) for name, jobs, _ in rows})
    return sum(jobs for _, jobs, _ in rows), rows[0][2]


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
