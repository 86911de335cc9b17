"""How often somebody may do something: fixed windows in PostgreSQL, exact across processes.

A limit must never keep the address or email it counts, only their keyed hash.
"""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils.crypto import salted_hmac

from accounts.models import RateWindow

# One statement: two requests at once count as two, on the database's clock. A window begins with its first hit.
# Nobody waits for the disk: what the last moment counted is lost when PostgreSQL itself is killed, and costs nothing.
_HIT = """
INSERT INTO accounts_ratewindow AS held (scope, who, hits, ends_at)
SELECT %(scope)s, %(who)s, 1, statement_timestamp() + make_interval(secs => %(seconds)s)
FROM (SELECT CASE WHEN %(alone)s THEN set_config('synchronous_commit', 'off', true) END) AS relaxed
ON CONFLICT (scope, who) DO UPDATE SET
    hits = CASE WHEN held.ends_at <= statement_timestamp() THEN 1 ELSE held.hits + 1 END,
    ends_at = CASE WHEN held.ends_at <= statement_timestamp() THEN excluded.ends_at ELSE held.ends_at END
RETURNING hits, extract(epoch FROM ends_at - statement_timestamp())
"""
_PRUNE = "DELETE FROM accounts_ratewindow WHERE ends_at <= statement_timestamp()"


class TooMany(Exception):
    """The limit is reached; `retry_after` is whole seconds, for the Retry-After header."""

    def __init__(self, retry_after: int) -> None:
        super().__init__(f"Too many; again in {retry_after} s.")
        self.retry_after = retry_after


@dataclass(frozen=True)
class Allowance:
    """What is left of a limit, for the X-RateLimit headers."""

    limit: int
    remaining: int


_COUNTED: ContextVar[list[Allowance] | None] = ContextVar("counted", default=None)


@contextmanager
def counting() -> Iterator[list[Allowance]]:
    """Collects what was counted inside, in order. The first is always the caller's own: what is told to them.

    Later ones may be of an address they typed, and would tell how often others did.
    """
    counted: list[Allowance] = []
    reset = _COUNTED.set(counted)
    try:
        yield counted
    finally:
        _COUNTED.reset(reset)


def hit(scope: str, who: str, limit: int, seconds: float) -> int:
    """Counts one and says how many are left; raises TooMany from the one after `limit` until the window ends.

    Call it outside the transaction of what it guards: a rollback forgets the hit, a long one holds up the next.
    """
    given: dict[str, Any] = {
        "scope": scope,
        "who": _hashed(scope, who),
        "seconds": seconds,
        "alone": not connection.in_atomic_block,
    }
    with connection.cursor() as cursor:
        cursor.execute(_HIT, given)
        hits, remaining = cursor.fetchone()
    if (counted := _COUNTED.get()) is not None:
        counted.append(Allowance(limit, max(0, limit - hits)))
    if hits > limit:
        raise TooMany(max(1, math.ceil(remaining)))
    return int(limit - hits)


def forgive(scope: str, who: str) -> None:
    """Their window begins anew: what was counted turned out well."""
    RateWindow.objects.filter(scope=scope, who=_hashed(scope, who)).delete()


def prune_windows() -> int:
    """Forgets the windows that ended; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(_PRUNE)
        return int(cursor.rowcount)


def _hashed(scope: str, who: str) -> str:
    return salted_hmac(f"accounts.limits.{scope}", who, algorithm="sha256").hexdigest()
