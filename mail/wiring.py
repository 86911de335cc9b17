"""What queues tells this room: about its jobs, and what owners must know by email.

Called in the job's or the alert's own transaction: nothing slow, and never anything that leaves the database.
"""

from django.conf import settings
from django.urls import reverse

from mail import workflow_steps
from mail.forgetting import forget_old_texts
from mail.links import register_action_link
from mail.models import EmailLog
from mail.sending import send_to_owners
from mail.states import give_up, owe_again
from queues.alerts import Kind, register_sink
from queues.errors import ReplayRefused
from queues.models import Alert, Job
from queues.subjects import Description, register
from queues.upkeep import every_minute
from workflows.models import WorkflowStepExecution


def on_dead(job: Job) -> None:
    give_up(job.subject_id, job.error)


def on_cancelled(job: Job) -> None:
    give_up(job.subject_id, "Cancelled before it was sent.", half_way="Cancelled while it was being sent.")


def on_replay(job: Job) -> None:
    """The owner's word: it is sent, even at the risk of a second copy; but never what has certainly arrived."""
    if not owe_again(job.subject_id):
        raise ReplayRefused("The email was sent, or is still on its way.")


def describe(email_id: str) -> Description:
    email = EmailLog.objects.filter(pk=email_id).first()
    if email is None:
        return Description("an email that is no longer kept")
    return Description(str(email), reverse("admin:mail_emaillog_change", args=[email_id]))


def run_page(step_id: str) -> str:
    step = WorkflowStepExecution.objects.get(pk=step_id)
    return f"{settings.SITE_URL}{reverse('admin:workflows_workflowrun_change', args=[step.run_id])}"


def tell_owners(alert: Alert) -> None:
    """One email for each address of ALERT_EMAILS and window."""
    send_to_owners(
        kind="queue_alert",
        subject=("alert", str(alert.pk)),
        cause=alert.quiet_until.isoformat(),
        context={
            "trouble": _label(alert),
            "about": alert.about,
            "message": alert.message,
            "since": f"{alert.first_at:%d %B %Y, %H:%M} UTC",
            "times": alert.times,
        },
    )


def alerts_page(alert_id: str) -> str:
    return f"{settings.SITE_URL}{reverse('queues:alerts')}"


def _label(alert: Alert) -> str:
    return str(Kind(alert.kind).label) if alert.kind in Kind.values else alert.kind


register("email", on_dead=on_dead, on_cancelled=on_cancelled, on_replay=on_replay, describe=describe)
register_sink("mail", tell_owners)
every_minute(forget_old_texts)
register_action_link("alert", alerts_page)
register_action_link(workflow_steps.SUBJECT, run_page)
workflow_steps.register()
