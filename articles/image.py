"""A picture that articles show: kept in the database beside the texts, so that one backup has both."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

KEY_LENGTH = 16  # of the hash's digits in an address


class Image(models.Model):
    """One picture as readers get it. Its bytes never change; its address is made of their hash."""

    sha256 = models.CharField(max_length=64, unique=True, editable=False)
    name = models.SlugField(max_length=80, help_text="What its address ends in.")
    alt = models.CharField(
        "description",
        max_length=300,
        help_text="Read out to those who cannot see it, and shown where it does not load.",
    )
    content_type = models.CharField(max_length=20, editable=False)
    width = models.PositiveIntegerField(editable=False, help_text="Pixels.")
    height = models.PositiveIntegerField(editable=False, help_text="Pixels.")
    size = models.PositiveIntegerField(editable=False, help_text="Bytes.")
    content = models.BinaryField()
    kept_by_label = models.CharField("kept by", max_length=200, editable=False)
    kept_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="image_sha256_is_hex")
        ]

    def __str__(self) -> str:
        return self.alt

    def get_absolute_url(self) -> str:
        return reverse("articles:image", args=[self.sha256[:KEY_LENGTH], self.name, self.extension])

    @property
    def extension(self) -> str:
        return self.content_type.partition("/")[2]

    @property
    def markdown(self) -> str:
        """What is written in a text to show it."""
        alt = self.alt.replace("\\", "\\\\").replace("[", "\\[").replace("]", "\\]")
        return f"![{alt}]({self.get_absolute_url()})"
