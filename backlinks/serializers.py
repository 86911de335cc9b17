"""The purchase API's fields: what is asked, what is answered.

Requests are strict: a field that is not listed, or of another JSON type, is refused by its name; nothing is converted.
"""

from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from backlinks.models import Order, OrderStatus
from backlinks.quoting import Wish, public_email
from queues.api.asking import Strict

LARGEST_ID = 2**63 - 1
MOST_ORDERS = 20


class _TextOnly(serializers.Field):  # type: ignore[type-arg]
    """JSON strings only: DRF would take a number for text, and for an id."""

    default_error_messages = {"not_text": "This must be a string."}

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("not_text")
        return super().to_internal_value(data)


class Text(_TextOnly, serializers.CharField):
    """A string, exactly as it was sent."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(trim_whitespace=False, **kwargs)


class Email(_TextOnly, serializers.EmailField):
    """An email address of the open internet."""

    default_validators = [public_email]


class Id(_TextOnly, serializers.UUIDField):
    """A UUID as a string."""


class Number(serializers.IntegerField):
    """A JSON integer that fits a database id."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(min_value=1, max_value=LARGEST_ID, **kwargs)

    def to_internal_value(self, data: Any) -> int:
        if type(data) is not int:
            self.fail("invalid")
        return super().to_internal_value(data)


class QuoteRequest(Strict):
    """How long things may be is for the quote to say, with its other reasons."""

    articleId = Number()
    targetUrl = Text()
    anchorText = Text()
    customerNotes = Text(required=False, allow_blank=True, default="")
    email = Email(max_length=254)

    def wish(self) -> Wish:
        given = self.validated_data
        return Wish(
            article_id=given["articleId"],
            target_url=given["targetUrl"],
            anchor_text=given["anchorText"],
            email=given["email"],
            customer_notes=given["customerNotes"],
        )


class CheckoutRequest(Strict):
    quoteId = Id(required=False)
    quoteIds = serializers.ListField(child=Id(), required=False, min_length=1, max_length=MOST_ORDERS)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise ValidationError({"quoteId": ["Send either quoteId or quoteIds."]}, "required")
        return attrs

    def ids(self) -> list[Any]:
        given = self.validated_data
        return given["quoteIds"] if "quoteIds" in given else [given["quoteId"]]


class OrderRequest(Strict):
    orderId = Id()


class SubmitRequest(Strict):
    orderId = Id()
    versionId = Number(required=False)


class ArticlesRequest(Strict):
    q = serializers.CharField(required=False, allow_blank=True, max_length=100, default="")
    language = serializers.CharField(required=False, allow_blank=True, max_length=16, default="")
    cursor = serializers.CharField(required=False, allow_blank=True, max_length=20, default="")


class ArticleAnswer(serializers.Serializer):  # type: ignore[type-arg]
    id = serializers.IntegerField()
    slug = serializers.CharField()
    title = serializers.CharField()
    language = serializers.CharField()
    price = serializers.IntegerField(source="price_minor", help_text="In the currency's minor unit.")
    currency = serializers.CharField()
    linkable = serializers.BooleanField(help_text="Whether a link can be bought in it now.")


class ArticlesAnswer(serializers.Serializer):  # type: ignore[type-arg]
    results = ArticleAnswer(many=True)
    next = serializers.CharField(allow_null=True, help_text="The cursor of the next page.")


class CheckAnswer(serializers.Serializer):  # type: ignore[type-arg]
    check = serializers.CharField()
    passed = serializers.BooleanField()
    message = serializers.CharField()


class QuoteAnswer(serializers.Serializer):  # type: ignore[type-arg]
    quoteId = serializers.UUIDField(source="order.pk", help_text="The order's id as well.")
    accessToken = serializers.CharField(source="access_token", help_text="Send it as `Authorization: Bearer`.")
    price = serializers.IntegerField(source="order.price_minor", help_text="In the currency's minor unit.")
    currency = serializers.CharField(source="order.currency")
    checks = CheckAnswer(many=True)


class CheckoutAnswer(serializers.Serializer):  # type: ignore[type-arg]
    checkoutUrl = serializers.CharField(source="url")


class QueueAnswer(serializers.Serializer):  # type: ignore[type-arg]
    jobId = serializers.UUIDField(source="job_id")
    state = serializers.CharField()
    progress = serializers.IntegerField(min_value=0, max_value=100)
    message = serializers.CharField()
    position = serializers.IntegerField(help_text="How many jobs come before it.")


class PreviewAnswer(serializers.Serializer):  # type: ignore[type-arg]
    before = serializers.CharField(help_text="Markdown of the paragraph as published.")
    after = serializers.CharField(help_text="Markdown of the paragraph with the link.")
    html = serializers.CharField(help_text="The difference: escaped text with ins, del and mark.")


class StatusAnswer(serializers.Serializer):  # type: ignore[type-arg]
    orderId = serializers.UUIDField(source="order.pk")
    status = serializers.ChoiceField(source="order.status", choices=OrderStatus.choices)
    queue = QueueAnswer(allow_null=True)
    preview = PreviewAnswer(allow_null=True)
    regenerationCount = serializers.IntegerField(source="order.regeneration_count")
    canRegenerate = serializers.BooleanField(source="can_regenerate")
    canSubmit = serializers.BooleanField(source="can_submit")


class RegenerateAnswer(serializers.Serializer):  # type: ignore[type-arg]
    jobId = serializers.UUIDField()
    estimatedTime = serializers.IntegerField(help_text="Seconds.")


class SubmitAnswer(serializers.ModelSerializer[Order]):
    class Meta:
        model = Order
        fields = ("status",)


class ReasonAnswer(serializers.Serializer):  # type: ignore[type-arg]
    code = serializers.CharField()
    message = serializers.CharField()


class RefusedAnswer(serializers.Serializer):  # type: ignore[type-arg]
    reasons = ReasonAnswer(many=True)


class ProblemAnswer(serializers.Serializer):  # type: ignore[type-arg]
    detail = serializers.CharField()
    code = serializers.CharField()
