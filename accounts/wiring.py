"""What this room asks of the rooms below: its chores, and what becomes of a code whose job ends badly."""

from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from accounts import banning, inviting, otp, workflow_steps
from accounts.channels import BY_CODE, SUBJECT
from accounts.limits import prune_windows
from accounts.models import OtpCode
from accounts.personal import ours
from accounts.personal import record as on_record
from accounts.rehearsing import proven
from accounts.sessions import forget_django_sessions, forget_ended
from accounts.step_up import ByCode
from mail import sending
from mail.confidential import register_confidential
from mail.links import register_action_link
from queues.errors import ReplayRefused
from queues.models import Job
from queues.selftest.session import register_proof
from queues.stepping_up import register_step_up
from queues.subjects import Description, register
from queues.upkeep import every_minute
from workflows import triggers

TOO_LATE = "The code has expired, or was used. Whoever wants to sign in has to ask for another one."


def code_unsent(job: Job) -> None:
    sending.give_up(_about(job), "Its job ended before it was sent.")


def code_owed_again(job: Job) -> None:
    """Never a code that is of no use any more, and never one that has certainly arrived."""
    if not OtpCode.objects.filter(pk=job.subject_id, used_at=None, expires_at__gt=timezone.now()).exists():
        raise ReplayRefused(TOO_LATE)
    sending.owe_again(_about(job))


def describe(code_id: str) -> Description:
    return Description("a sign-in code")


def digits(code_id: str) -> dict[str, str]:
    return {"code": otp.digits(UUID(code_id))}


def sign_in_page(code_id: str) -> str:
    return f"{settings.SITE_URL}{reverse('accounts:enter_code')}"


def _about(job: Job) -> tuple[str, str]:
    return SUBJECT, job.subject_id


every_minute(prune_windows)
every_minute(otp.forget_old)
every_minute(banning.forget_ended)
every_minute(forget_ended)
every_minute(forget_django_sessions)
ours.register()
on_record.register()
register(SUBJECT, on_dead=code_unsent, on_cancelled=code_unsent, on_replay=code_owed_again, describe=describe)
register_confidential(BY_CODE, ("code",), digits)
register_action_link(SUBJECT, sign_in_page)
register_action_link(inviting.SUBJECT, inviting.link)
register_proof(proven)
register_step_up(ByCode())
triggers.register_event(workflow_steps.EVENT, "An account was made, by staff or by a first sign-in")
workflow_steps.register()
