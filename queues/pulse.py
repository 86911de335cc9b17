"""Whether Celery's own loop still turns: without it a worker takes no work, though it seems to live.

While PostgreSQL or Redis is away the loop may wait for it: time counts only from when both were there again.
"""

import time
from typing import Any

from celery.bootsteps import StartStopStep
from django.conf import settings
from redis.exceptions import RedisError

from queues.services import redis_client

SECONDS = 1.0


class Pulse(StartStopStep):  # type: ignore[misc]
    """A step of Celery's consumer that is felt from inside its loop once a second."""

    last = 0.0  # of this process' one loop, by time.monotonic()

    def __init__(self, consumer: Any, **_: Any) -> None:
        self._timer: Any = None

    def start(self, consumer: Any) -> None:
        _feel()
        self._timer = consumer.timer.call_repeatedly(SECONDS, _feel)

    def stop(self, consumer: Any) -> None:
        if self._timer is not None:
            self._timer.cancel()


class Standstill:
    """How long the loop has stood still with nothing to wait for; look at it regularly."""

    def __init__(self) -> None:
        self._redis = redis_client()
        self.excuse()

    def excuse(self) -> None:
        """It had something to wait for until now."""
        self._excused_at = time.monotonic()

    def is_too_long(self) -> bool:
        if time.monotonic() - Pulse.last < 2 * SECONDS:
            return False
        if not self._redis_answers():
            self.excuse()
        return time.monotonic() - max(Pulse.last, self._excused_at) > settings.JOB_STANDSTILL_SECONDS

    def _redis_answers(self) -> bool:
        try:
            return bool(self._redis.ping())
        except (RedisError, OSError):
            return False


def _feel() -> None:
    Pulse.last = time.monotonic()
