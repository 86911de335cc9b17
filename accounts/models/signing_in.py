"""Signing in: codes sent out, browsers that are signed in, and the second step of staff.

Codes and secrets are derived from the id of a row and SECRET_KEY; none may stand in one.
"""

from django.db import models
from django.db.models.functions import Now

from accounts.models.people import User
from queues.ids import uuid7

TRIES = 5


class Channel(models.TextChoices):
    EMAIL = "email", "Email"


class OtpCode(models.Model):
    """One code that was asked for, and by which browser; the six digits themselves are kept nowhere."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    channel = models.CharField(max_length=16, choices=Channel, default=Channel.EMAIL)
    address = models.EmailField(help_text="Where it goes, as it was typed.")
    browser = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the cookie of who asked.")
    device = models.CharField(max_length=80)
    masked_ip = models.CharField(max_length=45, blank=True)
    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(channel__in=Channel.values), name="otp_channel_is_known"),
            models.CheckConstraint(condition=models.Q(tries__lte=TRIES), name="otp_tries_end"),
        ]
        indexes = [models.Index(fields=["expires_at"], name="otp_by_expiry")]

    def __str__(self) -> str:
        return f"code for {self.address}"


class SignIn(models.Model):
    """A browser that is signed in. Ended, its cookie opens nothing, whatever Django's session says."""

    user = models.ForeignKey(User, models.CASCADE, related_name="sign_ins")
    device = models.CharField(max_length=80)
    masked_ip = models.CharField(max_length=45, blank=True)
    began_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now(), help_text="To a few minutes.")
    second_factor_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["user", "-last_seen_at"], name="sign_in_of_user"),
            models.Index(fields=["last_seen_at"], name="sign_in_by_last_seen"),
        ]

    def __str__(self) -> str:
        return f"{self.device}, {self.masked_ip}"


class SecondFactor(models.Model):
    """Somebody's authenticator app; its secret is derived from `salt`. It counts once `confirmed_at` is set."""

    user = models.OneToOneField(User, models.CASCADE, related_name="second_factor")
    salt = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    confirmed_at = models.DateTimeField(null=True, blank=True)
    last_step = models.BigIntegerField(default=0, help_text="The 30 seconds whose code was used last: never again.")

    def __str__(self) -> str:
        return f"second factor of {self.user_id}"


class RecoveryCode(models.Model):
    """One way in without the app, once; only its keyed hash is kept."""

    factor = models.ForeignKey(SecondFactor, models.CASCADE, related_name="recovery_codes")
    digest = models.CharField(max_length=64, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return "used" if self.used_at else "unused"
