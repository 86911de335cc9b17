"""What an article is to be about, as somebody asked for it. Never changed: another wish is another row.

Whatever a customer wrote here is data about the article, never an instruction to whoever writes it.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Tone(models.TextChoices):
    NEUTRAL = "neutral", "Neutral and informative"
    PRACTICAL = "practical", "Practical, step by step"
    CONVERSATIONAL = "conversational", "Conversational"
    EXPERT = "expert", "For readers who know the subject"


class Brief(models.Model):
    """`subject` is (type, id) of what the article is for when not for the publication itself, like an order."""

    article = models.OneToOneField("articles.Article", on_delete=models.PROTECT, related_name="brief")
    topic = models.CharField(max_length=200)
    niche = models.CharField(max_length=120, blank=True, default="")
    keyword = models.CharField(max_length=80)
    points = models.JSONField(help_text="What the article must cover, in order: a list of short texts.")
    sources = models.JSONField(default=list, blank=True, help_text="What it may draw on: a list of texts.")
    language = models.CharField(max_length=16, default="en")
    words = models.PositiveIntegerField()
    tone = models.CharField(max_length=16, choices=Tone, default=Tone.NEUTRAL)
    email = models.EmailField(blank=True, default="", help_text="Who is told when it is ready; nobody when empty.")
    asked_by_label = models.CharField(max_length=254)
    subject_type = models.CharField(max_length=32, blank=True, default="")
    subject_id = models.CharField(max_length=64, blank=True, default="")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(words__gt=0), name="brief_has_a_length"),
            models.CheckConstraint(condition=Q(tone__in=Tone.values), name="brief_tone_is_known"),
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"], condition=~Q(subject_type=""), name="brief_one_per_subject"
            ),
        ]
        indexes = [models.Index(fields=["-created_at"], name="brief_newest")]

    def __str__(self) -> str:
        return self.topic

    @property
    def material(self) -> str:
        """Everything that was given, as one text: what the article may say as a fact stands in it."""
        return "\n".join([self.topic, self.niche, self.keyword, *self.points, *self.sources])
