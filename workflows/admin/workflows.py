"""Workflows: written by owners as JSON with every fault named, drawn, switched on and off, and started by hand."""

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.messages import success
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from audit.actors import Actor
from workflows import editing, running, triggers
from workflows.admin.posting import by
from workflows.definition import MOST_CHARACTERS, Definition
from workflows.drawing import drawn, in_words
from workflows.errors import BadDefinition, NotPossible
from workflows.models import Workflow, WorkflowRun
from workflows.registry import STEPS

VIEW, EDIT, RUN = "workflows.view_workflow", "workflows.edit_workflow", "workflows.run_workflow"
PAGE, RUN_PAGE = "admin:workflows_workflow_change", "admin:workflows_workflowrun_change"
RUNS_SHOWN = 10
FIRST = {"start": "first", "steps": {"first": {"step": "send_email", "with": {"to": "desk", "about": "", "text": ""}}}}


class DefinitionForm(forms.Form):
    name = forms.CharField(max_length=120)
    slug = forms.SlugField(max_length=60, help_text="Its short name in addresses; it stays.")
    definition = forms.CharField(
        max_length=MOST_CHARACTERS, widget=forms.Textarea(attrs={"rows": 26, "spellcheck": "false"}), strip=False
    )
    seen_version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def write(self, actor: Actor) -> Workflow | None:
        """The workflow as it now is; None when it was refused, with the faults at their field."""
        given = self.cleaned_data
        try:
            version = editing.write(
                slug=given["slug"],
                name=given["name"],
                text=given["definition"],
                actor=actor,
                seen_version=given["seen_version"] or 0,
            )
        except BadDefinition as bad:
            for fault in bad.faults:
                self.add_error("definition", fault)
        except NotPossible as refusal:
            self.add_error(None, f"Nothing was saved: {refusal}. Your text stands below.")
        else:
            return version.workflow
        return None


@admin.register(Workflow)
class WorkflowAdmin(ModelAdmin):  # type: ignore[misc]
    list_display = ("name", "slug", "started_by", "enabled", "version_number", "updated_at")
    list_filter = ("enabled",)
    list_select_related = ("version",)
    search_fields = ("name", "slug")
    ordering = ("name",)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        own = [
            path("<int:pk>/write/", view(self.write), name="workflows_workflow_write"),
            path("<int:pk>/switch/", view(switch), name="workflows_workflow_switch"),
            path("<int:pk>/start/", view(start), name="workflows_workflow_start"),
        ]
        return [*own, *super().get_urls()]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return request.user.has_perm(EDIT)

    def has_change_permission(self, request: HttpRequest, obj: Workflow | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Workflow | None = None) -> bool:
        return False

    @admin.display(description="Started by")
    def started_by(self, workflow: Workflow) -> str:
        trigger = workflow.version.definition.get("trigger", {}) if workflow.version else {}
        every = trigger.get("every_minutes")
        return f"every {every} minutes" if every else trigger.get("event") or "hand only"

    @admin.display(description="Version", ordering="version__number")
    def version_number(self, workflow: Workflow) -> int | str:
        return workflow.version.number if workflow.version else "-"

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return self._written(request, None, {"definition": json.dumps(FIRST, indent=2)})

    def write(self, request: HttpRequest, pk: int) -> HttpResponse:
        workflow = get_object_or_404(Workflow.objects.select_related("version"), pk=pk)
        version = workflow.version
        first = {
            "name": workflow.name,
            "slug": workflow.slug,
            "definition": json.dumps(version.definition if version else FIRST, indent=2),
            "seen_version": version.number if version else 0,
        }
        return self._written(request, workflow, first)

    def _written(self, request: HttpRequest, workflow: Workflow | None, first: dict[str, Any]) -> HttpResponse:
        if not request.user.has_perm(EDIT):
            raise PermissionDenied
        form = DefinitionForm(request.POST or None, initial=first)
        if request.method == "POST" and form.is_valid() and (kept := form.write(Actor.of(request.user))):
            success(request, "It is saved. Runs that are under way keep the version they began with.")
            return redirect(PAGE, kept.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": f"Write {workflow.name}" if workflow else "A new workflow",
            "form": form,
            "workflow": workflow,
            "steps": sorted(STEPS.values(), key=lambda step: step.kind),
            "events": sorted(triggers.words_of_events().items()),
        }
        return render(request, "admin/workflows/write.html", context, status=400 if form.errors else 200)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        if not request.user.has_perm(VIEW):
            raise PermissionDenied
        workflow = self.get_object(request, object_id)
        if workflow is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]
        says, faults = _read(workflow)
        runs = WorkflowRun.objects.filter(version__workflow=workflow).select_related("version__workflow")
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": workflow.name,
            "workflow": workflow,
            "started_by": self.started_by(workflow),
            "picture": drawn(says) if says else "",
            "words": in_words(says) if says else "",
            "faults": faults,
            "runs": runs.order_by("-id")[:RUNS_SHOWN],
            "versions": workflow.versions.order_by("-number")[:20],
            "may": {"edit": request.user.has_perm(EDIT), "run": request.user.has_perm(RUN)},
        }
        return render(request, "admin/workflows/workflow.html", context)


def _read(workflow: Workflow) -> tuple[Definition | None, list[str]]:
    """What it says, or why this release cannot read it: the page is where its owner mends that."""
    try:
        return (workflow.version.says if workflow.version else None), []
    except BadDefinition as bad:
        return None, bad.faults


@by(EDIT, PAGE)
def switch(request: HttpRequest, pk: int) -> tuple[str, str, int]:
    on = request.POST.get("on") == "1"
    editing.switch(workflow=get_object_or_404(Workflow, pk=pk), on=on, actor=Actor.of(request.user))
    return "It is switched on." if on else "It is switched off. Runs under way go on.", PAGE, pk


@by(RUN, PAGE)
def start(request: HttpRequest, pk: int) -> tuple[str, str, int]:
    kind, key = request.POST.get("subject_type", "").strip(), request.POST.get("subject_id", "").strip()
    if len(kind) > 32 or len(key) > 64 or bool(kind) != bool(key):
        raise NotPossible("what it is about is a type and an id, or neither")
    workflow = get_object_or_404(Workflow.objects.select_related("version"), pk=pk)
    run = running.start(workflow=workflow, trigger="by hand", actor=Actor.of(request.user), subject=(kind, key))
    return "It was started.", RUN_PAGE, run.pk
