"""Write a job in the caller's transaction: if that commits there is work, if not there never was.

Nothing here speaks to Redis; the relay, woken by NOTIFY when it is idle, hands the row on.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from pydantic import ValidationError

from queues.declare import Definition, definition_of
from queues.errors import InvalidPayload
from queues.ids import uuid7
from queues.models import Job, OnceKey, State

RELAY_CHANNEL = "copydesk_relay"


@dataclass(frozen=True)
class Enqueued:
    """`job` is the new one, or, when nothing was created, its live twin or what `once` had made (None once pruned)."""

    job: Job | None
    created: bool


def enqueue(
    name: str,
    payload: dict[str, Any],
    *,
    subject: tuple[str, str] = ("", ""),
    key: str | None = None,
    once: str | None = None,
    run_at: datetime | None = None,
    expires_at: datetime | None = None,
    priority: int = 0,
) -> Enqueued:
    """Enqueue job `name`. At most one live job per queue and `key`; at most one ever per queue and `once`.

    Raises UnknownJob, or InvalidPayload naming the fields; then nothing was written.
    """
    definition = definition_of(name)
    job = Job(
        id=uuid7(),
        queue=definition.queue.name,
        name=name,
        payload=_checked(definition, payload),
        subject_type=subject[0],
        subject_id=subject[1],
        key=key,
        priority=priority,
        state=State.DELAYED if run_at and run_at > timezone.now() else State.WAITING,
        max_attempts=definition.queue.attempts,
        timeout_seconds=definition.timeout_seconds,
        expires_at=expires_at,
    )
    if run_at is not None:
        job.run_at = run_at
    with transaction.atomic(savepoint=False):
        return _insert(job, once)


def _checked(definition: Definition, payload: dict[str, Any]) -> dict[str, Any]:
    try:
        return definition.payload.model_validate(payload).model_dump(mode="json")
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InvalidPayload(f"{definition.name}: {faults}") from None


def _insert(job: Job, once: str | None) -> Enqueued:
    if once is not None and not _is_first(job, once):
        first = OnceKey.objects.get(queue=job.queue, once=once).job_id
        return Enqueued(Job.objects.filter(pk=first).first(), created=False)
    written, twin = _write(job)
    if written is None:
        OnceKey.objects.filter(job_id=job.id).delete()
        return Enqueued(twin, created=False)
    wake_relay()
    return Enqueued(written, created=True)


def _is_first(job: Job, once: str) -> bool:
    """Take the once-key for this job. Raw, because bulk_create does not say whether it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO queues_oncekey (queue, once, job_id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [job.queue, once, job.id],
        )
        return bool(cursor.rowcount)


def _write(job: Job) -> tuple[Job | None, Job | None]:
    """The row as written, or its live twin. A twin that ended while we looked for it is none: then we try again."""
    if job.key is None:
        Job.objects.bulk_create([job])
        return job, None
    while True:
        Job.objects.bulk_create([job], ignore_conflicts=True)
        if (written := Job.objects.filter(pk=job.pk).first()) is not None:
            return written, None
        if (twin := Job.objects.live().filter(queue=job.queue, key=job.key).first()) is not None:
            return None, twin


def wake_relay() -> None:
    """NOTIFY at commit, but only while a relay sleeps: a notification in every commit halves the commit rate."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '') FROM queues_relay WHERE idle LIMIT 1", [RELAY_CHANNEL])
