"""Shows a payload as it is, to one person, on record; of a job declared secret it shows it to nobody."""

from typing import Any

from django.db import transaction

from audit.access import record_access
from audit.actors import Actor
from audit.recording import record
from queues.models import Job
from queues.showing import is_secret


class SecretPayload(Exception):
    """Jobs of this kind are declared secret, or nobody declares them any more."""


def reveal(*, job: Job, actor: Actor) -> Any:
    """The payload, once it is written down who reads it. Raises SecretPayload."""
    if is_secret(job.name):
        raise SecretPayload(job.name)
    target = ("job", str(job.pk))
    with transaction.atomic():
        record(actor=actor, action="job.payload_revealed", target=target)
        record_access(actor=actor, action="payload.read", target=target, what="in full")
    return job.payload
