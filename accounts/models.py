"""The people of Copydesk and the counters that slow down the hasty.

An account is known by its email and has one role; it must never carry a permission of its own.
"""

from collections.abc import Iterable
from typing import ClassVar

from django.contrib.auth import get_backends
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower, Now

from accounts.roles import STAFF, Role

TAKEN = "There is an account with this email."


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, role: str, password: str | None = None, *, name: str = "") -> "User":
        """A new account, unusable by password when none is given. Raises IntegrityError when the email is taken."""
        user = self.model(email=self.normalize_email(email.strip()), role=Role(role), name=name)
        user.set_password(password)
        user.save(using=self._db, force_insert=True)
        return user

    def create_superuser(self, email: str, password: str | None = None) -> "User":
        """What `manage.py createsuperuser` asks for: an owner."""
        return self.create_user(email, Role.OWNER, password)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.alias(lowered_email=Lower("email")).get(lowered_email=Lower(models.Value(username)))


class User(AbstractBaseUser):
    # Whatever its case: the constraint below. `unique` besides, because Django's own commands and checks look for it.
    email = models.EmailField(unique=True, error_messages={"unique": TAKEN})
    name = models.CharField(max_length=120, blank=True)
    role = models.CharField(max_length=16, choices=Role, default=Role.CUSTOMER)
    is_active = models.BooleanField("active", default=True, help_text="Switch off instead of deleting.")
    date_joined = models.DateTimeField(db_default=Now(), editable=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.UniqueConstraint(
                Lower("email"),
                name="one_account_per_email",
                violation_error_message=TAKEN,
            ),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_is_known"),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_staff(self) -> bool:
        """What Django's admin asks before anything else."""
        return self.role in STAFF

    def get_short_name(self) -> str:
        return self.name or self.email

    def get_full_name(self) -> str:
        return self.get_short_name()

    def has_perm(self, perm: str, obj: models.Model | None = None) -> bool:
        return any(backend.has_perm(self, perm, obj) for backend in get_backends())

    def has_perms(self, perm_list: Iterable[str], obj: models.Model | None = None) -> bool:
        return all(self.has_perm(perm, obj) for perm in perm_list)

    def has_module_perms(self, app_label: str) -> bool:
        return any(backend.has_module_perms(self, app_label) for backend in get_backends())  # type: ignore[attr-defined]


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
