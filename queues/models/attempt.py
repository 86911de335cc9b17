"""Every try at a job, written when it ended."""

from typing import ClassVar

from django.db import models

from queues.models.job import Job


class Outcome(models.TextChoices):
    COMPLETED = "completed", "completed"
    ERROR = "error", "error"
    POSTPONED = "postponed", "postponed"
    TIMED_OUT = "timed_out", "timed out"
    LOST = "lost", "worker lost"
    RETURNED = "returned", "returned at shutdown"
    CANCELLED = "cancelled", "cancelled"


class Attempt(models.Model):
    """One run of a job that ended, however it did. The one under way is in the job's own row."""

    # The unique constraint serves the look-up. Jobs and attempts are deleted together, in one place (pruning), and the
    # check of a foreign key took an eighth of a core at the rate chunks are finished.
    job = models.ForeignKey(Job, models.CASCADE, related_name="attempts", db_index=False, db_constraint=False)
    generation = models.PositiveIntegerField()
    number = models.PositiveSmallIntegerField()
    worker = models.CharField(max_length=120)
    outcome = models.CharField(max_length=12, choices=Outcome.choices)
    error_type = models.CharField(max_length=200, blank=True, default="")
    error = models.TextField(blank=True, default="")
    traceback = models.TextField(blank=True, default="")
    chunk_id = models.UUIDField(null=True, blank=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("job", "generation"), name="queues_attempt_one_per_generation")
        ]
        indexes: ClassVar = [
            models.Index(fields=["chunk_id"], condition=models.Q(chunk_id__isnull=False), name="queues_attempt_chunk")
        ]
