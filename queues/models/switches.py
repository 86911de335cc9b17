"""What an owner has switched, and what the backbone has called out about."""

from typing import ClassVar

from django.db import models
from django.db.models.functions import Now


class Pause(models.Model):
    """A queue that is paused; no row, no pause."""

    queue = models.CharField(primary_key=True, max_length=64)
    paused_at = models.DateTimeField(db_default=Now())
    paused_by = models.CharField(max_length=254)
    reason = models.CharField(max_length=500, blank=True, default="")


class RateBucket(models.Model):
    """How many jobs of a queue with a rate may still be handed over; refilled as time passes (a token bucket)."""

    queue = models.CharField(primary_key=True, max_length=64)
    tokens = models.FloatField()
    filled_at = models.DateTimeField(db_default=Now())


class ScheduleEntry(models.Model):
    """A scheduled job's switch, and its last tick. Whatever is on the schedule has a row once beat has seen it."""

    name = models.CharField(primary_key=True, max_length=64)
    enabled = models.BooleanField(default=True)
    last_fired_at = models.DateTimeField(null=True, blank=True)
    last_job_id = models.UUIDField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "schedule"

    def __str__(self) -> str:
        return self.name


class Alert(models.Model):
    """Something an owner must know, told once per window: until `quiet_until` its repetitions are only counted."""

    kind = models.CharField(max_length=32)
    about = models.CharField(max_length=120, help_text="The queue, or what else it concerns.")
    message = models.CharField(max_length=500)
    first_at = models.DateTimeField(db_default=Now())
    last_at = models.DateTimeField(db_default=Now())
    times = models.PositiveIntegerField(default=1)
    quiet_until = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("kind", "about"), name="queues_alert_once")]
        indexes: ClassVar = [models.Index(fields=["-last_at"], name="queues_alert_recent")]

    def __str__(self) -> str:
        return self.message
