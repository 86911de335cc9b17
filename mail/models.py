"""Every email ever written, from the moment it is owed until it is known what became of it.

A row holds what is needed to render it again, and never a secret or an access link.
"""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.db.models.functions import Now

from queues.ids import uuid7


class State(models.TextChoices):
    QUEUED = "queued", "Queued"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"
    UNCERTAIN = "uncertain", "Uncertain (may have arrived twice, or not at all)"


class EmailLog(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=48)
    to = models.EmailField()
    subject_type = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    cause = models.CharField(max_length=128)
    context = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    language = models.CharField(max_length=12, default="en")
    state = models.CharField(max_length=16, choices=State, default=State.QUEUED)
    message_id = models.CharField(max_length=255)
    provider_id = models.CharField(
        max_length=255, blank=True, default="", db_default="", help_text="As the server answered."
    )
    attempts = models.PositiveIntegerField(default=0)
    error = models.TextField(blank=True)
    queued_at = models.DateTimeField(db_default=Now())
    sending_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    # A copy asked for by hand: the first one, also where a copy was copied.
    resend_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="resends")

    class Meta:
        verbose_name = "email"
        permissions = [("resend_emaillog", "Can send an email once more")]
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id", "kind", "cause"], name="one_email_per_subject_kind_and_cause"
            ),
            models.CheckConstraint(condition=models.Q(state__in=State.values), name="email_state_is_known"),
        ]
        indexes = [
            models.Index(fields=["state", "queued_at"], name="email_by_state"),
            models.Index(fields=["-queued_at"], name="email_by_time"),
            models.Index(fields=["to"], name="email_by_recipient"),
            models.Index(fields=["queued_at"], condition=~models.Q(context={}), name="email_with_text_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} to {self.to}"
