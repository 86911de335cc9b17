import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Article",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("slug", models.SlugField(max_length=120, unique=True)),
                ("title", models.CharField(max_length=300)),
                ("description", models.TextField(blank=True, default="")),
                ("topic", models.CharField(blank=True, default="", max_length=120)),
                ("language", models.CharField(default="en", max_length=16)),
                (
                    "status",
                    models.CharField(
                        choices=[("draft", "Draft"), ("published", "Published"), ("archived", "Archived")],
                        default="draft",
                        max_length=16,
                    ),
                ),
                (
                    "price_minor",
                    models.PositiveIntegerField(help_text="Price of one link, in the currency's minor unit."),
                ),
                ("currency", models.CharField(default="usd", help_text="ISO 4217, in lower case.", max_length=3)),
                ("linkable", models.BooleanField(default=False)),
                ("linkable_message", models.CharField(blank=True, default="", max_length=300)),
                (
                    "link_slots",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="Paid links the text can carry, taken ones included."
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("updated_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="AiEventLog",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("purpose", models.CharField(max_length=64)),
                ("subject_type", models.CharField(blank=True, default="", max_length=32)),
                ("subject_id", models.CharField(blank=True, default="", max_length=64)),
                ("model_asked", models.CharField(max_length=100)),
                ("model_answered", models.CharField(blank=True, default="", max_length=100)),
                ("request_id", models.CharField(blank=True, default="", max_length=200)),
                ("prompt_version", models.CharField(blank=True, default="", max_length=64)),
                ("tokens_in", models.PositiveIntegerField(blank=True, null=True)),
                ("tokens_cached", models.PositiveIntegerField(blank=True, null=True)),
                ("tokens_out", models.PositiveIntegerField(blank=True, null=True)),
                ("price_table", models.CharField(blank=True, default="", max_length=32)),
                (
                    "cost_micro",
                    models.BigIntegerField(
                        blank=True, help_text="Millionths of a US dollar; empty when unknown.", null=True
                    ),
                ),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("duration_ms", models.PositiveIntegerField(blank=True, null=True)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("open", "Under way, or killed"),
                            ("answered", "Answered"),
                            ("bad_answer", "Unusable answer"),
                            ("refused", "Refused"),
                            ("later", "To be tried later"),
                            ("broken_off", "Broken off"),
                            ("permanent", "Permanently failed"),
                        ],
                        default="open",
                        max_length=16,
                    ),
                ),
                ("error", models.TextField(blank=True, default="")),
            ],
            options={
                "verbose_name": "AI call",
                "indexes": [
                    models.Index(fields=["subject_type", "subject_id", "opened_at"], name="ai_event_of_subject")
                ],
            },
        ),
        migrations.CreateModel(
            name="ArticleVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField()),
                ("body", models.TextField(help_text="The Markdown source, byte for byte.")),
                ("sha256", models.CharField(help_text="Of the body's UTF-8 bytes.", max_length=64)),
                ("size", models.PositiveIntegerField(help_text="Bytes of the body in UTF-8.")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("candidate", "Candidate"),
                            ("submitted", "Submitted"),
                            ("approved", "Approved"),
                            ("published", "Published"),
                            ("superseded", "Superseded"),
                            ("qc_failed", "Failed quality control"),
                            ("rejected", "Rejected"),
                        ],
                        default="candidate",
                        max_length=16,
                    ),
                ),
                ("subject_type", models.CharField(blank=True, default="", max_length=32)),
                ("subject_id", models.CharField(blank=True, default="", max_length=64)),
                ("change", models.JSONField(blank=True, null=True)),
                ("certificate", models.JSONField(blank=True, default=list)),
                ("backlink_metadata", models.JSONField(blank=True, null=True)),
                ("author_label", models.CharField(max_length=200)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("submitted_at", models.DateTimeField(blank=True, null=True)),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("approved_by_label", models.CharField(blank=True, default="", max_length=200)),
                ("published_at", models.DateTimeField(blank=True, null=True)),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="articles.article"
                    ),
                ),
                (
                    "base",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="articles.articleversion",
                    ),
                ),
            ],
            options={"verbose_name": "version"},
        ),
        migrations.AddField(
            model_name="article",
            name="published_version",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="articles.articleversion",
            ),
        ),
        migrations.CreateModel(
            name="Placement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("href", models.CharField(max_length=2048)),
                ("anchor", models.CharField(max_length=200)),
                ("subject_type", models.CharField(max_length=32)),
                ("subject_id", models.CharField(max_length=64)),
                ("live_since", models.DateTimeField(default=django.utils.timezone.now)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("end_reason", models.CharField(blank=True, default="", max_length=300)),
                (
                    "article",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="placements", to="articles.article"
                    ),
                ),
                (
                    "version_first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="placements_begun",
                        to="articles.articleversion",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="articleversion",
            index=models.Index(fields=["subject_type", "subject_id", "-id"], name="version_of_subject"),
        ),
        migrations.AddConstraint(
            model_name="articleversion",
            constraint=models.UniqueConstraint(fields=("article", "number"), name="version_number_once_per_article"),
        ),
        migrations.AddConstraint(
            model_name="articleversion",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "published")),
                fields=("article",),
                name="version_one_published_per_article",
            ),
        ),
        migrations.AddConstraint(
            model_name="articleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(("sha256__regex", "^[0-9a-f]{64}$")), name="version_sha256_is_hex"
            ),
        ),
        migrations.AddConstraint(
            model_name="articleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["published", "superseded"]), _negated=True),
                    ("published_at__isnull", False),
                    _connector="OR",
                ),
                name="version_live_has_published_at",
            ),
        ),
        migrations.AddConstraint(
            model_name="articleversion",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status__in", ["approved", "published", "superseded"]), _negated=True),
                    ("approved_at__isnull", False),
                    _connector="OR",
                ),
                name="version_live_has_approved_at",
            ),
        ),
        migrations.AddIndex(
            model_name="article",
            index=models.Index(fields=["status", "-id"], name="article_catalogue"),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(("currency__regex", "^[a-z]{3}$")),
                name="article_currency_is_iso",
                violation_error_message="The currency is a code of three small letters, like usd.",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(("price_minor__gt", 0)),
                name="article_has_a_price",
                violation_error_message="A link has a price above zero.",
            ),
        ),
        migrations.AddConstraint(
            model_name="article",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "published"), _negated=True),
                    ("published_version__isnull", False),
                    _connector="OR",
                ),
                name="article_published_has_version",
            ),
        ),
        migrations.AddIndex(
            model_name="placement",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["article"], name="placement_live_of_article"
            ),
        ),
        migrations.AddConstraint(
            model_name="placement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("subject_type", "subject_id"),
                name="placement_one_live_per_subject",
            ),
        ),
    ]
