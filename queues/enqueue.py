"""Write a job in the caller's transaction: if that commits there is work, if not there never was.

Nothing here speaks to Redis; the relay, woken by NOTIFY when it is idle, hands the row on.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from pydantic import ValidationError

from queues import sql
from queues.declare import QUEUES, Definition, definition_of
from queues.errors import InvalidPayload
from queues.ids import uuid7
from queues.models import Job, OnceKey, State
from queues.waking import WAKE_FOR_JOB, wake_relay

ROWS_AT_ONCE = 5_000
_GIVEN = "id, queue, name, payload, subject_type, subject_id, key, priority, state, max_attempts, timeout_seconds"
_FRESH = "generation, attempt, rescues, postponements, leased_by, cancel_reason, progress, progress_message, error"
_AS_FRESH = (0, 0, 0, 0, "", "", 0, "", "")


def _inserting(otherwise: str = "") -> str:
    return f"""
WITH written AS (
    INSERT INTO queues_job ({_GIVEN}, run_at, expires_at, {_FRESH})
    VALUES (%(id)s, %(queue)s, %(name)s, %(payload)s::jsonb, %(subject_type)s, %(subject_id)s, %(key)s, %(priority)s,
        %(state)s, %(max_attempts)s, %(timeout_seconds)s, coalesce(%(run_at)s, statement_timestamp()), %(expires_at)s,
        0, 0, 0, 0, '', '', 0, '', '')
    {otherwise} RETURNING run_at, created_at
)
SELECT run_at, created_at, {WAKE_FOR_JOB} FROM written
"""


_INSERT = _inserting()  # without a key there is no twin to look for
_INSERT_OR_TWIN = _inserting("ON CONFLICT DO NOTHING")
_COPY_NOW = f"COPY queues_job ({_GIVEN}, {_FRESH}) FROM STDIN"  # on the database's clock
_COPY_LATER = f"COPY queues_job ({_GIVEN}, {_FRESH}, run_at) FROM STDIN"
_BLANK = {field.attname: field.get_default() for field in Job._meta.concrete_fields}


@dataclass(frozen=True)
class Enqueued:
    """`job` is the new one, or, when nothing was created, its live twin or what `once` had made (None once pruned)."""

    job: Job | None
    created: bool


def enqueue(
    name: str,
    payload: Mapping[str, Any],
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
    checked = _checked(definition, payload)
    job = _job(definition, subject=subject, run_at=run_at, priority=priority)
    job.payload, job.key, job.expires_at = checked, key, expires_at
    if once is None and key is None:
        _insert(job)
        return Enqueued(job, created=True)
    with transaction.atomic(savepoint=False):
        return _insert_once(job, once)


def enqueue_many(
    name: str,
    payloads: Iterable[Mapping[str, Any]],
    *,
    subject: tuple[str, str] = ("", ""),
    run_at: datetime | None = None,
    priority: int = 0,
) -> int:
    """Enqueue a job for each payload, by COPY, in one transaction; returns how many.

    Raises as `enqueue` does, naming the first payload that does not fit; then nothing was written.
    """
    definition, written = definition_of(name), 0
    like = _job(definition, subject=subject, run_at=run_at, priority=priority)
    made = (_given(like, _checked(definition, payload)) for payload in payloads)
    with transaction.atomic(savepoint=False):
        while batch := list(islice(made, ROWS_AT_ONCE)):
            _copy(batch, run_at)
            written += len(batch)
        wake_relay(definition.queue.name)
    return written


def _job(definition: Definition, *, subject: tuple[str, str], run_at: datetime | None, priority: int) -> Job:
    given = {
        "id": uuid7(),
        "queue": definition.queue.name,
        "name": definition.name,
        "subject_type": subject[0],
        "subject_id": subject[1],
        "priority": priority,
        "state": (State.DELAYED if run_at and run_at > timezone.now() else State.WAITING).value,
        "max_attempts": definition.queue.attempts,
        "timeout_seconds": definition.timeout_seconds,
        "run_at": run_at,  # None: the database says when
    }
    return Job.of(_BLANK | given)


def _checked(definition: Definition, payload: Mapping[str, Any]) -> dict[str, Any]:
    try:
        return definition.payload.model_validate(payload).model_dump(mode="json")
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in error.errors())
        raise InvalidPayload(f"{definition.name}: {faults}") from None


def _insert_once(job: Job, once: str | None) -> Enqueued:
    if once is not None and not _is_first(job, once):
        first = OnceKey.objects.get(queue=job.queue, once=once).job_id
        return Enqueued(Job.objects.filter(pk=first).first(), created=False)
    while not _insert(job):
        if (twin := Job.objects.live().filter(queue=job.queue, key=job.key).first()) is not None:
            OnceKey.objects.filter(job_id=job.id).delete()
            return Enqueued(twin, created=False)
        # A twin that ended while we looked for it is none: try again.
    return Enqueued(job, created=True)


def _is_first(job: Job, once: str) -> bool:
    """Take the once-key for this job. Raw, because bulk_create does not say whether it wrote."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO queues_oncekey (queue, once, job_id) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [job.queue, once, job.id],
        )
        return bool(cursor.rowcount)


def _insert(job: Job) -> bool:
    """Write the row and wake the relay, in one statement; False when a live twin has its key."""
    given = vars(job) | {"payload": _json(job.payload), "may_go_ahead": _may_go_ahead(job)}
    written = sql.rows(_INSERT if job.key is None else _INSERT_OR_TWIN, given)
    if written:
        job.run_at, job.created_at, _ = written[0]
    return bool(written)


def _may_go_ahead(job: Job) -> bool:
    """As far as can be told without the database: a rate, and the room of a chunk, are the relay's to count."""
    queue = QUEUES[job.queue]
    return job.state == State.WAITING and queue.rate_per_minute is None and queue.chunk == 1


def _copy(batch: list[tuple[Any, ...]], run_at: datetime | None) -> None:
    later = () if run_at is None else (run_at,)
    connection.ensure_connection()
    with (
        connection.wrap_database_errors,
        connection.connection.cursor() as cursor,
        cursor.copy(_COPY_LATER if later else _COPY_NOW) as copy,
    ):
        for given in batch:
            copy.write_row((*given, *_AS_FRESH, *later))


def _given(like: Job, payload: dict[str, Any]) -> tuple[Any, ...]:
    """In the order of _GIVEN: a job with an id and a payload of its own, otherwise `like` that one."""
    what = (uuid7(), like.queue, like.name, _json(payload), like.subject_type, like.subject_id, None)
    return (*what, like.priority, like.state, like.max_attempts, like.timeout_seconds)


def _json(payload: dict[str, Any]) -> str:
    return json.dumps(payload, separators=(",", ":"))
