"""Every email as staff look it up: to whom, why, what became of it, and how it read.

Nothing is sent or changed here, and the preview must never show the recipient's access link or sign-in code.
"""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest
from django.template import TemplateDoesNotExist
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from mail.confidential import covered
from mail.models import EmailLog
from mail.rendering import Rendered, render


@admin.register(EmailLog)
class EmailLogAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("queued_at", "kind", "to", "state", "subject_type", "subject_id", "attempts", "sent_at")
    list_display_links = ("queued_at", "kind")
    list_filter = ("state", "kind", "queued_at")
    search_fields = ("=id", "to", "=subject_id", "=cause", "=message_id")
    search_help_text = "The recipient, or the whole id of the email, of what it is about, or of its cause"
    ordering = ("-queued_at",)
    list_per_page = 50
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("kind", "to", "state", "error", "subject_line", "as_html", "as_text")}),
        ("Cause", {"fields": ("subject_type", "subject_id", "cause", "language", "context")}),
        ("Delivery", {"fields": ("message_id", "attempts", "queued_at", "sending_at", "sent_at")}),
    )
    readonly_fields = ("subject_line", "as_html", "as_text")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: EmailLog | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: EmailLog | None = None) -> bool:
        return False

    @admin.display(description="Subject")
    def subject_line(self, email: EmailLog) -> str:
        rendered = _preview(email)
        return rendered.subject if rendered else "-"

    @admin.display(description="As sent")
    def as_html(self, email: EmailLog) -> SafeString | str:
        rendered = _preview(email)
        if rendered is None:
            return "There are no templates for this kind any more."
        return format_html(
            '<iframe sandbox="" title="The email as HTML" srcdoc="{}" style="{}"></iframe>',
            escape(rendered.html),  # whole, as an attribute: the template's own "safe" ends here
            "width: 100%; height: 44rem; border: 1px solid #9aa3ab; border-radius: 6px; background: #fff;",
        )

    @admin.display(description="As text")
    def as_text(self, email: EmailLog) -> SafeString | str:
        rendered = _preview(email)
        return format_html('<pre style="white-space: pre-wrap;">{}</pre>', rendered.text) if rendered else "-"


def _preview(email: EmailLog) -> Rendered | None:
    """As it reads today; None for a kind whose templates are gone."""
    try:
        context = {**email.context, **covered(email.kind)}
        return render(email.kind, context, action_url=settings.SITE_URL, language=email.language)
    except TemplateDoesNotExist:
        return None
