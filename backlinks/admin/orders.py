"""Orders as editors work through them: what waits for a decision comes first, longest waiting on top.

An order's fields are never edited; its page leads to what may be decided about it.
"""

from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import Case, F, QuerySet, When
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.timesince import timesince
from unfold.admin import ModelAdmin
from unfold.decorators import display

from articles.money import written
from audit.logged_reading import log_reading
from audit.reading import ForReading
from backlinks.admin import aftercare, decisions, queue
from backlinks.admin.filters import AskedBack
from backlinks.models import Order, OrderStatus
from backlinks.targets import read_target

COLOURS = {
    OrderStatus.ADMIN_REVIEW.label: "warning",
    OrderStatus.FAILED.label: "danger",
    OrderStatus.REJECTED.label: "danger",
    OrderStatus.PROCESSING.label: "info",
    OrderStatus.QUALITY_CHECK.label: "info",
    OrderStatus.COMPLETED.label: "success",
}
WAITS_FOR_US = When(status=OrderStatus.ADMIN_REVIEW, then=F("updated_at"))


@admin.register(Order)
class OrderAdmin(ForReading, ModelAdmin):  # type: ignore[misc]  # unfold ships no types
    list_display = (
        "reference",
        "state",
        "article",
        "anchor_text",
        "target_host",
        "email",
        "price",
        "age",
    )
    list_display_links = ("reference", "article")
    list_filter = ("status", AskedBack, "article__language", ("disputed_at", admin.EmptyFieldListFilter), "created_at")
    search_fields = ("id__istartswith", "email", "anchor_text", "target_url", "article__title")
    search_help_text = "The reference, or part of the email, anchor, address or article"
    # Whatever waits for an editor, longest first; then everything else, newest first.
    ordering = (Case(WAITS_FOR_US, default=None).asc(nulls_last=True), "-created_at")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Order]:
        orders: QuerySet[Order] = super().get_queryset(request)
        return orders.select_related("article")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("review/", view(queue.page), name="backlinks_order_review"),
            path("<uuid:order_id>/approve/", view(decisions.approve), name="backlinks_order_approve"),
            path("<uuid:order_id>/reject/", view(decisions.reject), name="backlinks_order_reject"),
            path("<uuid:order_id>/retry/", view(decisions.retry), name="backlinks_order_retry"),
            path("<uuid:order_id>/refund/", view(decisions.refund), name="backlinks_order_refund"),
            path("<uuid:order_id>/plan/", view(aftercare.plan), name="backlinks_order_plan"),
            path("<uuid:order_id>/plan/cancel/", view(aftercare.cancel_plan), name="backlinks_order_cancel_plan"),
            path("<uuid:order_id>/claim/", view(aftercare.decide_claim), name="backlinks_order_claim"),
            path("<uuid:order_id>/take-out/", view(aftercare.take_out), name="backlinks_order_take_out"),
            path("<uuid:order_id>/revoke/", view(aftercare.revoke), name="backlinks_order_revoke"),
            path("<uuid:order_id>/evidence.<str:kind>", view(aftercare.read_evidence), name="backlinks_order_evidence"),
        ]
        return [*own, *super().get_urls()]

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        order = self.get_object(request, object_id)
        if order is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        log_reading(request, target=("order", str(order.pk)))
        context = {**self.admin_site.each_context(request), "opts": self.opts, **(extra_context or {})}
        context["after"], context["place"] = aftercare.after_desk_of(order), queue.place_of(order)
        return decisions.show(request, order, context)

    @admin.display(description="Order", ordering="id")
    def reference(self, order: Order) -> str:
        return order.reference

    @display(description="State", ordering="status", label=COLOURS)  # type: ignore[untyped-decorator]
    def state(self, order: Order) -> str:
        return str(order.get_status_display())

    @admin.display(description="Leads to", ordering="target_url")
    def target_host(self, order: Order) -> str:
        """In punycode: what a look-alike really is."""
        return read_target(order.target_url, allow_http=True).host

    @admin.display(description="Price", ordering="price_minor")
    def price(self, order: Order) -> str:
        return written(order.price_minor, order.currency)

    @admin.display(description="Age", ordering="-created_at")
    def age(self, order: Order) -> str:
        """Of the wait, for what waits for us; else of the order."""
        since = order.updated_at if order.status == OrderStatus.ADMIN_REVIEW else order.created_at
        return timesince(since, timezone.now(), depth=1)
