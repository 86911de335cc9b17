"""What becomes of a run when a job of its ends badly, and of a step when the plugin it waits for has answered."""

from django.urls import reverse

from plugins import executions
from plugins.models import ExecutionState, PluginExecutionLog
from queues.errors import ReplayRefused
from queues.models import Job
from queues.subjects import Description, register
from workflows import running, steps
from workflows.models import StepState, WorkflowRun, WorkflowStepExecution
from workflows.registry import Outcome

RETRY = "Retry the run from its own page: it goes on at the step that failed."


def step_died(job: Job) -> None:
    running.fail(job.subject_id, job.error)


def run_died(job: Job) -> None:
    running.fail_run(job.subject_id, job.error)


def replayed(job: Job) -> None:
    raise ReplayRefused(RETRY)


def describe_run(run_id: str) -> Description:
    run = WorkflowRun.objects.select_related("version__workflow").get(pk=run_id)
    return Description(str(run), reverse("admin:workflows_workflowrun_change", args=[run.pk]))


def describe_step(step_id: str) -> Description:
    step = WorkflowStepExecution.objects.get(pk=step_id)
    return Description(str(step), reverse("admin:workflows_workflowrun_change", args=[step.run_id]))


def plugin_answered(asked: PluginExecutionLog) -> None:
    step = WorkflowStepExecution.objects.filter(pk=asked.reply_id).first()
    if step is None or step.state != StepState.WAITING:
        return
    if asked.state == ExecutionState.DONE:
        running.end(step, Outcome({"output": asked.output, "execution": asked.pk}))
    else:
        running.fail(str(step.pk), f"plugin {asked.version}: {asked.error}")


register(running.STEP, on_dead=step_died, on_cancelled=step_died, on_replay=replayed, describe=describe_step)
register(running.RUN, on_dead=run_died, on_cancelled=run_died, on_replay=replayed, describe=describe_run)
executions.listen(steps.REPLY, plugin_answered)
