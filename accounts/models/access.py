"""Owners' tokens, the counters that slow down the hasty, and who is refused for a while.

Of either only a hash is kept: neither a token nor an address may be read here.
"""

from django.db import models
from django.db.models.functions import Now
from django.utils import timezone

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


class Ban(models.Model):
    """A network (an address, or for IPv6 its /64) that is refused everywhere until `ends_at`; again: the same row."""

    who = models.CharField(max_length=64, unique=True, help_text="A keyed hash, never an address.")
    masked_ip = models.CharField("network", max_length=45, help_text="As the sign-in log shows it.")
    kind = models.CharField("failed last", max_length=32)
    times = models.PositiveIntegerField("bans", default=1)
    began_at = models.DateTimeField(db_default=Now())
    ends_at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions = [("lift_ban", "Can lift a ban")]

    def __str__(self) -> str:
        return f"{self.masked_ip}, until {self.ends_at:%Y-%m-%d %H:%M}"

    @property
    def is_in_force(self) -> bool:
        return self.lifted_at is None and self.ends_at > timezone.now()
