"""An email as it reads today, for people and for its recipient's export; never its access link or sign-in code."""

from django.conf import settings
from django.template import TemplateDoesNotExist

from mail.confidential import covered
from mail.kinds import KINDS
from mail.models import EmailLog
from mail.rendering import Rendered, render


def is_forgotten(email: EmailLog) -> bool:
    """Whether what it said is not kept any more, by age or because its recipient was erased."""
    return not email.context and bool(KINDS.get(email.kind))


def preview(email: EmailLog) -> Rendered | None:
    """None for what is not kept any more, and for a kind whose templates are gone."""
    if is_forgotten(email):
        return None
    try:
        context = {**email.context, **covered(email.kind)}
        return render(email.kind, context, action_url=settings.SITE_URL, language=email.language)
    except TemplateDoesNotExist:
        return None
