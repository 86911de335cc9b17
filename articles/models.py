"""What we publish, version by version, and which bought links stand in it.

Nothing here writes: `versions` proposes, `publishing` decides what is live, and PostgreSQL never lets a body change.
"""

from datetime import datetime

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from articles.brief import Brief as Brief
from articles.brief import Tone as Tone
from articles.image import Image as Image
from articles.money import step
from articles.quality_report import QualityReport as QualityReport
from articles.quality_report import ScheduledPublication as ScheduledPublication
from articles.suggestion import Presentation as Presentation
from articles.suggestion import Suggestion as Suggestion


class ArticleQuerySet(models.QuerySet["Article"]):
    def published(self) -> "ArticleQuerySet":
        return self.filter(status=Article.Status.PUBLISHED, published_version__isnull=False)

    def in_language(self, language: str) -> "ArticleQuerySet":
        return self.filter(language=language)

    def about(self, topic: str) -> "ArticleQuerySet":
        return self.filter(topic=topic)


class Article(models.Model):
    """A page of the publication; what its readers see is `published_version`."""

    class Status(models.TextChoices):
        DRAFT = "draft", "Draft"
        PUBLISHED = "published", "Published"
        ARCHIVED = "archived", "Archived"

    slug = models.SlugField(max_length=120, unique=True)
    title = models.CharField(max_length=300)
    description = models.TextField(blank=True, default="")
    topic = models.CharField(max_length=120, blank=True, default="")
    language = models.CharField(max_length=16, default="en")
    status = models.CharField(max_length=16, choices=Status, default=Status.DRAFT)
    price_minor = models.PositiveIntegerField(help_text="Price of one link, in the currency's minor unit.")
    currency = models.CharField(max_length=3, default="usd", help_text="ISO 4217, in lower case.")
    published_version = models.ForeignKey(
        "ArticleVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Measured on the published text whenever that changes, so that lists need not parse Markdown.
    linkable = models.BooleanField(default=False)
    linkable_message = models.CharField(max_length=300, blank=True, default="")
    link_slots = models.PositiveSmallIntegerField(
        default=0, help_text="Paid links the text can carry, taken ones included."
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)

    objects = ArticleQuerySet.as_manager()

    # Known only of an article that was read for its page.
    first_published_at: datetime
    # Known only of articles that were read for the catalogue: they are counted, not stored.
    live_links: int
    free_slots: int
    readers: int

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(currency__regex=r"^[a-z]{3}$"),
                name="article_currency_is_iso",
                violation_error_message="The currency is a code of three small letters, like usd.",
            ),
            models.CheckConstraint(
                condition=Q(price_minor__gt=0),
                name="article_has_a_price",
                violation_error_message="A link has a price above zero.",
            ),
            models.CheckConstraint(
                condition=~Q(status="published") | Q(published_version__isnull=False),
                name="article_published_has_version",
            ),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="article_catalogue")]

    def __str__(self) -> str:
        return self.title

    def get_absolute_url(self) -> str:
        return reverse("articles:article", args=[self.slug])

    def clean(self) -> None:
        """A price nobody can be charged is refused where it is entered."""
        whole = step(self.currency)
        if self.price_minor and self.price_minor % whole:
            raise ValidationError({"price_minor": f"In {self.currency} the price must be a multiple of {whole}."})


class ArticleSearch(models.Model):
    """The words of an article and of its published text, for searching. A trigger alone writes it."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="+")
    vector = SearchVectorField()

    class Meta:
        indexes = [GinIndex(fields=["vector"], name="article_search_words")]

    def __str__(self) -> str:
        return f"words of article {self.article_id}"


class ArticleVersion(models.Model):
    """One exact text of an article. A trigger refuses to change its bytes, or to delete it once it was published."""

    class Status(models.TextChoices):
        CANDIDATE = "candidate", "Candidate"
        SUBMITTED = "submitted", "Submitted"
        APPROVED = "approved", "Approved"
        PUBLISHED = "published", "Published"
        SUPERSEDED = "superseded", "Superseded"
        QC_FAILED = "qc_failed", "Failed quality control"
        REJECTED = "rejected", "Rejected"

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    body = models.TextField(help_text="The Markdown source, byte for byte.")
    sha256 = models.CharField(max_length=64, help_text="Of the body's UTF-8 bytes.")
    size = models.PositiveIntegerField(help_text="Bytes of the body in UTF-8.")
    status = models.CharField(max_length=16, choices=Status, default=Status.CANDIDATE)
    base = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    subject_type = models.CharField(max_length=32, blank=True, default="")
    subject_id = models.CharField(max_length=64, blank=True, default="")
    change = models.JSONField(null=True, blank=True)
    certificate = models.JSONField(default=list, blank=True)
    backlink_metadata = models.JSONField(null=True, blank=True)
    author_label = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)
    submitted_at = models.DateTimeField(null=True, blank=True)
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by_label = models.CharField(max_length=200, blank=True, default="")
    published_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = "version"
        constraints = [
            models.UniqueConstraint(fields=["article", "number"], name="version_number_once_per_article"),
            models.UniqueConstraint(
                fields=["article"], condition=Q(status="published"), name="version_one_published_per_article"
            ),
            models.CheckConstraint(condition=Q(sha256__regex=r"^[0-9a-f]{64}$"), name="version_sha256_is_hex"),
            models.CheckConstraint(
                condition=~Q(status__in=["published", "superseded"]) | Q(published_at__isnull=False),
                name="version_live_has_published_at",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["approved", "published", "superseded"]) | Q(approved_at__isnull=False),
                name="version_live_has_approved_at",
            ),
        ]
        indexes = [models.Index(fields=["subject_type", "subject_id", "-id"], name="version_of_subject")]

    def __str__(self) -> str:
        return f"version {self.number} of article {self.article_id}"


class PlacementQuerySet(models.QuerySet["Placement"]):
    def live(self) -> "PlacementQuerySet":
        return self.filter(ended_at__isnull=True)


class Placement(models.Model):
    """A bought link that stands, or stood, in what readers see: protected, disclosed and counted by this row."""

    article = models.ForeignKey(Article, on_delete=models.PROTECT, related_name="placements")
    version_first = models.ForeignKey(ArticleVersion, on_delete=models.PROTECT, related_name="placements_begun")
    href = models.CharField(max_length=2048)
    anchor = models.CharField(max_length=200)
    subject_type = models.CharField(max_length=32)
    subject_id = models.CharField(max_length=64)
    live_since = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=300, blank=True, default="")

    objects = PlacementQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_type", "subject_id"],
                condition=Q(ended_at__isnull=True),
                name="placement_one_live_per_subject",
            )
        ]
        indexes = [
            models.Index(fields=["article"], condition=Q(ended_at__isnull=True), name="placement_live_of_article")
        ]

    def __str__(self) -> str:
        return f"{self.anchor} → {self.href}"


class AiEventLog(models.Model):
    """One call to the AI provider: opened before it is made, so that a killed call still leaves its trace."""

    class Outcome(models.TextChoices):
        OPEN = "open", "Under way, or killed"
        ANSWERED = "answered", "Answered"
        BAD_ANSWER = "bad_answer", "Unusable answer"
        REFUSED = "refused", "Refused"
        LATER = "later", "To be tried later"
        BROKEN_OFF = "broken_off", "Broken off"
        PERMANENT = "permanent", "Permanently failed"

    purpose = models.CharField(max_length=64)
    subject_type = models.CharField(max_length=32, blank=True, default="")
    subject_id = models.CharField(max_length=64, blank=True, default="")
    model_asked = models.CharField(max_length=100)
    model_answered = models.CharField(max_length=100, blank=True, default="")
    request_id = models.CharField(max_length=200, blank=True, default="")
    prompt_version = models.CharField(max_length=64, blank=True, default="")
    tokens_in = models.PositiveIntegerField(null=True, blank=True)
    tokens_cached = models.PositiveIntegerField(null=True, blank=True)
    tokens_out = models.PositiveIntegerField(null=True, blank=True)
    price_table = models.CharField(max_length=32, blank=True, default="")
    reserved_micro = models.BigIntegerField(
        null=True, blank=True, help_text="What it may cost at most, in millionths of a US dollar; empty when unknown."
    )
    cost_micro = models.BigIntegerField(
        null=True, blank=True, help_text="Millionths of a US dollar; empty when unknown."
    )
    opened_at = models.DateTimeField(default=timezone.now)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    outcome = models.CharField(max_length=16, choices=Outcome, default=Outcome.OPEN)
    error = models.TextField(blank=True, default="")

    class Meta:
        verbose_name = "AI call"
        indexes = [
            models.Index(fields=["subject_type", "subject_id", "opened_at"], name="ai_event_of_subject"),
            models.Index(fields=["opened_at"], name="ai_event_of_day"),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.subject_type} {self.subject_id}".strip()


class AiBreaker(models.Model):
    """Whether the provider may be asked at all: the one row every process looks at. Without it, it may."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    opened_at = models.DateTimeField(null=True, help_text="Since when nothing is asked; empty while all is well.")
    trial_at = models.DateTimeField(null=True, help_text="From when one call may try again.")
    trying_since = models.DateTimeField(null=True, help_text="Since when that one call is under way.")
    trials = models.PositiveIntegerField(default=0, help_text="Calls that tried in vain since it opened.")
    closed_at = models.DateTimeField(null=True, help_text="When it last closed.")

    class Meta:
        verbose_name = "AI breaker"
        constraints = [
            models.CheckConstraint(condition=Q(id=1), name="ai_breaker_is_one"),
            models.CheckConstraint(
                condition=Q(opened_at__isnull=True, trial_at__isnull=True, trying_since__isnull=True)
                | Q(opened_at__isnull=False, trial_at__isnull=False),
                name="ai_breaker_open_has_a_trial",
            ),
        ]

    def __str__(self) -> str:
        return "open" if self.opened_at else "closed"
