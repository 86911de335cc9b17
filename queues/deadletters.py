"""The dead-letter table: what is kept of a job that died, and telling those who must know.

Written only here, in the transaction in which the job dies.
"""

import hashlib
import re

import structlog
from django.db import transaction
from django.db.models.functions import Now
from django.forms.models import model_to_dict

from audit.masking import masked_text
from queues.enqueue import enqueue
from queues.faults import ERROR_CHARACTERS, storable
from queues.models import DeadLetter, Job, State
from queues.subjects import subject_of

log = structlog.get_logger("queues")
NOTICE = "dead-letter-received"
_VARYING = re.compile(r"[0-9a-f]{8}-[0-9a-f-]{27}|0x[0-9a-f]+|\d+", re.IGNORECASE)


def fingerprint(name: str, error_type: str, message: str) -> str:
    """The same for errors that differ only in ids and numbers, so that one cause is one group."""
    steady = _VARYING.sub("#", message)
    return hashlib.sha256(f"{name}\n{error_type}\n{steady}".encode()).hexdigest()[:32]


def bury(job: Job, error_type: str, message: str, *, why: str) -> None:
    """Keep `job` as a dead letter, tell its subject, and leave the rest to the dlq queue's job."""
    DeadLetter.objects.update_or_create(
        job_id=job.pk,
        defaults={
            "queue": job.queue,
            "name": job.name,
            "payload": job.payload,
            "subject_type": job.subject_type,
            "subject_id": job.subject_id,
            "attempts": _history(job),
            "why": why,
            "error_type": error_type,
            "error": message,
            "fingerprint": fingerprint(job.name, error_type, message),
            "reaction_error": _tell_subject(job),
            "died_at": Now(),
        },
    )
    if job.name != NOTICE:
        enqueue(NOTICE, {"job_id": str(job.pk)}, subject=("job", str(job.pk)))


def repeat_reaction(letter: DeadLetter) -> None:
    """Tell the subject again, when it raised the first time; not of a job that was replayed or deleted meanwhile."""
    job = Job.objects.select_for_update().filter(pk=letter.job_id, state=State.DEAD).first()
    if job is not None:
        subject_of(job).on_dead(job)
    DeadLetter.objects.filter(pk=letter.pk).update(reaction_error="")


def _history(job: Job) -> list[dict[str, object]]:
    rows = job.attempts.order_by("generation")
    history: list[dict[str, object]] = []
    for row in rows:
        kept: dict[str, object] = model_to_dict(
            row, fields=("generation", "number", "worker", "outcome", "error_type", "error", "traceback")
        )
        kept["started_at"] = row.started_at.isoformat()
        kept["finished_at"] = row.finished_at.isoformat()
        history.append(kept)
    return history


def _tell_subject(job: Job) -> str:
    """The subject's reaction in a savepoint: the row dies even when the reaction fails. Returns its error."""
    try:
        with transaction.atomic():
            subject_of(job).on_dead(job)
    except Exception as error:
        log.exception("reaction_failed", job=str(job.pk), name=job.name, subject=job.subject_id)
        return storable(masked_text(f"{type(error).__name__}: {error}"))[:ERROR_CHARACTERS]
    return ""
