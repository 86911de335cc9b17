"""Orders for links, how they are paid, and everything that ever happened to them.

Nothing here writes: `moves` alone changes an order's state, and PostgreSQL keeps the history from being rewritten.
"""

import uuid

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone

from backlinks.aftercare import ClaimOutcome as ClaimOutcome
from backlinks.aftercare import GuaranteeClaim as GuaranteeClaim
from backlinks.aftercare import LinkCertificate as LinkCertificate
from backlinks.aftercare import LinkLoss as LinkLoss
from backlinks.aftercare import LinkProof as LinkProof
from backlinks.aftercare import PageSeen as PageSeen
from backlinks.aftercare import PlanOutcome as PlanOutcome
from backlinks.aftercare import PublicationPlan as PublicationPlan
from backlinks.aftercare import PublicationWish as PublicationWish


class Product(models.TextChoices):
    BACKLINK = "backlink", "Link in a published article"
    ARTICLE = "article", "New article with a link"


class OrderStatus(models.TextChoices):
    AWAITING_PAYMENT = "AWAITING_PAYMENT", "Awaiting payment"
    CANCELLED = "CANCELLED", "Not paid"
    PROCESSING = "PROCESSING", "Being written"
    QUALITY_CHECK = "QUALITY_CHECK", "With the customer"
    ADMIN_REVIEW = "ADMIN_REVIEW", "With the editor"
    COMPLETED = "COMPLETED", "Live"
    REJECTED = "REJECTED", "Changes needed"
    FAILED = "FAILED", "Failed"
    REFUNDED = "REFUNDED", "Refunded"


UNPAID = (OrderStatus.AWAITING_PAYMENT, OrderStatus.CANCELLED)
# Paid for and not yet live: each holds a slot of its article.
UNFINISHED = (
    OrderStatus.PROCESSING,
    OrderStatus.QUALITY_CHECK,
    OrderStatus.ADMIN_REVIEW,
    OrderStatus.REJECTED,
    OrderStatus.FAILED,
)


class CheckoutStatus(models.TextChoices):
    OPEN = "open", "Open"
    PENDING = "pending", "Payment under way"
    PAID = "paid", "Paid"
    EXPIRED = "expired", "Expired"
    FAILED = "failed", "Failed"


UNDER_WAY = (CheckoutStatus.OPEN, CheckoutStatus.PENDING)


class RefundStatus(models.TextChoices):
    REQUESTED = "requested", "Requested"
    PENDING = "pending", "Under way at Stripe"
    SUCCEEDED = "succeeded", "Refunded"
    FAILED = "failed", "Failed"


class RefundReason(models.TextChoices):
    FINAL_FAILURE = "final_failure", "The link could not be written"
    STAFF = "staff", "Decided by staff"
    AT_STRIPE = "at_stripe", "Given back at Stripe itself"


UNDER_WAY_BACK = (RefundStatus.REQUESTED, RefundStatus.PENDING)


class TermsText(models.Model):
    """What somebody agreed to when they ordered, in the words they read. Never changed: other words are another row."""

    sha256 = models.CharField(primary_key=True, max_length=64, help_text="Of the text's UTF-8 bytes.")
    product = models.CharField(max_length=16, choices=Product)
    text = models.TextField()
    first_used_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.product} {self.sha256[:12]}"


# What the bank took back is over, whatever state it stopped in.
_UNFINISHED = Q(status__in=UNFINISHED, dispute_lost_at=None)


class OrderQuerySet(models.QuerySet["Order"]):
    def unfinished(self) -> "OrderQuerySet":
        """Paid for and not yet live."""
        return self.filter(_UNFINISHED)

    def holding_a_slot(self) -> "OrderQuerySet":
        """Paid for and not yet live, or being paid for right now."""
        being_paid = Q(pk__in=CheckoutItem.objects.filter(holds_slot=True).values("order_id"))
        return self.filter(_UNFINISHED | being_paid)


class Order(models.Model):
    """One link (or article) somebody wants: its quote from the first moment, and its whole life."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    product = models.CharField(max_length=16, choices=Product, default=Product.BACKLINK)
    status = models.CharField(max_length=20, choices=OrderStatus, default=OrderStatus.AWAITING_PAYMENT)
    article = models.ForeignKey("articles.Article", on_delete=models.PROTECT, related_name="orders")
    quoted_version = models.ForeignKey(
        "articles.ArticleVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    target_url = models.CharField(max_length=2048)
    anchor_text = models.CharField(max_length=80)
    customer_notes = models.CharField(max_length=500, blank=True, default="")
    email = models.EmailField()
    customer = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, blank=True, related_name="orders"
    )
    price_minor = models.PositiveIntegerField(help_text="In the currency's minor unit, frozen by the quote.")
    currency = models.CharField(max_length=3)
    checks = models.JSONField(default=list, help_text="The quote's report: what was checked before money.")
    # Orders made before the words were kept name none.
    terms = models.ForeignKey(TermsText, on_delete=models.PROTECT, null=True, blank=True, related_name="orders")
    token_version = models.PositiveIntegerField(default=1, help_text="Raising it revokes every access token.")
    regeneration_count = models.PositiveIntegerField(default=0)
    submitted_version = models.ForeignKey(
        "articles.ArticleVersion", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    paid_by = models.ForeignKey("Checkout", on_delete=models.PROTECT, null=True, blank=True, related_name="paid_orders")
    disputed_at = models.DateTimeField(null=True, blank=True)
    dispute_lost_at = models.DateTimeField(
        null=True, blank=True, help_text="The bank took the payment back: the order has ended where it stood."
    )
    created_at = models.DateTimeField(default=timezone.now)
    updated_at = models.DateTimeField(default=timezone.now)
    paid_at = models.DateTimeField(null=True, blank=True)

    objects = OrderQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=OrderStatus.values),
                name="order_status_is_known",
            ),
            models.CheckConstraint(condition=Q(product__in=Product.values), name="order_product_is_known"),
            models.CheckConstraint(
                condition=Q(product="article") | Q(quoted_version__isnull=False), name="order_of_a_link_has_a_text"
            ),
            models.CheckConstraint(condition=Q(price_minor__gt=0), name="order_has_a_price"),
            models.CheckConstraint(condition=Q(currency__regex=r"^[a-z]{3}$"), name="order_currency_is_iso"),
            models.CheckConstraint(
                condition=Q(status__in=UNPAID, paid_at__isnull=True, paid_by__isnull=True)
                | Q(paid_at__isnull=False, paid_by__isnull=False) & ~Q(status__in=UNPAID),
                name="order_is_worked_on_only_when_paid",
            ),
            models.CheckConstraint(
                condition=~Q(status="ADMIN_REVIEW") | Q(submitted_version__isnull=False),
                name="order_in_review_has_a_version",
            ),
        ]
        indexes = [
            models.Index(fields=["article", "status"], name="order_of_article"),
            models.Index(fields=["customer", "-created_at"], name="order_of_customer"),
            models.Index(fields=["status", "-created_at"], name="order_by_status"),
            models.Index(Lower("email"), condition=Q(customer=None), name="order_of_guest"),
        ]

    def __str__(self) -> str:
        return f"order {self.id}"

    @property
    def reference(self) -> str:
        """Short enough to read out on the telephone; the id is what counts."""
        return str(self.pk)[:8].upper()

    @property
    def is_for_article(self) -> bool:
        """A new article is written for it, and carries the link."""
        return self.product == Product.ARTICLE


class OrderEvent(models.Model):
    """One change of an order's state. Append-only: a trigger refuses to change or delete it."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="events")
    from_status = models.CharField(max_length=20, choices=OrderStatus, blank=True, default="")
    to_status = models.CharField(max_length=20, choices=OrderStatus)
    at = models.DateTimeField(default=timezone.now)
    actor_type = models.CharField(max_length=32)
    actor_id = models.CharField(max_length=64, blank=True, default="")
    actor_label = models.CharField(max_length=254, blank=True, default="")
    reason = models.TextField(blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["order", "id"], name="order_event_history")]

    def __str__(self) -> str:
        return f"{self.from_status} → {self.to_status}"


class Checkout(models.Model):
    """One attempt to pay for one or more orders at Stripe. While open or pending, its items hold their slots."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    status = models.CharField(max_length=16, choices=CheckoutStatus, default=CheckoutStatus.OPEN)
    stripe_session_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    payment_intent_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    attempt = models.PositiveIntegerField(default=1, help_text="How many times these orders were brought to the till.")
    url = models.CharField(max_length=2048, blank=True, default="")
    amount_minor = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=CheckoutStatus.values),
                name="checkout_status_is_known",
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="checkout_has_an_amount"),
            models.CheckConstraint(
                condition=~Q(status="paid") | Q(stripe_session_id__isnull=False), name="checkout_paid_has_a_session"
            ),
        ]
        indexes = [models.Index(fields=["created_at"], condition=Q(status__in=UNDER_WAY), name="checkout_under_way")]

    def __str__(self) -> str:
        return f"checkout {self.id}"


class CheckoutItem(models.Model):
    """One order in one checkout, at the price it was quoted."""

    checkout = models.ForeignKey(Checkout, on_delete=models.PROTECT, related_name="items")
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="checkout_items")
    amount_minor = models.PositiveIntegerField()
    holds_slot = models.BooleanField(default=True, help_text="True while the checkout is open or pending.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["checkout", "order"], name="checkout_item_once"),
            models.UniqueConstraint(
                fields=["order"], condition=Q(holds_slot=True), name="order_in_one_checkout_at_a_time"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="checkout_item_has_an_amount"),
        ]

    def __str__(self) -> str:
        return f"{self.order_id} in {self.checkout_id}"


class BasketItem(models.Model):
    """An order put aside to be paid for together with others; once it is paid for, the row means nothing."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, primary_key=True, related_name="basket_item")
    added_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.order_id} in a basket"


class Refund(models.Model):
    """Money on its way back for one order: said to be refunded only once Stripe says so.

    A refund that failed is asked for again as another `attempt` of the same row.
    """

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    status = models.CharField(max_length=16, choices=RefundStatus, default=RefundStatus.REQUESTED)
    reason = models.CharField(max_length=16, choices=RefundReason)
    attempt = models.PositiveIntegerField(default=1, help_text="How many times Stripe was to be asked for it.")
    keeps_link = models.BooleanField(default=False, help_text="Staff let a live link stand; it stays disclosed.")
    amount_minor = models.PositiveIntegerField()
    paid_minor = models.PositiveIntegerField(help_text="What was paid for the order: the most that can go back.")
    stripe_refund_id = models.CharField(max_length=255, unique=True, null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    settled_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["order"], condition=~Q(status="failed"), name="refund_one_at_a_time_per_order"
            ),
            models.CheckConstraint(
                condition=Q(amount_minor__gt=0, amount_minor__lte=F("paid_minor")), name="refund_within_what_was_paid"
            ),
            models.CheckConstraint(condition=Q(status__in=RefundStatus.values), name="refund_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"refund of order {self.order_id}"


class StripeEvent(models.Model):
    """A signed message from Stripe, stored once. It only makes us look again at Stripe; it is never believed itself."""

    id = models.CharField(primary_key=True, max_length=255)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255, blank=True, default="")
    payload = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)
    applied_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=64, blank=True, default="")

    class Meta:
        indexes = [models.Index(fields=["-received_at"], name="stripe_event_newest")]

    def __str__(self) -> str:
        return f"{self.type} {self.id}"


class TargetVisit(models.Model):
    """What was found at an address, for a while: strangers may ask again and again, and it is read once."""

    url_sha256 = models.CharField(primary_key=True, max_length=64)
    finding = models.JSONField(help_text="{check, passed, message, measured, blocks}")
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [models.Index(fields=["found_at"], name="target_visit_by_age")]

    def __str__(self) -> str:
        return self.url_sha256


class TargetStage(models.TextChoices):
    QUOTE = "quote", "When it was quoted"
    PAYMENT = "payment", "Before payment"
    WRITING = "writing", "Before writing"
    APPROVAL = "approval", "Before going live"


class TargetReport(models.Model):
    """What was found when an order's target was looked at: kept for the customer and the editor."""

    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="target_reports")
    stage = models.CharField(max_length=16, choices=TargetStage)
    at = models.DateTimeField(default=timezone.now)
    is_safe = models.BooleanField()
    host = models.CharField(max_length=253, blank=True, default="", help_text="In punycode.")
    findings = models.JSONField(help_text="{check, passed, message, measured, blocks}; what was measured is for staff.")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(stage__in=TargetStage.values), name="target_report_stage_is_known")
        ]
        indexes = [models.Index(fields=["order", "-id"], name="target_report_newest")]

    def __str__(self) -> str:
        return f"{self.stage}: {self.host}"
