"""A run from its start to its end: each change of state under the run's lock, with its line of history.

A step's effects, its end and the asking for the next share a transaction (the caller's), so that a run goes on at the
step where a worker was killed, and does nothing twice.
"""

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Coalesce, Now
from django.utils import timezone

from audit.actors import Actor
from audit.recording import record
from queues import cancelling
from queues.enqueue import enqueue
from queues.models import Job
from workflows.errors import NotPossible
from workflows.models import (
    UNDER_WAY,
    UNFINISHED,
    RunState,
    StepState,
    Workflow,
    WorkflowEvent,
    WorkflowRun,
    WorkflowStepExecution,
)
from workflows.registry import Outcome

RUN, STEP = "workflow_run", "workflow_step"
SYSTEM = Actor("system", "workflows", "Workflows")
NOBODY = ("", "")


@transaction.atomic
def start(
    *, workflow: Workflow, trigger: str, actor: Actor, subject: tuple[str, str] = NOBODY, depth: int = 0
) -> WorkflowRun:
    """A run of the version that is now current, in the caller's transaction. Raises NotPossible when there is none."""
    if workflow.version_id is None:
        raise NotPossible(f"{workflow.name} has no definition yet")
    run = WorkflowRun.objects.create(
        version_id=workflow.version_id,
        subject_type=subject[0],
        subject_id=subject[1],
        trigger=trigger,
        depth=depth,
        started_by=actor.label,
    )
    _note(run, "started", actor, reason=trigger)
    enqueue("run-workflow", {"run_id": run.pk}, subject=(RUN, str(run.pk)), once=f"workflow-run:{run.pk}")
    return run


@transaction.atomic
def enter(run: WorkflowRun, key: str) -> WorkflowStepExecution:
    """Ask for a step: its row and its job."""
    use = run.version.says.steps[key]
    number = run.steps.filter(key=key).count() + 1
    step = run.steps.create(key=key, kind=use.step, number=number, input=use.given)
    asked = enqueue("execute-step", {"step_id": step.pk}, subject=(STEP, str(step.pk)), once=f"workflow-step:{step.pk}")
    if asked.job is not None:
        WorkflowStepExecution.objects.filter(pk=step.pk).update(job_id=asked.job.pk)
    return step


def begin(step: WorkflowStepExecution) -> bool:
    """Its job runs it, perhaps for the second time; False when it is over, or waits already."""
    mine = WorkflowStepExecution.objects.filter(pk=step.pk, state__in=(StepState.ASKED, StepState.RUNNING))
    return bool(mine.update(state=StepState.RUNNING, started_at=Coalesce(F("started_at"), Now())))


@transaction.atomic
def end(step: WorkflowStepExecution, outcome: Outcome, *, actor: Actor = SYSTEM) -> None:
    """The step has done its part: the next is asked for, or the run is over, or somebody is waited for.

    Raises NotPossible when the step ended meanwhile, perhaps with its run: then its effects must not stand.
    """
    run = _lock(step.run_id)
    mine = WorkflowStepExecution.objects.filter(pk=step.pk, state__in=UNFINISHED)
    if outcome.waits:
        _only(mine.update(state=StepState.WAITING, waits_for=outcome.waits[:200]), step)
        _move(run, RunState.WAITING)
        _note(run, "waits", actor, step.key, outcome.waits)
        return
    _only(mine.update(state=StepState.DONE, output=outcome.output, waits_for="", finished_at=timezone.now()), step)
    _note(run, "step_done", actor, step.key, outcome.branch)
    following = run.version.says.steps[step.key].follow(outcome.branch)
    if following is None:
        _move(run, RunState.DONE)
        _note(run, "done", actor)
    else:
        _move(run, RunState.RUNNING)
        enter(run, following)


@transaction.atomic
def fail(step_id: str, error: str) -> None:
    """Its job is dead: so is the run, until somebody tries again from here."""
    step = WorkflowStepExecution.objects.get(pk=step_id)
    run = _lock(step.run_id)
    mine = WorkflowStepExecution.objects.filter(pk=step.pk, state__in=UNFINISHED)
    if run.state in UNDER_WAY and mine.update(state=StepState.FAILED, error=error, finished_at=timezone.now()):
        _move(run, RunState.FAILED, error=error)
        _note(run, "failed", SYSTEM, step.key, error)


@transaction.atomic
def fail_run(run_id: str, error: str) -> None:
    """Its first job is dead: it never began."""
    run = _lock(int(run_id))
    if run.state in UNDER_WAY:
        _move(run, RunState.FAILED, error=error)
        _note(run, "failed", SYSTEM, reason=error)


@transaction.atomic
def retry(run: WorkflowRun, *, actor: Actor) -> WorkflowStepExecution:
    """Go on from the step that failed, with the same definition. Raises NotPossible."""
    run = _lock(run.pk)
    failed = run.steps.filter(state=StepState.FAILED).order_by("-pk").first()
    if run.state != RunState.FAILED:
        raise NotPossible(f"run {run.pk} is {run.get_state_display().lower()}, not failed")
    _move(run, RunState.RUNNING, error="")
    _note(run, "retried", actor, failed.key if failed else "")
    record(actor=actor, action="workflow_run.retried", target=(RUN, str(run.pk)))
    return enter(run, failed.key if failed else run.version.says.start)


def cancel(run: WorkflowRun, *, actor: Actor, reason: str) -> None:
    """End it where it stands: what was done stays done, and a step under way leaves nothing. Raises NotPossible."""
    with transaction.atomic():
        run = _lock(run.pk)
        if run.state not in UNDER_WAY:
            raise NotPossible(f"run {run.pk} is {run.get_state_display().lower()} already")
        open_steps = list(run.steps.filter(state__in=UNFINISHED))
        run.steps.filter(state__in=UNFINISHED).update(state=StepState.CANCELLED, finished_at=timezone.now())
        _move(run, RunState.CANCELLED)
        _note(run, "cancelled", actor, reason=reason)
        record(actor=actor, action="workflow_run.cancelled", target=(RUN, str(run.pk)), reason=reason)
    for job in Job.objects.live().filter(pk__in=[step.job_id for step in open_steps if step.job_id]):
        with suppress(cancelling.NothingToCancel):  # it ended in this moment, and found the run cancelled
            cancelling.cancel(job_id=job.pk, actor=actor, reason=f"run {run.pk} was cancelled")


@transaction.atomic
def decide(step: WorkflowStepExecution, *, approved: bool, actor: Actor, reason: str = "") -> None:
    """A person's word on a step that waits for it. Raises NotPossible when it waits no longer."""
    _lock(step.run_id)  # the run before its step, as every verb does
    step = WorkflowStepExecution.objects.select_for_update().get(pk=step.pk)
    if step.state != StepState.WAITING or step.kind != "wait-for-approval":
        raise NotPossible("it does not wait for an approval any more")
    answer = "yes" if approved else "no"
    record(
        actor=actor, action=f"workflow_step.answered_{answer}", target=(STEP, str(step.pk)), reason=reason,
        after={"run": step.run_id, "question": step.waits_for},
    )  # fmt: skip
    end(step, Outcome({"answer": answer, "by": actor.label, "reason": reason}, branch=answer), actor=actor)


def facts_of(run: WorkflowRun) -> Mapping[str, Any]:
    """What conditions and steps may read: the outputs of the steps that are done, by their keys."""
    done = run.steps.filter(state=StepState.DONE).order_by("pk").values_list("key", "output")
    return {
        "run": {"id": run.pk, "trigger": run.trigger},
        "subject": {"type": run.subject_type, "id": run.subject_id},
        "steps": {key: output or {} for key, output in done},
    }


def _lock(run_id: int) -> WorkflowRun:
    return WorkflowRun.objects.select_for_update(of=("self",)).select_related("version__workflow").get(pk=run_id)


def _only(changed: int, step: WorkflowStepExecution) -> None:
    if not changed:
        raise NotPossible(f"step {step.pk} is over")


def _move(run: WorkflowRun, to: RunState, **fields: Any) -> None:
    """The caller holds the row's lock."""
    ended = None if to in UNDER_WAY else timezone.now()
    WorkflowRun.objects.filter(pk=run.pk).update(state=to, finished_at=ended, **fields)
    run.state = to


def _note(run: WorkflowRun, what: str, actor: Actor, key: str = "", reason: str = "") -> None:
    WorkflowEvent.objects.create(run=run, what=what, key=key, actor=actor.label, reason=reason[:500])
