"""What starts runs by itself: events that rooms above tell of, and the clock.

A run whose effects are events may start runs again: never of its own workflow, and only so many deep.
"""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

import structlog
from django.db import transaction

from workflows.errors import BadDefinition
from workflows.models import Workflow, WorkflowRun
from workflows.running import SYSTEM, start

log = structlog.get_logger("workflows")
DEEPEST = 3
_EVENTS: dict[str, str] = {}


@dataclass(frozen=True)
class Within:
    """The run whose effects are happening now: how deep, and of which workflow."""

    depth: int = 0
    workflow: int | None = None


_NOT_WITHIN = Within()
_WITHIN: ContextVar[Within] = ContextVar("workflows_within", default=_NOT_WITHIN)


def register_event(name: str, words: str) -> None:
    """In a room's wiring: `fire` will be called for it, in the transaction of what happened."""
    if name in _EVENTS:
        raise ValueError(f"event {name} is registered twice")
    _EVENTS[name] = words


def events() -> frozenset[str]:
    return frozenset(_EVENTS)


def words_of_events() -> dict[str, str]:
    return dict(_EVENTS)


@transaction.atomic
def fire(event: str, subject: tuple[str, str]) -> list[WorkflowRun]:
    """Start every workflow that is switched on and waits for this, in the caller's transaction."""
    within = _WITHIN.get()
    waiting = Workflow.objects.filter(enabled=True, version__definition__trigger__event=event).select_related("version")
    runs = []
    for workflow in waiting:
        if within.depth >= DEEPEST or workflow.pk == within.workflow:
            log.warning("workflow_not_started_again", workflow=workflow.slug, event_name=event, depth=within.depth)
            continue
        runs.append(start(workflow=workflow, trigger=event, actor=SYSTEM, subject=subject, depth=within.depth + 1))
    return runs


@contextmanager
def effects_of(run: WorkflowRun) -> Iterator[None]:
    """What happens inside is the doing of this run."""
    token = _WITHIN.set(Within(run.depth, run.version.workflow_id))
    try:
        yield
    finally:
        _WITHIN.reset(token)


def start_due(now: float | None = None) -> int:
    """Start what the clock starts: each workflow once for each of its ticks, however often this is asked.

    One whose definition this release no longer takes is told in the log, and keeps none of the others back.
    """
    started = 0
    minute = int((time.time() if now is None else now) // 60)
    for workflow in Workflow.objects.filter(enabled=True, version__definition__trigger__every_minutes__gte=1):
        try:
            started += _start_for_tick(workflow.pk, minute)
        except BadDefinition as bad:
            log.error("workflow_unreadable", workflow=workflow.slug, version=workflow.version_id, faults=bad.faults)
    return started


@transaction.atomic
def _start_for_tick(workflow_id: int, minute: int) -> bool:
    workflow = Workflow.objects.select_for_update(of=("self",)).select_related("version").get(pk=workflow_id)
    assert workflow.version is not None
    every = workflow.version.says.trigger.every_minutes
    tick = minute // every if every else 0
    if not workflow.enabled or not every or tick <= workflow.last_tick:
        return False
    Workflow.objects.filter(pk=workflow.pk).update(last_tick=tick)
    start(workflow=workflow, trigger=f"every {every} minutes", actor=SYSTEM)
    return True
