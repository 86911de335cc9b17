"""What died, kept for ever."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class DeadLetter(models.Model):
    """What died, kept for ever: enough to understand it, and to run it again. Its id is its job's."""

    job_id = models.UUIDField(primary_key=True, editable=False)
    queue = models.CharField(max_length=64)
    name = models.CharField(max_length=64)
    payload = models.JSONField()
    subject_type = models.CharField(max_length=32, blank=True, default="")
    subject_id = models.CharField(max_length=64, blank=True, default="")
    attempts = models.JSONField(default=list, help_text="Every attempt's times, error and traceback.")
    why = models.CharField(max_length=20)
    error_type = models.CharField(max_length=200, blank=True, default="")
    error = models.TextField(blank=True, default="")
    fingerprint = models.CharField(max_length=32, db_index=True)
    died_at = models.DateTimeField(db_default=Now())
    reaction_error = models.TextField(blank=True, default="", help_text="What its subject raised when told.")
    replays = models.PositiveSmallIntegerField(default=0)
    replayed_at = models.DateTimeField(null=True, blank=True)
    replayed_by = models.CharField(max_length=200, blank=True, default="")
    replay_reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["queue", "-died_at"], name="queues_dead_recent")]

    def __str__(self) -> str:
        return f"{self.name} {self.job_id}"
