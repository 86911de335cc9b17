"""Who must be running: Redis, a relay, and a worker for every queue."""

from collections.abc import Iterator

from django.db.models.functions import Now
from redis.exceptions import RedisError

from queues.figures import all_figures
from queues.models import Relay
from queues.queries import BEAT_IS_FRESH, live_workers
from queues.selftest.lines import Line
from queues.services import redis_client
from queues.words import counted

NO_RELAY = f"none has beaten for {BEAT_IS_FRESH.seconds} s: start `manage.py relay`"


def lines() -> Iterator[Line]:
    """One for each kind of process; each is looked for whatever became of the others."""
    away = redis_trouble()
    yield Line("Redis", away or "answers", not away)
    relays = Relay.objects.filter(beat_at__gt=Now() - BEAT_IS_FRESH).count()
    yield Line("relay", f"{counted(relays, 'is', 'are')} running" if relays else NO_RELAY, bool(relays))
    yield _workers()


def redis_trouble() -> str:
    """Empty when it answers."""
    with redis_client() as redis:
        try:
            redis.ping()
        except (RedisError, OSError) as error:
            return f"Redis does not answer: {error}"
    return ""


def _workers() -> Line:
    figures = all_figures()
    unserved: dict[str, list[str]] = {}
    for queue in figures:
        if not queue.workers:
            unserved.setdefault(queue.pool, []).append(queue.queue)
    if unserved:
        told = [
            f"nobody serves {', '.join(names)}: start `manage.py worker {pool}`" for pool, names in unserved.items()
        ]
        return Line("workers", "; ".join(told), False)
    return Line("workers", f"{counted(len(live_workers()), 'serves', 'serve')} all {len(figures)} queues")
