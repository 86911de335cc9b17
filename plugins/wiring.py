"""What becomes of a run when its job ends badly, and how the owner's queue pages speak of it.

Called by queues in the transaction of the job's own change of state.
"""

from django.urls import reverse

from plugins import executions
from plugins.models import ExecutionState, PluginExecutionLog
from queues.errors import ReplayRefused
from queues.models import Job
from queues.subjects import Description, register


def died(job: Job) -> None:
    executions.give_up(job.subject_id, job.error)


def cancelled(job: Job) -> None:
    executions.give_up(job.subject_id, "Cancelled before it had run.", state=ExecutionState.CANCELLED)


def replayed(job: Job) -> None:
    """Whoever asked has heard how it ended: another run is another question."""
    raise ReplayRefused("The run has ended and who asked was told. Ask for another run instead.")


def describe(execution_id: str) -> Description:
    asked = PluginExecutionLog.objects.select_related("version__plugin").filter(pk=execution_id).first()
    if asked is None:
        return Description("a run that is no longer kept")
    return Description(f"a run of {asked}", reverse("admin:plugins_pluginexecutionlog_change", args=[asked.pk]))


register(executions.SUBJECT, on_dead=died, on_cancelled=cancelled, on_replay=replayed, describe=describe)
