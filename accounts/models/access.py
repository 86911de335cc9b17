"""Owners' tokens, and the counters that slow down the hasty.

Of either only a hash is kept: neither a token nor an address may be read here.
"""

from django.db import models
from django.db.models.functions import Now

from accounts.models.people import User


class Scope(models.TextChoices):
    READ = "read", "Read"
    WRITE = "write", "Read and write"


class ApiToken(models.Model):
    """An owner's key to the owner API. The token itself is kept nowhere: `prefix` is how people speak of it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="api_tokens")
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the whole token.")
    scope = models.CharField(max_length=8, choices=Scope)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, help_text="To the minute.")
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(scope__in=Scope.values), name="api_token_scope_is_known"),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("created_at")), name="api_token_expires_after_it_was_made"
            ),
        ]

    def __str__(self) -> str:
        return self.prefix

    @property
    def may_write(self) -> bool:
        return self.scope == Scope.WRITE


class RateWindow(models.Model):
    """How often one somebody did one thing since their window opened; `who` is a keyed hash, never an address."""

    scope = models.CharField(max_length=64)
    who = models.CharField(max_length=64)
    hits = models.PositiveIntegerField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["scope", "who"], name="one_window_per_scope_and_who")]
        indexes = [models.Index(fields=["ends_at"], name="rate_window_by_end")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.hits}"
