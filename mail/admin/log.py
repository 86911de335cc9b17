"""Every email as staff look it up: to whom, why, what became of it, and how it read.

The preview must never show the recipient's access link or sign-in code.
"""

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString
from unfold.decorators import action, display

from audit.logged_reading import LoggedReading
from audit.reading import ForReading
from mail.admin import kinds, once_more
from mail.models import EmailLog, State
from mail.previewing import is_forgotten, preview

COLOURS = {State.SENT.value: "success", State.FAILED.value: "danger", State.UNCERTAIN.value: "warning"}
FORGOTTEN = "What it said is not kept any more."


@admin.register(EmailLog)
class EmailLogAdmin(ForReading, LoggedReading):
    list_display = ("queued_at", "kind", "to", "shown_state", "subject_type", "subject_id", "attempts", "sent_at")
    list_display_links = ("queued_at", "kind")
    list_filter = ("state", "kind", "queued_at", ("resend_of", admin.EmptyFieldListFilter))
    search_fields = ("=id", "to", "=subject_id", "=cause", "=message_id", "=provider_id")
    search_help_text = "The recipient, or the whole id of the email, of what it is about, or of its cause"
    ordering = ("-queued_at",)
    actions_list = ("each_kind",)
    actions_detail = ("send_once_more",)
    fieldsets = (
        (None, {"fields": ("kind", "to", "state", "error", "subject_line", "as_html", "as_text")}),
        ("Cause", {"fields": ("subject_type", "subject_id", "cause", "language", "context")}),
        (
            "Delivery",
            {"fields": ("message_id", "provider_id", "attempts", "queued_at", "sending_at", "sent_at", "copies")},
        ),
    )
    readonly_fields = ("subject_line", "as_html", "as_text", "copies")

    def get_urls(self) -> list[URLPattern]:
        one = path("kinds/<str:kind>/", self.admin_site.admin_view(kinds.one_kind), name="mail_emaillog_kind")
        return [one, *super().get_urls()]

    @action(description="What each kind looks like", url_path="kinds", permissions=["preview"])
    def each_kind(self, request: HttpRequest) -> HttpResponse:
        return kinds.each_kind(request)

    @action(description="Send once more", url_path="once-more", permissions=["resend"])
    def send_once_more(self, request: HttpRequest, object_id: str) -> HttpResponse:
        return once_more.page(request, object_id)

    # By method and not by name: unfold looks a name up in the database at every check, `migrate` of an empty one too.
    def has_preview_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(kinds.PREVIEW)

    def has_resend_permission(self, request: HttpRequest, object_id: str | None = None) -> bool:
        return request.user.has_perm(once_more.RESEND)

    @display(description="State", ordering="state", label=COLOURS)
    def shown_state(self, email: EmailLog) -> str:
        return email.state

    @admin.display(description="Subject")
    def subject_line(self, email: EmailLog) -> str:
        rendered = preview(email)
        return rendered.subject if rendered else "-"

    @admin.display(description="As sent")
    def as_html(self, email: EmailLog) -> SafeString | str:
        rendered = preview(email)
        if rendered is None:
            return FORGOTTEN if is_forgotten(email) else "There are no templates for this kind any more."
        return format_html(
            '<iframe sandbox="" title="The email as HTML" srcdoc="{}" class="email-page"></iframe>',
            escape(rendered.html),  # whole, as an attribute: the template's own "safe" ends here
        )

    @admin.display(description="As text")
    def as_text(self, email: EmailLog) -> SafeString | str:
        rendered = preview(email)
        return format_html('<pre class="wrapped">{}</pre>', rendered.text) if rendered else "-"

    @admin.display(description="Sent by hand")
    def copies(self, email: EmailLog) -> SafeString | str:
        """The first of them, and those made of it."""
        related = [email.resend_of] if email.resend_of else list(email.resends.order_by("queued_at"))
        links = ((_page(other), "The first" if email.resend_of else str(other.queued_at)) for other in related)
        return format_html_join(", ", '<a href="{}">{}</a>', links) or "No"


def _page(email: EmailLog) -> str:
    return reverse("admin:mail_emaillog_change", args=[email.pk])
