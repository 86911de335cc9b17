"""What is kept of a link once it goes live: its certificate, every look at it, its losses, claims, and when it may go.

Nothing here writes. A proof is never changed: PostgreSQL refuses it.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class LinkCertificate(models.Model):
    """What an order's link is certified as. Whoever holds number and secret reads it; it names no customer."""

    order = models.OneToOneField(
        "backlinks.Order", on_delete=models.PROTECT, primary_key=True, related_name="certificate"
    )
    version = models.ForeignKey("articles.ArticleVersion", on_delete=models.PROTECT, related_name="+")
    number = models.CharField(max_length=16, unique=True, help_text="Finds it; not secret.")
    secret = models.CharField(max_length=64, help_text="Opens it.")
    issued_at = models.DateTimeField(default=timezone.now)
    guaranteed_until = models.DateTimeField(help_text="As promised when it went live, whatever the setting says later.")

    def __str__(self) -> str:
        return f"certificate {self.number}"


class PageSeen(models.TextChoices):
    """What the public page was, as a reader gets it."""

    NOT_READ = "not_read", "Not read"
    RIGHT = "right", "The link stands in the page"
    WRONG = "wrong", "The page does not show the link as it should"


class LinkProof(models.Model):
    """One look at a live link: whether it stood in the published bytes, and in the page as served. Append-only."""

    order = models.ForeignKey("backlinks.Order", on_delete=models.PROTECT, related_name="proofs")
    placement = models.ForeignKey("articles.Placement", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    version = models.ForeignKey("articles.ArticleVersion", on_delete=models.PROTECT, null=True, related_name="+")
    body_sha256 = models.CharField(max_length=64, blank=True, default="", help_text="Of the bytes published then.")
    stands = models.BooleanField()
    page = models.CharField(max_length=16, choices=PageSeen, default=PageSeen.NOT_READ)
    note = models.CharField(max_length=300, blank=True, default="", help_text="What was wrong; for staff.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(page__in=PageSeen.values), name="link_proof_page_is_known"),
            models.CheckConstraint(condition=Q(stands=False) | ~Q(body_sha256=""), name="link_proof_names_its_bytes"),
        ]
        indexes = [models.Index(fields=["placement", "-id"], name="link_proof_newest")]

    def __str__(self) -> str:
        return f"{self.placement_id} {'stood' if self.stands else 'was lost'}"


class LinkLoss(models.Model):
    """One occurrence of a live link not standing as bought. Ended by its restoration, or with the placement."""

    order = models.ForeignKey("backlinks.Order", on_delete=models.PROTECT, related_name="losses")
    placement = models.ForeignKey("articles.Placement", on_delete=models.PROTECT, related_name="+")
    found_at = models.DateTimeField(default=timezone.now)
    why = models.CharField(max_length=300, help_text="What was found, and why it could not be restored by itself.")
    told_at = models.DateTimeField(null=True, blank=True, help_text="When staff and customer were told of the loss.")
    ended_at = models.DateTimeField(null=True, blank=True)
    restored_by = models.ForeignKey(
        "articles.ArticleVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["placement"], condition=Q(ended_at__isnull=True), name="link_loss_one_at_a_time"
            )
        ]
        indexes = [models.Index(fields=["order", "-id"], name="link_loss_of_order")]

    def __str__(self) -> str:
        return f"loss of placement {self.placement_id}"


class ClaimOutcome(models.TextChoices):
    OPEN = "open", "With our staff"
    STANDS = "stands", "The link stood"
    RESTORED = "restored", "The link was put back"
    REFUND = "refund", "Refund decided"
    REFUSED = "refused", "Refused"


class GuaranteeClaim(models.Model):
    """A customer says that the link is not there any more, and what became of that."""

    order = models.ForeignKey("backlinks.Order", on_delete=models.PROTECT, related_name="claims")
    made_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=16, choices=ClaimOutcome, default=ClaimOutcome.OPEN)
    reason = models.TextField(blank=True, default="", help_text="Of the decision; the customer reads it.")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by_label = models.CharField(max_length=254, blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["order"], condition=Q(outcome="open"), name="guarantee_claim_one_open"),
            models.CheckConstraint(condition=Q(outcome__in=ClaimOutcome.values), name="guarantee_claim_is_known"),
            models.CheckConstraint(
                condition=Q(outcome="open", decided_at__isnull=True) | ~Q(outcome="open") & Q(decided_at__isnull=False),
                name="guarantee_claim_decided_has_time",
            ),
        ]
        indexes = [models.Index(fields=["order", "-id"], name="guarantee_claim_of_order")]

    def __str__(self) -> str:
        return f"claim of order {self.order_id}"


class PublicationWish(models.Model):
    """When the customer would like the link to go live. A wish: the editor decides."""

    order = models.OneToOneField("backlinks.Order", on_delete=models.PROTECT, primary_key=True, related_name="wish")
    wished_for = models.DateTimeField()
    zone = models.CharField(max_length=64, help_text="The time zone it was said in.")
    made_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"wish of order {self.order_id}"


class PlanOutcome(models.TextChoices):
    PLANNED = "planned", "Planned"
    LIVE = "live", "Published"
    BACK_TO_CUSTOMER = "back", "The article changed: back with the customer"
    OVERTAKEN = "overtaken", "The order moved on before"
    STOPPED = "stopped", "Stopped when its time came"
    CANCELLED = "cancelled", "Cancelled"


class PublicationPlan(models.Model):
    """An approval for later: the bytes that were read, who approved them, and when they shall go live."""

    order = models.ForeignKey("backlinks.Order", on_delete=models.PROTECT, related_name="plans")
    version = models.ForeignKey("articles.ArticleVersion", on_delete=models.PROTECT, related_name="+")
    body_sha256 = models.CharField(max_length=64)
    base_sha256 = models.CharField(max_length=64)
    # The order's newest event when it was planned: once there is another, the order has moved and the plan is void.
    after_event = models.ForeignKey("backlinks.OrderEvent", on_delete=models.PROTECT, related_name="+")
    run_at = models.DateTimeField()
    zone = models.CharField(max_length=64, help_text="The time zone it was said in.")
    actor_type = models.CharField(max_length=32)
    actor_id = models.CharField(max_length=64)
    actor_label = models.CharField(max_length=254)
    made_at = models.DateTimeField(default=timezone.now)
    outcome = models.CharField(max_length=16, choices=PlanOutcome, default=PlanOutcome.PLANNED)
    ended_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, default="")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=Q(outcome="planned"), name="publication_plan_one_at_a_time"
            ),
            models.CheckConstraint(condition=Q(outcome__in=PlanOutcome.values), name="publication_plan_is_known"),
            models.CheckConstraint(
                condition=Q(outcome="planned", ended_at__isnull=True)
                | ~Q(outcome="planned") & Q(ended_at__isnull=False),
                name="publication_plan_ended_has_time",
            ),
        ]

    def __str__(self) -> str:
        return f"plan of order {self.order_id}"
