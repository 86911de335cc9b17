"""What is to be done: the row that is the truth of a job.

It changes state only through `transitions`; nothing here decides anything.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, ClassVar

from django.db import models
from django.db.models import ExpressionWrapper, F, Q
from django.db.models.functions import Now

from queues.ids import task_id, uuid7


class State(models.TextChoices):
    WAITING = "waiting", "waiting"
    DISPATCHED = "dispatched", "dispatched"
    ACTIVE = "active", "active"
    DELAYED = "delayed", "delayed"
    COMPLETED = "completed", "completed"
    DEAD = "dead", "failed"
    CANCELLED = "cancelled", "cancelled"


LIVE = (State.WAITING, State.DISPATCHED, State.ACTIVE, State.DELAYED)
ENDED = (State.COMPLETED, State.DEAD, State.CANCELLED)


_ALLOWED = ExpressionWrapper(F("timeout_seconds") * timedelta(seconds=1), output_field=models.DurationField())
DEADLINE = ExpressionWrapper(F("started_at") + _ALLOWED, output_field=models.DateTimeField())


class JobQuerySet(models.QuerySet["Job"]):
    def live(self) -> "JobQuerySet":
        return self.filter(state__in=LIVE)

    def within_time(self) -> "JobQuerySet":
        return self.alias(deadline=DEADLINE).filter(deadline__gt=Now())

    def held_back(self) -> "JobQuerySet":
        """Not by an outage (errors.HeldBack)."""
        return self.filter(state=State.DELAYED, postponements__gt=0, postponed_since__isnull=True)

    def overdue(self) -> "JobQuerySet":
        return self.alias(deadline=DEADLINE).filter(deadline__lte=Now())

    def of_subject(self, subject_type: str, subject_id: str) -> "JobQuerySet":
        return self.filter(subject_type=subject_type, subject_id=subject_id)


class Job(models.Model):
    """One piece of work. `generation` counts hand-overs to Celery; a message of an earlier one is stale."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    queue = models.CharField(max_length=64)
    name = models.CharField(max_length=64)
    payload = models.JSONField(default=dict)
    subject_type = models.CharField(max_length=32, blank=True, default="")
    subject_id = models.CharField(max_length=64, blank=True, default="")
    key = models.CharField(max_length=200, null=True, blank=True)
    priority = models.SmallIntegerField(default=0, help_text="Higher runs first.")

    state = models.CharField(max_length=12, choices=State.choices, default=State.WAITING)
    generation = models.PositiveIntegerField(default=0)
    attempt = models.PositiveSmallIntegerField(default=0, help_text="Tries charged so far.")
    max_attempts = models.PositiveSmallIntegerField()
    rescues = models.PositiveSmallIntegerField(default=0, help_text="Worker deaths survived.")
    postponements = models.PositiveSmallIntegerField(default=0, help_text="Outages of others, not charged.")
    postponed_since = models.DateTimeField(null=True, blank=True)
    timeout_seconds = models.PositiveIntegerField()

    run_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    dispatched_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    lease_token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    leased_by = models.CharField(max_length=120, blank=True, default="", help_text="The worker's identity.")
    leased_pid = models.PositiveIntegerField(null=True, blank=True, help_text="The process that runs it.")
    chunk_id = models.UUIDField(null=True, blank=True, help_text="The message it shares with others of its queue.")

    cancel_requested_at = models.DateTimeField(null=True, blank=True)
    cancel_reason = models.CharField(max_length=200, blank=True, default="")
    progress = models.PositiveSmallIntegerField(default=0)
    progress_message = models.CharField(max_length=200, blank=True, default="")
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True, default="")

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="queues_job_state"),
            models.CheckConstraint(condition=Q(attempt__lte=F("max_attempts")), name="queues_job_attempt_in_budget"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="queues_job_progress"),
            models.CheckConstraint(
                condition=Q(state=State.ACTIVE, lease_token__isnull=False)
                | (~Q(state=State.ACTIVE) & Q(lease_token__isnull=True)),
                name="queues_job_lease_only_while_active",
            ),
            models.UniqueConstraint(
                fields=("queue", "key"),
                condition=Q(state__in=LIVE, key__isnull=False),
                name="queues_job_one_live_per_key",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["queue", "-priority", "run_at", "id"],
                condition=Q(state=State.WAITING),
                name="queues_job_waiting",
            ),
            models.Index(fields=["run_at"], condition=Q(state=State.DELAYED), name="queues_job_delayed"),
            models.Index(
                fields=["queue", "dispatched_at"], condition=Q(state=State.DISPATCHED), name="queues_job_dispatched"
            ),
            models.Index(fields=["leased_until"], condition=Q(state=State.ACTIVE), name="queues_job_active"),
            models.Index(
                fields=["queue", "state", "finished_at", "id"], condition=Q(state__in=ENDED), name="queues_job_ended"
            ),
            models.Index(
                fields=["subject_type", "subject_id", "id"], condition=~Q(subject_id=""), name="queues_job_subject"
            ),
            models.Index(fields=["key"], condition=Q(key__isnull=False), name="queues_job_key"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.id}"

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> "Job":
        """As if read from the database; a column that is not given is read there when somebody asks for it.

        Django takes nearly twice as long to make one by keywords, or to find out itself which columns are missing.
        """
        return cls.from_db("default", _NOT_READ, tuple({**_NOT_READ, **values}.values()))

    @property
    def outage_since(self) -> datetime:
        """When the outage began that this run meets: an earlier run may have met it first."""
        assert self.started_at is not None
        return self.postponed_since or self.started_at

    @property
    def task_id(self) -> str:
        """Celery's id of its last hand-over."""
        return task_id(self.pk, self.generation, self.chunk_id)


_NOT_READ: dict[str, Any] = dict.fromkeys((field.attname for field in Job._meta.concrete_fields), models.DEFERRED)


class OnceKey(models.Model):
    """At most one job ever for a queue and key; outlives the job, which pruning may take."""

    queue = models.CharField(max_length=64)
    once = models.CharField(max_length=200)
    job_id = models.UUIDField()
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("queue", "once"), name="queues_once")]
