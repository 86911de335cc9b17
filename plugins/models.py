"""Plugins as they were taken, what owners granted them, and every run. Code and schemas of a version never change."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from plugins.manifest import Manifest


class Plugin(models.Model):
    """Known by its name; `version` is the one that runs. It is taken switched off, and only an owner switches it on."""

    name = models.SlugField(max_length=40, unique=True)
    version = models.ForeignKey("PluginVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    enabled = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    class Meta:
        permissions: ClassVar = [
            ("operate_plugin", "Can install a plugin, switch it on or off, and grant it capabilities"),
            ("try_plugin", "Can run a plugin by hand"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(enabled=False) | Q(version__isnull=False), name="plugin_runs_a_version")
        ]

    def __str__(self) -> str:
        return self.name


class PluginVersion(models.Model):
    """One exact code with its manifest. A trigger refuses to change or delete it."""

    plugin = models.ForeignKey(Plugin, on_delete=models.PROTECT, related_name="versions")
    number = models.CharField(max_length=16)
    manifest = models.JSONField()
    source = models.TextField()
    sha256 = models.CharField(max_length=64, help_text="Of the source, in hexadecimal.")
    installed_at = models.DateTimeField(default=timezone.now)
    installed_by = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=("plugin", "number"), name="plugin_version_once"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="plugin_sha256_is_one"),
        ]
        indexes: ClassVar = [models.Index(fields=["plugin", "-id"], name="plugin_versions_newest")]

    def __str__(self) -> str:
        return f"{self.plugin.name} {self.number}"

    @property
    def says(self) -> Manifest:
        """As it was judged when it was taken: what is refused since can still be read."""
        return Manifest.model_construct(**self.manifest)


class PluginGrant(models.Model):
    """A capability of a plugin that an owner granted; whatever its version, until it is taken back."""

    plugin = models.ForeignKey(Plugin, on_delete=models.CASCADE, related_name="grants")
    capability = models.CharField(max_length=40)
    granted_at = models.DateTimeField(default=timezone.now)
    granted_by = models.CharField(max_length=200)

    class Meta:
        constraints: ClassVar = [models.UniqueConstraint(fields=("plugin", "capability"), name="plugin_grant_once")]

    def __str__(self) -> str:
        return f"{self.plugin.name}: {self.capability}"


class ExecutionState(models.TextChoices):
    ASKED = "asked", "Waiting to run"
    DONE = "done", "Done"
    FAILED = "failed", "Failed"
    CANCELLED = "cancelled", "Cancelled"


class PluginExecutionLog(models.Model):
    """One run that was asked for: what it was given, and what became of it. `subject` is what it was asked about."""

    version = models.ForeignKey(PluginVersion, on_delete=models.PROTECT, related_name="executions")
    subject_type = models.CharField(max_length=32, blank=True, default="")
    subject_id = models.CharField(max_length=64, blank=True, default="")
    reply_type = models.CharField(max_length=32, blank=True, default="", help_text="Who hears how it ended.")
    reply_id = models.CharField(max_length=64, blank=True, default="")
    asked_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField(default=timezone.now)
    input = models.JSONField()
    input_sha256 = models.CharField(max_length=64)
    state = models.CharField(max_length=12, choices=ExecutionState, default=ExecutionState.ASKED)
    output = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True, default="")
    printed = models.TextField(blank=True, default="")
    calls = models.JSONField(default=dict, help_text="How often it called each capability.")
    milliseconds = models.PositiveIntegerField(null=True, blank=True)
    memory_bytes = models.BigIntegerField(null=True, blank=True, help_text="The peak of its process.")
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name, verbose_name_plural = "run of a plugin", "runs"
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(state__in=ExecutionState.values), name="plugin_execution_state"),
            models.CheckConstraint(
                condition=Q(state="asked", finished_at__isnull=True) | ~Q(state="asked"), name="plugin_execution_ends"
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["version", "-id"], name="plugin_execution_newest"),
            models.Index(fields=["subject_type", "subject_id"], name="plugin_execution_subject"),
            models.Index(F("asked_at").desc(), name="plugin_execution_asked"),
        ]

    def __str__(self) -> str:
        return f"{self.version} for {self.subject_type or 'nobody'} {self.subject_id}".strip()
