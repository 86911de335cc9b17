"""The backbone's own job: what follows a death."""

from uuid import UUID

import structlog

from queues.context import Context
from queues.deadletters import NOTICE, repeat_reaction
from queues.declare import Payload, Queue, job
from queues.models import DeadLetter

log = structlog.get_logger("queues")
DLQ = Queue("dlq", pool="io", concurrency=2, attempts=5)


class DeadLetterPayload(Payload):
    job_id: UUID


@job(queue=DLQ, name=NOTICE, payload=DeadLetterPayload, timeout_seconds=60)
def dead_letter_received(ctx: Context, payload: DeadLetterPayload) -> None:
    """Log the death loudly; when its subject's reaction had failed, repeat it."""
    with ctx.finishing():
        letter = DeadLetter.objects.get(pk=payload.job_id)
        if letter.reaction_error:
            repeat_reaction(letter)
    log.error(
        "dead_letter", job=str(letter.pk), name=letter.name, queue=letter.queue, why=letter.why, error=letter.error
    )
