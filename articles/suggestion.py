"""What the assistant suggests for an article, and what an accepted suggestion says of it beyond its text.

A suggestion is never the text of anything: accepted, it becomes a version, or a fact that somebody put their name to.
"""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Suggestion(models.Model):
    """One wish for one article and what became of it. What it was made from is `base`, the text it read."""

    class Kind(models.TextChoices):
        SECTION = "section", "A new section"
        SUMMARY = "summary", "A summary"
        EXCERPT = "excerpt", "An excerpt"
        HEADLINES = "headlines", "Headlines"
        FAQ = "faq", "Questions and answers"
        TRANSLATION = "translation", "A translation"
        SEO = "seo", "For search engines"

    class State(models.TextChoices):
        ASKED = "asked", "Being written"
        PROPOSED = "proposed", "Proposed"
        ACCEPTED = "accepted", "Accepted"
        DECLINED = "declined", "Declined"
        STALE = "stale", "Overtaken"
        FAILED = "failed", "Not written"

    article = models.ForeignKey("articles.Article", on_delete=models.PROTECT, related_name="suggestions")
    kind = models.CharField(max_length=16, choices=Kind)
    wish = models.CharField(
        max_length=200,
        blank=True,
        default="",
        help_text="What a section is to be about, the language of a translation, the keyword readers search for.",
    )
    state = models.CharField(max_length=16, choices=State, default=State.ASKED)
    base = models.ForeignKey(
        "articles.ArticleVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    base_sha256 = models.CharField(max_length=64, blank=True, default="", help_text="Of the text it was made from.")
    facts = models.JSONField(default=dict, blank=True, help_text="Title, description and address that it read.")
    answer = models.JSONField(null=True, blank=True, help_text="What the model answered, after its form was checked.")
    certificate = models.JSONField(default=list, blank=True)
    reports = models.JSONField(default=dict, blank=True, help_text="The SEO report before and after.")
    score_before = models.PositiveSmallIntegerField(null=True, blank=True)
    score_after = models.PositiveSmallIntegerField(null=True, blank=True)
    author_label = models.CharField(max_length=200, blank=True, default="", help_text="The model that wrote it.")
    version = models.ForeignKey(
        "articles.ArticleVersion",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="suggestions",
        help_text="What accepting it made.",
    )
    note = models.CharField(max_length=300, blank=True, default="")
    asked_by_label = models.CharField(max_length=254)
    asked_at = models.DateTimeField(default=timezone.now)
    written_at = models.DateTimeField(null=True, blank=True)
    decided_by_label = models.CharField(max_length=254, blank=True, default="")
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        permissions: ClassVar = [
            ("ask_suggestion", "Can ask the assistant"),
            ("decide_suggestion", "Can accept and decline suggestions"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["article", "kind", "wish"], condition=Q(state="asked"), name="suggestion_asked_for_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=["asked", "failed"]) | Q(base__isnull=False, answer__isnull=False),
                name="suggestion_written_has_base",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["accepted", "declined"]) | Q(decided_at__isnull=False),
                name="suggestion_decided_has_time",
            ),
            models.CheckConstraint(
                condition=Q(base_sha256="") | Q(base_sha256__regex=r"^[0-9a-f]{64}$"),
                name="suggestion_sha256_is_hex",
            ),
        ]
        indexes: ClassVar = [models.Index(fields=["article", "-id"], name="suggestion_newest")]

    def __str__(self) -> str:
        return f"{self.get_kind_display().lower()} for article {self.article_id}"


class Presentation(models.Model):
    """How an article shows itself to machines and where it is shared; its page says the rest by itself."""

    class Schema(models.TextChoices):
        ARTICLE = "Article", "Article"
        BLOG = "BlogPosting", "Blog post"
        NEWS = "NewsArticle", "News"
        TECH = "TechArticle", "Instructions"

    article = models.OneToOneField(
        "articles.Article", on_delete=models.CASCADE, primary_key=True, related_name="presentation"
    )
    schema_type = models.CharField(max_length=16, choices=Schema, default=Schema.ARTICLE)
    keywords = models.JSONField(default=list, blank=True)
    share_title = models.CharField(max_length=120, blank=True, default="")
    share_description = models.CharField(max_length=320, blank=True, default="")
    set_by_label = models.CharField(max_length=254)
    set_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"presentation of article {self.article_id}"
