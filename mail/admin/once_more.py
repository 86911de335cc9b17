"""One email sent once more: asked about first, then done by POST, with a reason that goes on the record."""

from uuid import UUID

from django.contrib import admin
from django.contrib.messages import error, success
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from audit.actors import Actor
from mail import resending
from mail.models import EmailLog

RESEND = "mail.resend_emaillog"
UNSURE = "Nothing was sent. Say why, and tick that it shall go out again."
OVERTAKEN = "Nothing was sent: it was sent once more since you opened the page. Look at that copy first."


@require_http_methods(["GET", "POST"])
def page(request: HttpRequest, email_id: str) -> HttpResponse:
    """Whoever comes here holds RESEND: the admin's action has seen to it. The id is as it stood in the address."""
    try:
        email = EmailLog.objects.get(pk=UUID(email_id))
    except (ValueError, EmailLog.DoesNotExist):
        raise Http404("There is no such email.") from None
    if request.method == "POST":
        return _once_more(request, email)
    context = {
        "title": "Send once more",
        "email": email,
        "why_not": resending.why_not(email),
        "copies": resending.copies_of(email),
    }
    return render(request, "admin/mail/once_more.html", {**admin.site.each_context(request), **context})


def _once_more(request: HttpRequest, email: EmailLog) -> HttpResponse:
    reason, copies = request.POST.get("reason", "").strip(), request.POST.get("copies", "")
    if not reason or request.POST.get("sure") != "on":
        error(request, UNSURE)
        return _to(email)
    seen = int(copies) if copies.isascii() and copies.isdecimal() and len(copies) <= 6 else -1
    try:
        copy = resending.resend(email=email, actor=Actor.of(request.user), reason=reason, copies_seen=seen)
    except resending.NotResendable as refusal:
        error(request, f"Nothing was sent. {refusal}")
    except resending.AlreadyResent:
        error(request, OVERTAKEN)
    else:
        success(request, f"A copy is on its way to {copy.to}. This is its own page.")
        return _to(copy)
    return _to(email)


def _to(email: EmailLog) -> HttpResponse:
    response = redirect("admin:mail_emaillog_change", email.pk)
    response.status_code = 303
    return response
