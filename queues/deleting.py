"""Give up a dead letter for good: what remains of it is a line in the record, and its once-key.

Only what is dead is deleted; a job that runs or waits is cancelled instead.
"""

from uuid import UUID

from django.db import transaction

from audit.actors import Actor
from audit.recording import record
from queues.letters import shown_error
from queues.models import Attempt, DeadLetter, Job
from queues.replay import locked_dead_job


def delete(*, job_id: UUID, actor: Actor, reason: str) -> None:
    """Remove the dead letter, its job and its attempts. Raises NoLongerDead (a NotReplayable), changing nothing."""
    with transaction.atomic():
        locked_dead_job(job_id)
        letter = DeadLetter.objects.get(pk=job_id)
        tombstone = {
            "queue": letter.queue,
            "name": letter.name,
            "subject": f"{letter.subject_type}:{letter.subject_id}" if letter.subject_type else "",
            "error": shown_error(letter),
            "why": letter.why,
            "died_at": letter.died_at,
        }
        record(
            actor=actor,
            action="dead_letter.deleted",
            target=("job", str(job_id)),
            reason=reason,
            before=tombstone,
        )
        # No foreign key's cascade reaches the attempts in the database, and none knows of the letter.
        Attempt.objects.filter(job_id=job_id).delete()
        letter.delete()
        Job.objects.filter(pk=job_id).delete()
