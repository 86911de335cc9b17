"""The people of Copydesk.

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
        return self.of_address(username).get()

    def of_address(self, address: str | None) -> models.QuerySet["User"]:
        """Whoever has this address, in whatever case: one or nobody."""
        return self.alias(lowered_email=Lower("email")).filter(lowered_email=Lower(models.Value(address)))


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
