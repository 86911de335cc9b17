"""What happened on the site, event by event, and what was counted from it.

Events are only ever added; what is counted from them may be thrown away and counted again.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class EventType(models.TextChoices):
    PAGE_VIEW = "page_view", "Page view"
    ARTICLE_VIEW = "article_view", "Article view"
    CLICK = "click", "Click"
    PLACEMENT_CLICK = "placement_click", "Click on a paid link"
    SEARCH = "search", "Search"
    DASHBOARD_VIEW = "dashboard_view", "Dashboard view"


class Dimension(models.TextChoices):
    """What figures are broken down by; ALL is everything together, under the value ""."""

    ALL = "all", "All"
    ARTICLE = "article", "Article"
    PLACEMENT = "placement", "Paid link"
    REFERRER = "referrer", "Referrer"
    DEVICE = "device", "Device"
    BROWSER = "browser", "Browser"
    OS = "os", "Operating system"
    UTM_SOURCE = "utm_source", "Campaign source"
    UTM_MEDIUM = "utm_medium", "Campaign medium"
    UTM_CAMPAIGN = "utm_campaign", "Campaign"


class Grain(models.TextChoices):
    HOUR = "hour", "By hour"
    DAY = "day", "By day"


class AnalyticsEvent(models.Model):
    """One thing somebody did. The table is partitioned by month, on the time its id says (partitions.py).

    `id` is the client's UUIDv7, so that one key is unique across partitions; `at` is the time in it. The column `xid`,
    which PostgreSQL fills and no model needs, is the transaction that wrote the row (snapshot.py).
    """

    id = models.UUIDField(primary_key=True)
    at = models.DateTimeField()
    type = models.CharField(max_length=16, choices=EventType)
    visitor = models.BigIntegerField(help_text="A keyed hash that means nothing on another day.")
    person = models.BigIntegerField(null=True, help_text="A keyed hash of a signed-in customer's account.")
    article_id = models.BigIntegerField(null=True)
    placement_id = models.BigIntegerField(null=True)
    path = models.CharField(max_length=300, default="")
    label = models.CharField(max_length=300, default="", help_text="What was clicked or searched for, which dashboard.")
    results = models.IntegerField(null=True, help_text="How many a search found.")
    referrer = models.CharField(max_length=253, default="", help_text="The host alone; empty is none, or our own.")
    utm_source = models.CharField(max_length=100, default="")
    utm_medium = models.CharField(max_length=100, default="")
    utm_campaign = models.CharField(max_length=100, default="")
    device = models.CharField(max_length=16, default="")
    browser = models.CharField(max_length=32, default="")
    os = models.CharField(max_length=32, default="")
    masked_ip = models.CharField(max_length=39, default="")
    meta = models.JSONField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(type__in=EventType.values), name="event_type_is_known")]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class AnalyticsAggregate(models.Model):
    """What happened in one hour or one day of the site's time zone, for one value of one dimension.

    `visitors` are distinct within the bucket: those of hours do not add up to those of their day.
    """

    pk = models.CompositePrimaryKey("dimension", "grain", "bucket", "value")
    dimension = models.CharField(max_length=16, choices=Dimension)
    grain = models.CharField(max_length=4, choices=Grain)
    bucket = models.DateTimeField(help_text="The moment it begins.")
    value = models.CharField(max_length=253)
    page_views = models.IntegerField()
    article_views = models.IntegerField()
    clicks = models.IntegerField()
    placement_clicks = models.IntegerField()
    searches = models.IntegerField()
    dashboard_views = models.IntegerField()
    visitors = models.IntegerField()

    class Meta:
        verbose_name = "analytics figure"
        permissions = [
            ("view_analytics", "May see the analytics"),
            ("export_analytics", "May take the figures away as CSV"),
            ("try_ai", "May have a spent AI quota tried again"),
            ("call_api", "May read the figures through the owner API"),
        ]

    def __str__(self) -> str:
        return f"{self.dimension} {self.value} {self.grain} {self.bucket}"


class ArticleStatsDaily(models.Model):
    """One article on one day of the site's time zone."""

    pk = models.CompositePrimaryKey("day", "article_id")
    day = models.DateField()
    article_id = models.BigIntegerField()
    views = models.IntegerField()
    readers = models.IntegerField(help_text="Distinct visitors who opened it.")
    clicks = models.IntegerField()
    placement_clicks = models.IntegerField()

    class Meta:
        indexes = [models.Index(fields=["article_id", "day"], name="article_stats_of_article")]

    def __str__(self) -> str:
        return f"article {self.article_id} on {self.day}"


class SearchDaily(models.Model):
    """One thing searched for on one day, whatever its capitals."""

    pk = models.CompositePrimaryKey("day", "query")
    day = models.DateField()
    query = models.CharField(max_length=300)
    searches = models.IntegerField()
    visitors = models.IntegerField()
    without_result = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.query} on {self.day}"


class EngagementDaily(models.Model):
    """The visits that fall in one day: a visitor's events without a pause of half an hour (counting.py)."""

    day = models.DateField(primary_key=True)
    visitors = models.IntegerField()
    visits = models.IntegerField()
    bounces = models.IntegerField(help_text="Visits of one view and nothing else.")
    views = models.IntegerField()
    seconds = models.BigIntegerField(help_text="From each visit's first event to its last, together.")

    def __str__(self) -> str:
        return f"engagement on {self.day}"


class Checkpoint(models.Model):
    """Up to which transaction events are counted, and when that was found."""

    name = models.CharField(max_length=32, primary_key=True)
    xid = models.BigIntegerField(default=0)
    run_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class VisitorSalt(models.Model):
    """What a day's visitors are hashed with. Deleted when the day is over: then nobody can tell them again."""

    day = models.DateField(primary_key=True)
    salt = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"salt of {self.day}"


class Funnel(models.Model):
    """Steps somebody wants to see taken one after the other: [{"type", "path"?, "article_id"?, "label"?}, …]."""

    name = models.CharField(max_length=100, unique=True)
    steps = models.JSONField()
    window_hours = models.PositiveIntegerField(default=24)
    created_at = models.DateTimeField(default=timezone.now)
    created_by_label = models.CharField(max_length=200, blank=True, default="")

    def __str__(self) -> str:
        return self.name
