"""How fast a queue with a rate may be handed over: a token bucket in PostgreSQL, exact over all relays.

A bucket holds at most ten seconds' worth, so that after a quiet hour a whole minute's jobs do not go at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction
from django.db.models.functions import Now

from queues.declare import Queue
from queues.models import RateBucket

BURST_SECONDS = 10


@dataclass
class Allowance:
    """`most` jobs may go now; `use` says how many did."""

    most: int
    used: int = 0

    def use(self, jobs: int) -> None:
        self.used = jobs


@contextmanager
def allowance(queue: Queue, most: int) -> Iterator[Allowance]:
    """What `queue` may hand over now, at most `most`. Of a queue without a rate: all of it, in no transaction."""
    if queue.rate_per_minute is None:
        yield Allowance(most)
        return
    with transaction.atomic():
        tokens = _refilled(queue.name, queue.rate_per_minute)
        allowed = Allowance(min(most, int(tokens)))
        yield allowed
        RateBucket.objects.filter(pk=queue.name).update(tokens=tokens - allowed.used, filled_at=Now())


def seconds_until_next(queue: Queue) -> float:
    """How long the next job of a queue with a rate waits for its token; 0 when there is one."""
    if queue.rate_per_minute is None:
        return 0
    bucket = RateBucket.objects.filter(pk=queue.name).annotate(now=Now()).first()
    if bucket is None:
        return 0
    tokens = _after(bucket.tokens, (bucket.now - bucket.filled_at).total_seconds(), queue.rate_per_minute)  # type: ignore[attr-defined]
    return max(0.0, (1 - tokens) * 60 / queue.rate_per_minute)


def _refilled(name: str, rate: int) -> float:
    """The bucket's tokens of now; the row stays locked until the transaction ends."""
    RateBucket.objects.bulk_create([RateBucket(queue=name, tokens=_most(rate))], ignore_conflicts=True)
    bucket = RateBucket.objects.select_for_update().annotate(now=Now()).get(pk=name)
    return _after(bucket.tokens, (bucket.now - bucket.filled_at).total_seconds(), rate)  # type: ignore[attr-defined]


def _after(tokens: float, seconds: float, rate: int) -> float:
    return min(_most(rate), tokens + seconds * rate / 60)


def _most(rate: int) -> float:
    return max(1.0, rate * BURST_SECONDS / 60)
