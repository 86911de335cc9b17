"""What was found of one exact text by whoever reviewed it, and when an approved text is to go live.

A report speaks of the hash it read and of nothing newer.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone


class QualityReport(models.Model):
    """One review of one version: a score from 0 to 100, remarks, and who made it."""

    version = models.ForeignKey("articles.ArticleVersion", on_delete=models.PROTECT, related_name="reports")
    sha256 = models.CharField(max_length=64, help_text="Of the text that was read.")
    score = models.PositiveSmallIntegerField()
    remarks = models.JSONField(default=list)
    failed_checks = models.JSONField(default=list, help_text="Names of blocking checks its certificate failed.")
    reviewer = models.CharField(max_length=200)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(score__lte=100), name="quality_report_score"),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="quality_report_sha256_is_hex"),
        ]
        indexes: ClassVar = [models.Index(fields=["version", "-id"], name="quality_report_newest")]

    def __str__(self) -> str:
        return f"{self.score} of 100 for {self.version_id}"


class ScheduledPublication(models.Model):
    """An approved version and its time. `note` says why it did not go live."""

    class State(models.TextChoices):
        PLANNED = "planned", "Planned"
        LIVE = "live", "Live"
        STOPPED = "stopped", "Stopped"

    version = models.OneToOneField("articles.ArticleVersion", on_delete=models.PROTECT, related_name="publication")
    publish_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=State, default=State.PLANNED)
    planned_by = models.CharField(max_length=200)
    planned_at = models.DateTimeField(default=timezone.now)
    note = models.CharField(max_length=300, blank=True, default="")

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["publish_at"], condition=Q(state="planned"), name="publication_planned")
        ]

    def __str__(self) -> str:
        return f"version {self.version_id} at {self.publish_at:%Y-%m-%d %H:%M}"
