"""Celery's beat, whose ticks are jobs: each is enqueued once for its name and tick, so two beats fire once.

The schedule is static: a job declared with `every_seconds` is in it. Beat keeps nothing itself and never speaks to
Redis; what an owner has switched off is in the database.
"""

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from celery.beat import Scheduler
from django.db import Error, connection, transaction
from django.db.models import Max

from audit.actors import Actor
from audit.models import AuditEntry
from audit.recording import record
from queues.declare import JOBS, Definition
from queues.enqueue import enqueue
from queues.models import Job, ScheduleEntry

log = structlog.get_logger("queues")
LATE_SECONDS = 30  # beat looks every few seconds: a tick not fired by then is missed
SWITCHED_ON, SWITCHED_OFF, RUN_NOW = "schedule.switched_on", "schedule.switched_off", "schedule.run_now"


class NotScheduled(LookupError):
    """No job of this name is on the schedule."""


class AlreadySwitched(Exception):
    """It is on, or off, as it is."""


@dataclass(frozen=True)
class Entry:
    """A scheduled job as its owner sees it. `last_job` is kept until it is pruned; of `missed` ticks no beat knew."""

    name: str
    queue: str
    every: str
    is_on: bool
    last_at: datetime | None
    last_job: Job | None
    next_at: datetime
    missed: int


@dataclass(frozen=True)
class _Look:
    """Everything that was read for one look at the schedule."""

    rows: dict[str, ScheduleEntry]
    jobs: dict[UUID, Job]
    switched_on_at: dict[str, datetime]
    now: float


def static_schedule() -> dict[str, dict[str, Any]]:
    """Celery's beat_schedule, from the declarations."""
    return {
        definition.name: {"task": definition.name, "schedule": definition.every_seconds}
        for definition in scheduled().values()
    }


def scheduled() -> dict[str, Definition]:
    """The jobs on the schedule, by name."""
    return {name: definition for name, definition in JOBS.items() if definition.every_seconds}


def fire(name: str, *, now: float) -> bool:
    """Enqueue job `name` for the tick `now` (seconds since the epoch) falls into; False when that was fired already,
    or the entry is switched off.
    """
    tick = _tick(scheduled()[name], now)
    with transaction.atomic():
        entry = _locked(name)
        if not entry.enabled:
            return False
        enqueued = enqueue(name, {}, once=f"tick:{name}:{tick}")
        if enqueued.created and enqueued.job is not None:
            ScheduleEntry.objects.filter(pk=name).update(last_fired_at=_at(now), last_job_id=enqueued.job.pk)
    return enqueued.created


def switch_on(*, name: str, actor: Actor) -> None:
    """Fire it again, from its next tick on. Raises AlreadySwitched or NotScheduled."""
    _switch(name, True, SWITCHED_ON, actor)


def switch_off(*, name: str, actor: Actor) -> None:
    """Fire it no more until it is switched on. Raises AlreadySwitched or NotScheduled."""
    _switch(name, False, SWITCHED_OFF, actor)


def run_now(*, name: str, actor: Actor) -> Job:
    """Enqueue it once besides its ticks, switched on or off. Raises NotScheduled."""
    _definition(name)
    with transaction.atomic():
        job = enqueue(name, {}).job
        assert job is not None, "neither key nor once: it is always written"
        record(actor=actor, action=RUN_NOW, target=("schedule", name), after={"job": str(job.pk)})
    return job


def entries(*, now: float | None = None) -> list[Entry]:
    """The whole schedule by name, as it stands."""
    now = time.time() if now is None else now
    rows = {row.name: row for row in ScheduleEntry.objects.filter(pk__in=scheduled())}
    ids = [row.last_job_id for row in rows.values() if row.last_job_id]
    jobs = Job.objects.defer("payload", "result", "error").in_bulk(ids)
    switched = AuditEntry.objects.filter(action=SWITCHED_ON).values_list("target_id").annotate(Max("at"))
    look = _Look(rows, jobs, dict(switched), now)
    return [_entry(scheduled()[name], look) for name in sorted(scheduled())]


def beat_fires(*, now: float | None = None) -> bool:
    """Whether a beat fired, when it last had to, what is most often on the schedule and switched on."""
    now = time.time() if now is None else now
    rows = ScheduleEntry.objects.filter(pk__in=scheduled(), enabled=True).values_list("name", "last_fired_at")
    fired = {scheduled()[name].every_seconds: at for name, at in rows if at is not None}
    often = min((every for every in fired if every), default=None)
    return often is not None and now - fired[often].timestamp() < often + LATE_SECONDS


class JobScheduler(Scheduler):  # type: ignore[misc]
    """Beat's scheduler (`celery -A config beat`).

    Celery's own counts from when beat was started, and would never fire a daily job that is deployed daily.
    """

    producer = None  # the base class would connect to the broker for it

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._seen: dict[str, int] = {}
        super().__init__(*args, **kwargs)

    def install_default_entries(self, data: Any) -> None:
        """None of Celery's own: whatever runs is a job."""

    def tick(self, *_: Any, **__: Any) -> float:
        """Fire what this beat has not seen fired in its tick; returns the seconds until the next look.

        What PostgreSQL cannot take now is tried again at that look; an entry that cannot be fired keeps back no other.
        """
        now = time.time()
        try:
            for definition in scheduled().values():
                self._fire(definition, now)
        except Error as error:
            log.warning("beat_waits_for_postgresql", error=str(error).strip())
        finally:
            connection.close()
        until_next = [_every(definition) - now % _every(definition) for definition in scheduled().values()]
        return min([float(self.max_interval), *until_next])

    def _fire(self, definition: Definition, now: float) -> None:
        tick = _tick(definition, now)
        if self._seen.get(definition.name) == tick:
            return
        try:
            fire(definition.name, now=now)
        except Error:
            raise
        except Exception:
            log.exception("tick_failed", name=definition.name)
        self._seen[definition.name] = tick


def _locked(name: str) -> ScheduleEntry:
    """The entry's row, made when it is not there yet, locked for this transaction."""
    ScheduleEntry.objects.bulk_create([ScheduleEntry(name=name)], ignore_conflicts=True)
    return ScheduleEntry.objects.select_for_update().get(pk=name)


def _switch(name: str, enabled: bool, action: str, actor: Actor) -> None:
    _definition(name)
    with transaction.atomic():
        entry = _locked(name)
        if entry.enabled == enabled:
            raise AlreadySwitched(f"{name} is {'on' if enabled else 'off'} already")
        ScheduleEntry.objects.filter(pk=name).update(enabled=enabled)
        record(actor=actor, action=action, target=("schedule", name))


def _entry(definition: Definition, look: _Look) -> Entry:
    row = look.rows.get(definition.name, ScheduleEntry(name=definition.name))
    return Entry(
        name=definition.name,
        queue=definition.queue.name,
        every=_in_words(_every(definition)),
        is_on=row.enabled,
        last_at=row.last_fired_at,
        last_job=look.jobs.get(row.last_job_id) if row.last_job_id else None,
        next_at=_at((_tick(definition, look.now) + 1) * _every(definition)),
        missed=_missed(definition, row, look) if row.enabled else 0,
    )


def _missed(definition: Definition, row: ScheduleEntry, look: _Look) -> int:
    """Since it was last fired or switched on, whichever is later."""
    if row.last_fired_at is None:
        return 0
    since = max(row.last_fired_at, look.switched_on_at.get(row.name, row.last_fired_at))
    is_late = look.now % _every(definition) > LATE_SECONDS
    return max(0, _tick(definition, look.now) - _tick(definition, since.timestamp()) - (not is_late))


def _definition(name: str) -> Definition:
    try:
        return scheduled()[name]
    except KeyError:
        raise NotScheduled(f"{name} is not on the schedule") from None


def _every(definition: Definition) -> int:
    assert definition.every_seconds is not None
    return definition.every_seconds


def _tick(definition: Definition, now: float) -> int:
    return int(now // _every(definition))


def _at(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _in_words(seconds: int) -> str:
    for length, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")):
        if seconds % length == 0:
            n = seconds // length
            return f"every {unit}" if n == 1 else f"every {n} {unit}s"
    raise AssertionError(seconds)
