"""Staff are invited: they choose their own password, by a link that works once and for some days.

The link is made when the email leaves and is kept nowhere; whoever has a password already is invited no more.
"""

from datetime import timedelta

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode
from django.utils.timezone import now

from accounts.models import User
from audit.actors import Actor
from audit.recording import record
from mail.sending import send_email

KIND, SUBJECT = "staff_invitation", "invitation"


class NotInvited(Exception):
    """They are no active staff, or have a password already."""


def may_be_invited(user: User) -> bool:
    return user.is_staff and user.is_active and not user.has_usable_password()


def invite(*, user: User, actor: Actor) -> None:
    """One more email with a link. Raises NotInvited."""
    if not may_be_invited(user):
        raise NotInvited(user.email)
    days = timedelta(seconds=settings.PASSWORD_RESET_TIMEOUT).days
    context = {"role": user.get_role_display().lower(), "invited_by": actor.label, "days": days}
    with transaction.atomic():
        cause = now().isoformat()
        send_email(kind=KIND, to=user.email, subject=(SUBJECT, str(user.pk)), cause=cause, context=context)
        record(actor=actor, action="user.invited", target=("user", str(user.pk)), after={"role": user.role})


def link(user_id: str) -> str:
    """For the email. Of no use once there is a password, or the days are over."""
    user = User.objects.get(pk=user_id)
    code = urlsafe_base64_encode(force_bytes(user.pk))
    return settings.SITE_URL + reverse("accounts:invitation", args=[code, default_token_generator.make_token(user)])
