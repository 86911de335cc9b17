"""What pruning takes, written away first as lines of JSON, when JOB_ARCHIVE names a folder.

A crash between the line and the deletion writes the line again: readers go by the job's id.
"""

import fcntl
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import UUID

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone

from queues.models import Attempt, Job
from queues.showing import shown_payload, shown_text

_LEFT_OUT = ("lease_token", "leased_until", "leased_by", "leased_pid")
_COLUMNS = tuple(field.attname for field in Job._meta.concrete_fields if field.attname not in _LEFT_OUT)
_OF_ATTEMPTS = (
    *("generation", "number", "worker", "outcome", "chunk_id", "started_at", "finished_at"),
    *("error_type", "error", "traceback"),
)
_TEXTS = ("error", "traceback")


def archive(jobs: Sequence[Job], folder: Path) -> None:
    """Append the jobs with their attempts to today's file, and return once they are on disk. Raises OSError."""
    attempts: dict[UUID, list[dict[str, Any]]] = {job.pk: [] for job in jobs}
    kept = Attempt.objects.filter(job_id__in=attempts).order_by("generation")
    for attempt in kept.values("job_id", *_OF_ATTEMPTS):
        attempts[attempt.pop("job_id")].append(attempt)
    lines = [json.dumps(_record(job, attempts[job.pk]), cls=DjangoJSONEncoder, ensure_ascii=False) for job in jobs]
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    _append(folder / f"jobs-{timezone.now():%Y-%m-%d}.jsonl", "".join(f"{line}\n" for line in lines).encode())


def _record(job: Job, attempts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """As a person may see it."""
    return {
        **_shown(job.name, {column: getattr(job, column) for column in _COLUMNS}),
        "payload": shown_payload(job.name, job.payload),
        "result": shown_payload(job.name, job.result),
        "attempts": [_shown(job.name, attempt) for attempt in attempts],
    }


def _shown(name: str, row: Mapping[str, Any]) -> dict[str, Any]:
    return {column: shown_text(name, value) if column in _TEXTS else value for column, value in row.items()}


def _append(file: Path, lines: bytes) -> None:
    """One writer at a time; a line that a crash cut short is ended before the next begins."""
    descriptor = os.open(file, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o600)
    with os.fdopen(descriptor, "r+b", buffering=0) as opened:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            lines = b"\n" + lines
        while lines:
            lines = lines[opened.write(lines) :]
        os.fsync(descriptor)
    _sync_folder(file.parent)


def _sync_folder(folder: Path) -> None:
    """So that a new file is there after a power cut, and not only its content."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
