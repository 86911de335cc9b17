"""Workflows as they were written, their runs, and each step of each run. A version of a definition never changes."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone

from workflows.definition import Definition, accepted


class Workflow(models.Model):
    """`version` is what runs from now on; runs that are under way keep theirs."""

    slug = models.SlugField(max_length=60, unique=True)
    name = models.CharField(max_length=120)
    enabled = models.BooleanField(default=False, help_text="Whether events and the clock start it.")
    version = models.ForeignKey("WorkflowVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    last_tick = models.BigIntegerField(default=0, help_text="Of the clock, in its own periods since 1970.")
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        permissions: ClassVar = [
            ("edit_workflow", "Can write a workflow's definition and switch it on or off"),
            ("run_workflow", "Can start, retry and cancel runs"),
            ("approve_step", "Can approve a step that waits for it"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(enabled=False) | Q(version__isnull=False), name="workflow_has_a_version")
        ]

    def __str__(self) -> str:
        return self.name


class WorkflowVersion(models.Model):
    """A trigger refuses to change or delete it."""

    workflow = models.ForeignKey(Workflow, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    definition = models.JSONField()
    sha256 = models.CharField(max_length=64)
    written_at = models.DateTimeField(default=timezone.now)
    written_by = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("workflow", "number"), name="workflow_version_once"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="workflow_sha256_is_one"),
        ]

    def __str__(self) -> str:
        return f"{self.workflow.name}, version {self.number}"

    @property
    def says(self) -> Definition:
        """Raises BadDefinition where it was written for an earlier release and this one no longer takes it."""
        return accepted(self.definition)


class RunState(models.TextChoices):
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting for somebody"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


UNDER_WAY = (RunState.RUNNING, RunState.WAITING)


class WorkflowRun(models.Model):
    """`depth` counts the runs whose effects started this one: a bound to what may start itself again."""

    version = models.ForeignKey(WorkflowVersion, on_delete=models.PROTECT, related_name="runs")
    subject_type = models.CharField(max_length=32, blank=True, default="")
    subject_id = models.CharField(max_length=64, blank=True, default="")
    trigger = models.CharField(max_length=60)
    depth = models.PositiveSmallIntegerField(default=0)
    state = models.CharField(max_length=12, choices=RunState, default=RunState.RUNNING)
    error = models.TextField(blank=True, default="")
    started_by = models.CharField(max_length=200)
    started_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = "run", "runs"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=RunState.values), name="workflow_run_state"),
            models.CheckConstraint(
                condition=Q(state__in=UNDER_WAY, finished_at__isnull=True)
                | (~Q(state__in=UNDER_WAY) & Q(finished_at__isnull=False)),
                name="workflow_run_ends",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["subject_type", "subject_id"], name="workflow_run_subject"),
            models.Index(fields=["version", "-id"], name="workflow_run_newest"),
            models.Index(fields=["state"], condition=Q(state__in=UNDER_WAY), name="workflow_run_under_way"),
        ]

    def __str__(self) -> str:
        return f"run {self.pk} of {self.version.workflow.name}"

    @property
    def subject(self) -> tuple[str, str]:
        return self.subject_type, self.subject_id


class StepState(models.TextChoices):
    ASKED = "asked", "Next"
    RUNNING = "running", "Running"
    WAITING = "waiting", "Waiting for somebody"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


UNFINISHED = (StepState.ASKED, StepState.RUNNING, StepState.WAITING)


class WorkflowStepExecution(models.Model):
    """One try of one step: a step that failed and is tried again by somebody is another row."""

    run = models.ForeignKey(WorkflowRun, on_delete=models.PROTECT, related_name="steps")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=60)
    number = models.PositiveSmallIntegerField(default=1, help_text="Which try of this step it is.")
    state = models.CharField(max_length=12, choices=StepState, default=StepState.ASKED)
    input = models.JSONField(default=dict)
    output = models.JSONField(null=True, blank=True)
    waits_for = models.CharField(max_length=200, blank=True, default="")
    error = models.TextField(blank=True, default="")
    job_id = models.UUIDField(null=True, blank=True)
    asked_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = "step", "steps"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=StepState.values), name="workflow_step_state"),
            models.UniqueConstraint(fields=("run", "key", "number"), name="workflow_step_once_a_try"),
            models.UniqueConstraint(
                fields=("run",), condition=Q(state__in=UNFINISHED), name="workflow_one_step_at_a_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.key} of run {self.run_id}"

    @property
    def milliseconds(self) -> int | None:
        if self.started_at is None or self.finished_at is None:
            return None
        return round((self.finished_at - self.started_at).total_seconds() * 1000)


class WorkflowEvent(models.Model):
    """What happened to a run, in its order. Append-only."""

    run = models.ForeignKey(WorkflowRun, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(max_length=40)
    key = models.CharField(max_length=40, blank=True, default="")
    actor = models.CharField(max_length=200)
    reason = models.CharField(max_length=500, blank=True, default="")

    class Meta:
        indexes: ClassVar = [models.Index(fields=["run", "id"], name="workflow_event_of_run")]

    def __str__(self) -> str:
        return f"{self.what} {self.key}".strip()
