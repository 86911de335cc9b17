"""PostgreSQL and Redis at the start of a process: one clear line when they cannot be reached, and a bounded wait."""

import sys
import time
from collections.abc import Callable
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from django.db import DatabaseError, connection
from redis import Redis
from redis.exceptions import RedisError

RETRY_SECONDS = 1.0


class ServicesAway(Exception):
    """PostgreSQL or Redis did not answer in time; the message names which and where."""


def redis_client() -> Redis:
    """Our own connection to Redis, with every timeout explicit."""
    return Redis.from_url(
        settings.REDIS_SECRET_URL,
        socket_timeout=5,
        socket_connect_timeout=5,
        health_check_interval=25,
        decode_responses=True,
    )


def wait_for_services(redis: Redis, say: Callable[[str], object] = lambda line: print(line, file=sys.stderr)) -> None:
    """Return once both answer; raise ServicesAway after JOB_START_WAIT_SECONDS. Says once for each what it awaits."""
    database = settings.DATABASES["default"]
    _wait(f"PostgreSQL at {database['HOST'] or 'the local socket'}:{database['PORT'] or 5432}", _ask_database, say)
    broker = urlsplit(settings.REDIS_SECRET_URL)
    _wait(f"Redis at {broker.hostname}:{broker.port or 6379}", redis.ping, say)


def _ask_database() -> None:
    """By a connection of its own: the pool would hide why, and must not be there yet when a worker forks."""
    with connection.wrap_database_errors:
        psycopg.connect(**connection.get_connection_params()).close()


def _wait(what: str, ask: Callable[[], object], say: Callable[[str], object]) -> None:
    deadline = time.monotonic() + settings.JOB_START_WAIT_SECONDS
    said = False
    while True:
        try:
            ask()
            return
        except (DatabaseError, RedisError, OSError) as error:
            reason = str(error).strip().splitlines()[0] if str(error).strip() else type(error).__name__
            if time.monotonic() >= deadline:
                raise ServicesAway(f"cannot reach {what}: {reason}") from None
            if not said:
                say(f"waiting for {what}: {reason}")
                said = True
        time.sleep(RETRY_SECONDS)
