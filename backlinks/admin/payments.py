"""Checkouts and what Stripe told us of them, for owners."""

from django.contrib import admin
from unfold.admin import ModelAdmin

from articles.money import written
from audit.reading import ForReading
from backlinks.models import Checkout, StripeEvent


@admin.register(Checkout)
class CheckoutAdmin(ForReading, ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    list_display = ("id", "status", "amount", "attempt", "created_at", "expires_at", "settled_at", "stripe_session_id")
    list_filter = ("status", "created_at")
    search_fields = ("id__istartswith", "=stripe_session_id", "=payment_intent_id", "items__order__id__istartswith")
    search_help_text = "The beginning of a checkout's or an order's number, or Stripe's own number as a whole"
    ordering = ("-created_at",)

    @admin.display(description="Amount", ordering="amount_minor")
    def amount(self, checkout: Checkout) -> str:
        return written(checkout.amount_minor, checkout.currency)


@admin.register(StripeEvent)
class StripeEventAdmin(ForReading, ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    list_display = ("received_at", "type", "object_id", "applied_at", "outcome", "id")
    list_display_links = ("received_at",)
    list_filter = ("type", "outcome", "received_at")
    search_fields = ("=id", "=object_id", "type")
    search_help_text = "Stripe's number of the event or its object as a whole, or a part of the type"
    ordering = ("-received_at",)
