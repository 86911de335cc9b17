"""How a person is greeted."""

from django.db import models
from django.utils import timezone

from accounts.models.people import User


class Profile(models.Model):
    """Made by a workflow when the account is; nothing depends on its being there."""

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="profile")
    display_name = models.CharField(max_length=120)
    language = models.CharField(max_length=8, default="en")
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.display_name
