"""Figures once read, kept in Redis for two minutes, or until events are counted again; without Redis, read anew.

It must never make a page wait for Redis: short timeouts, and a while of peace after one was needed.
"""

import hashlib
import json
import time
from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import structlog
from django.conf import settings
from pydantic import TypeAdapter
from redis import Redis
from redis.exceptions import RedisError

from analytics.queries import as_of

log = structlog.get_logger("analytics")
SECONDS = 120
TIMEOUT_SECONDS = 0.25
LEFT_ALONE_SECONDS = 15.0
Figures = TypeVar("Figures")


class _Peace:
    """Until when Redis is not asked again, on this process's clock."""

    until = 0.0


def cached(
    name: str, compute: Callable[[], Figures], *, kind: Any, seconds: int = SECONDS, **parameters: object
) -> Figures:
    """What `compute` answers, or answered to the same name and parameters; `kind` is its type, for reading it back."""
    adapter = _adapter(kind)
    key = _key(name, parameters)
    found = _ask(lambda redis: redis.get(key))
    if found is not None:
        return adapter.validate_json(found)  # type: ignore[no-any-return]
    figures = compute()
    text = adapter.dump_json(figures)
    _ask(lambda redis: redis.set(key, text, ex=seconds))
    return figures


def _key(name: str, parameters: dict[str, object]) -> str:
    """Of other figures once events were counted again."""
    told = json.dumps([name, parameters, as_of(), settings.ANALYTICS_TIME_ZONE], default=str, sort_keys=True)
    return f"{settings.QUEUE_PREFIX}:analytics:{hashlib.sha256(told.encode()).hexdigest()}"


def _ask(question: Callable[[Redis], Any]) -> Any:
    """None when Redis is away."""
    if time.monotonic() < _Peace.until:
        return None
    try:
        return question(_redis(settings.REDIS_SECRET_URL))
    except (RedisError, OSError) as error:
        _Peace.until = time.monotonic() + LEFT_ALONE_SECONDS
        log.warning("cache_away", error=type(error).__name__)
        return None


@cache
def _redis(url: str) -> Redis:
    return Redis.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)


@cache
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)
