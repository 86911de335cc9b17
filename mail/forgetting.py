"""What emails said is not kept for ever, nor once their recipient is erased; that they were sent stays on record."""

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from mail import states
from mail.models import EmailLog, State

AT_ONCE = 2_000
SETTLED = (State.SENT, State.FAILED, State.UNCERTAIN)
NOT_SENT = "Its recipient was erased before it was sent."


def emails_to(address: str) -> QuerySet[EmailLog]:
    """Newest first, in whatever case the address was typed."""
    return EmailLog.objects.filter(to__iexact=address).order_by("-queued_at")


def forget_recipient(address: str, pseudonym: str) -> int:
    """How many emails were to them. What is still on its way is given up first. Call it in a transaction."""
    emails = list(emails_to(address).select_for_update())
    for email in emails:
        states.give_up(email.pk, NOT_SENT)
    ids = [email.pk for email in emails]
    return EmailLog.objects.filter(pk__in=ids).update(to=pseudonym, context={}, error="")


def forget_old_texts() -> int:
    """What emails said that are older than EMAIL_RETENTION_DAYS; how many, AT_ONCE at most."""
    old = EmailLog.objects.filter(queued_at__lt=Now() - settings.EMAIL_RETENTION, state__in=SETTLED).exclude(context={})
    with transaction.atomic():
        ids = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:AT_ONCE])
        return EmailLog.objects.filter(pk__in=ids).update(context={})
