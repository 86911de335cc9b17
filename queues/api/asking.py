"""What may be asked of the owner API. A field that is not listed is refused by its name."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from rest_framework import serializers
from rest_framework.exceptions import ValidationError

from queues.letters import Filter

JOB_STATES = ("waiting", "active", "delayed", "completed", "failed", "cancelled")
EVERY_STATE = "total"
SHORTEST_REASON, LONGEST_REASON = 3, 500
LONGEST_TEXT, LONGEST_CURSOR = 200, 500
LARGEST_PAGE, USUAL_PAGE = 200, 50
MOST_IDS = 1000


class Strict(serializers.Serializer):  # type: ignore[type-arg]
    """Refuses every field it does not know, naming it."""

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            unknown = [str(name)[:50].encode("utf-8", "replace").decode() for name in data if name not in self.fields]
            if unknown:
                raise ValidationError({name: ["There is no such field."] for name in unknown}, "unknown")
        known: dict[str, Any] = super().to_internal_value(data)
        return known


class Nothing(Strict):
    """No field at all."""


class Ident(Strict):
    id = serializers.UUIDField()


class Paging(Strict):
    cursor = serializers.CharField(
        required=False, max_length=LONGEST_CURSOR, help_text="`next` or `previous` of a page."
    )
    page_size = serializers.IntegerField(
        required=False, min_value=1, max_value=LARGEST_PAGE, default=USUAL_PAGE, help_text="Rows on a page."
    )

    def page(self) -> dict[str, Any]:
        return {"cursor": self.validated_data.get("cursor"), "page_size": self.validated_data["page_size"]}


class JobsQuery(Paging):
    state = serializers.ChoiceField((*JOB_STATES, EVERY_STATE), required=False, default="waiting")
    q = serializers.CharField(
        required=False,
        allow_blank=True,
        default="",
        max_length=LONGEST_TEXT,
        help_text="An id (or its first 8 digits or more), a key, a subject's id, `subject:type:id`, `error:words` or "
        "`payload.<key>:value` where the job allows it.",
    )


class Letters(Strict):
    """Which dead letters: all that is given must be true of one."""

    queue = serializers.CharField(required=False, max_length=LONGEST_TEXT)
    name = serializers.CharField(required=False, max_length=LONGEST_TEXT, help_text="The job's name.")
    fingerprint = serializers.CharField(
        required=False, max_length=LONGEST_TEXT, help_text="One cause, one fingerprint."
    )
    q = serializers.CharField(
        required=False,
        max_length=LONGEST_TEXT,
        help_text="An id, `subject:type:id`, `error:words`, or a subject's id or words of the error.",
    )
    before = serializers.DateTimeField(required=False, help_text="Died before this.")
    since = serializers.DateTimeField(required=False, help_text="Died then or later.")


class LettersQuery(Letters, Paging):
    def filter(self) -> Filter:
        return filter_of(self.validated_data)


class Chosen(Letters):
    """Dead letters chosen for something that happens to each: nothing given is nothing chosen."""

    ids = serializers.ListField(child=serializers.UUIDField(), required=False, min_length=1, max_length=MOST_IDS)
    all = serializers.BooleanField(required=False, help_text="Every dead letter; goes with no other field.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        everything = attrs.pop("all", False)
        if everything and attrs:
            raise ValidationError({"all": ["Say either all, or which."]}, "invalid")
        if not everything and not attrs:
            raise ValidationError({"all": ['Say which; or {"all": true} for every dead letter.']}, "required")
        return attrs


class Reason(Strict):
    reason = serializers.CharField(min_length=SHORTEST_REASON, max_length=LONGEST_REASON)

    def reason_given(self) -> str:
        return str(self.validated_data.get("reason", ""))


class ReasonIfAny(Reason):
    reason = serializers.CharField(min_length=SHORTEST_REASON, max_length=LONGEST_REASON, required=False)


class Bulk(ReasonIfAny):
    filter = Chosen()
    dry_run = serializers.BooleanField(required=False, default=False, help_text="Only count; then no reason is needed.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if not attrs["dry_run"] and "reason" not in attrs:
            raise ValidationError({"reason": ["This field is required."]}, "required")
        return attrs

    def chosen(self) -> Filter:
        return filter_of(self.validated_data["filter"])


def filter_of(checked: Mapping[str, Any]) -> Filter:
    """Of fields that were found good, those that say which letters."""
    known = {field.name for field in fields(Filter)}
    parts = {name: value for name, value in checked.items() if name in known}
    return Filter(**{**parts, "ids": tuple(parts.get("ids", ()))})
