"""Runs, read as timelines: what each step was given, what it did and how long it took; and a person's word where one
is waited for.
"""

import json
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import URLPattern, path, reverse
from unfold.admin import ModelAdmin
from unfold.decorators import display

from audit.actors import Actor
from audit.masking import masked
from audit.reading import ForReading
from queues.models import Job
from workflows import running
from workflows.admin.posting import by
from workflows.drawing import drawn
from workflows.errors import BadDefinition, NotPossible
from workflows.models import UNDER_WAY, RunState, StepState, WorkflowRun, WorkflowStepExecution

VIEW, RUN, APPROVE = "workflows.view_workflowrun", "workflows.run_workflow", "workflows.approve_step"
PAGE = "admin:workflows_workflowrun_change"
LOOK_AGAIN_SECONDS = 3
COLOURS = {
    RunState.DONE.label: "success",
    RunState.FAILED.label: "danger",
    RunState.WAITING.label: "warning",
    RunState.RUNNING.label: "info",
}


@admin.register(WorkflowRun)
class RunAdmin(ForReading, ModelAdmin):  # type: ignore[misc]
    list_display = ("started_at", "workflow", "about", "trigger", "how_it_stands", "started_by", "finished_at")
    list_display_links = ("started_at", "workflow")
    list_filter = ("state", "version__workflow", "started_at")
    search_fields = ("=subject_id", "error", "version__workflow__name")
    search_help_text = "The id of what it was about, its error, or the workflow"
    ordering = ("-id",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[WorkflowRun]:
        runs: QuerySet[WorkflowRun] = super().get_queryset(request)
        return runs.select_related("version__workflow")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/retry/", view(retry), name="workflows_workflowrun_retry"),
            path("<int:pk>/cancel/", view(cancel), name="workflows_workflowrun_cancel"),
            path("<int:pk>/decide/", view(decide), name="workflows_workflowrun_decide"),
        ]
        return [*own, *super().get_urls()]

    @admin.display(description="Workflow")
    def workflow(self, run: WorkflowRun) -> str:
        return run.version.workflow.name

    @admin.display(description="About")
    def about(self, run: WorkflowRun) -> str:
        return f"{run.subject_type} {run.subject_id}".strip() or "-"

    @display(description="State", ordering="state", label=COLOURS)  # type: ignore[untyped-decorator]
    def how_it_stands(self, run: WorkflowRun) -> str:
        return str(run.get_state_display())

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        run = self.get_object(request, object_id)
        if run is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        context = {**self.admin_site.each_context(request), "opts": self.opts, "title": str(run), **_timeline(run)}
        context["may"] = {"run": request.user.has_perm(RUN), "approve": request.user.has_perm(APPROVE)}
        context["sees_jobs"] = request.user.has_perm("queues.view_queues")
        return render(request, "admin/workflows/run.html", context)


def _timeline(run: WorkflowRun) -> dict[str, Any]:
    steps = list(run.steps.order_by("pk"))
    jobs = {job.pk: job for job in Job.objects.filter(pk__in=[step.job_id for step in steps])}
    return {
        "run": run,
        "picture": _picture(run, steps),
        "steps": [_shown(step, jobs) for step in steps],
        "events": run.events.order_by("pk"),
        "waiting": next((s for s in steps if s.state == StepState.WAITING and s.kind == "wait-for-approval"), None),
        "is_under_way": run.state in UNDER_WAY,
        "look_again": LOOK_AGAIN_SECONDS if run.state == RunState.RUNNING else 0,
    }


def _picture(run: WorkflowRun, steps: list[WorkflowStepExecution]) -> str:
    """None of a definition that only an earlier release could read: its run is still on record."""
    try:
        return drawn(run.version.says, {step.key: step.state for step in steps})
    except BadDefinition:
        return ""


def _shown(step: WorkflowStepExecution, jobs: dict[Any, Job]) -> dict[str, Any]:
    job = jobs.get(step.job_id)
    return {
        "step": step,
        "given": json.dumps(masked(step.input), indent=2, ensure_ascii=False) if step.input else "",
        "came_out": json.dumps(masked(step.output), indent=2, ensure_ascii=False) if step.output else "",
        "job": reverse("queues:job", args=[job.queue, job.pk]) if job else "",
        "attempt": job.attempt if job else None,
    }


@by(RUN, PAGE)
def retry(request: HttpRequest, pk: int) -> tuple[str, str, int]:
    step = running.retry(get_object_or_404(WorkflowRun, pk=pk), actor=Actor.of(request.user))
    return f"It goes on at {step.key}.", PAGE, pk


@by(RUN, PAGE)
def cancel(request: HttpRequest, pk: int) -> tuple[str, str, int]:
    reason = request.POST.get("reason", "").strip()
    if not reason:
        raise NotPossible("say why, it goes on the record")
    running.cancel(get_object_or_404(WorkflowRun, pk=pk), actor=Actor.of(request.user), reason=reason)
    return "It was cancelled. What was done stays done.", PAGE, pk


@by(APPROVE, PAGE, step_up=True)
def decide(request: HttpRequest, pk: int) -> tuple[str, str, int]:
    key = request.POST.get("step", "")
    answer = request.POST.get("answer", "")
    if answer not in ("yes", "no"):
        raise NotPossible("say yes or no")
    step = get_object_or_404(WorkflowStepExecution, pk=int(key) if key.isdecimal() else 0, run_id=pk)
    reason = request.POST.get("reason", "").strip()[:500]
    running.decide(step, approved=answer == "yes", actor=Actor.of(request.user), reason=reason)
    return "Your word was taken, and the run goes on.", PAGE, pk
