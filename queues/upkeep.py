"""Chores the rooms above register in their `wiring`: what to load before the first job, what to tidy every minute.

A chore that fails is logged and tried again at its next time; it never stops the process that runs it.
"""

from collections.abc import Callable, Iterable

import structlog
from django.db import connection

log = structlog.get_logger("queues")
Chore = Callable[[], object]
_WARM_UPS: dict[str, list[Chore]] = {}
_EVERY_MINUTE: list[Chore] = []


def warm_up(pool: str, chore: Chore) -> None:
    """Have `chore` run once when the worker of `pool` (or of all queues) starts, beside its first jobs."""
    _WARM_UPS.setdefault(pool, []).append(chore)


def every_minute(chore: Chore) -> None:
    """Have each relay run `chore` once a minute; two at once must be harmless."""
    _EVERY_MINUTE.append(chore)


def run_warm_ups(pool: str) -> None:
    _run(chore for name, chores in _WARM_UPS.items() if pool in (name, "all") for chore in chores)
    connection.close()


def run_every_minute() -> None:
    _run(_EVERY_MINUTE)


def _run(chores: Iterable[Chore]) -> None:
    for chore in chores:
        try:
            chore()
        except Exception:
            log.exception("chore_failed", chore=getattr(chore, "__qualname__", repr(chore)))
