"""The room's queue: a run's beginning, each of its steps, and the clock."""

from queues.context import Context
from queues.declare import Payload, Queue, job
from queues.errors import Permanent
from workflows import running, triggers
from workflows.errors import NotPossible, StepFailed
from workflows.models import UNDER_WAY, WorkflowRun, WorkflowStepExecution
from workflows.registry import STEPS, At

WORKFLOW_RUN = Queue("workflow.run", pool="ai", concurrency=4, attempts=5)


class RunPayload(Payload):
    run_id: int


class StepPayload(Payload):
    step_id: int


@job(queue=WORKFLOW_RUN, name="run-workflow", payload=RunPayload, timeout_seconds=60, search_keys=("run_id",))
def run_workflow(ctx: Context, payload: RunPayload) -> None:
    with ctx.finishing() as result:
        run = WorkflowRun.objects.select_for_update(of=("self",)).select_related("version").get(pk=payload.run_id)
        if run.state in UNDER_WAY and not run.steps.exists():
            result["step"] = running.enter(run, run.version.says.start).key


@job(queue=WORKFLOW_RUN, name="execute-step", payload=StepPayload, timeout_seconds=300, search_keys=("step_id",))
def execute_step(ctx: Context, payload: StepPayload) -> None:
    """Look and ask outside a transaction; then effects, the step's end and the next step's beginning in one."""
    step = WorkflowStepExecution.objects.select_related("run__version__workflow").get(pk=payload.step_id)
    kind = STEPS.get(step.kind)
    if kind is None:
        raise Permanent(f"this release knows no step {step.kind}")
    if not running.begin(step):
        return
    run, params = step.run, step.run.version.says.params_of(step.key)
    at = At(step.pk, run.subject, running.facts_of(run))
    ctx.progress(10, f"{step.key}: {kind.words.lower()}")
    try:
        prepared = kind.prepare(at, params)
        with ctx.finishing() as result, triggers.effects_of(run):
            outcome = kind.apply(At(step.pk, run.subject, at.facts, prepared), params)
            running.end(step, outcome)
            result.update(branch=outcome.branch, waits=bool(outcome.waits))
    except (StepFailed, NotPossible) as error:
        raise Permanent(f"{step.key}: {error}") from error


@job(queue=WORKFLOW_RUN, name="start-due-workflows", payload=Payload, timeout_seconds=60, every_seconds=60)
def start_due_workflows(ctx: Context, payload: Payload) -> None:
    with ctx.finishing() as result:
        result["started"] = triggers.start_due()
