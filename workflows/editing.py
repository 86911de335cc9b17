"""Writing workflows: a definition that was judged becomes a version; what runs already keeps the one it began with."""

import hashlib
import json
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from audit.actors import Actor
from audit.recording import record
from workflows import triggers
from workflows.definition import read
from workflows.errors import NotPossible
from workflows.models import Workflow, WorkflowVersion


@transaction.atomic
def write(
    *, slug: str, name: str, text: str | dict[str, Any], actor: Actor, seen_version: int | None = None
) -> WorkflowVersion:
    """The version this definition makes; the one there is, when it says the same. `seen_version` is the number the
    writer began from: somebody else's words are never lost.

    Raises BadDefinition with every fault, or NotPossible when another version came in between.
    """
    definition = read(text, events=triggers.events()).model_dump(mode="json", by_alias=True)
    workflow, is_new = Workflow.objects.select_for_update(of=("self",)).get_or_create(
        slug=slug, defaults={"name": name}
    )
    newest = workflow.versions.aggregate(newest=Max("number"))["newest"] or 0
    if seen_version is not None and seen_version != newest:
        raise NotPossible(f"version {newest} was written meanwhile; compare, and save again")
    sha256 = hashlib.sha256(json.dumps(definition, sort_keys=True).encode()).hexdigest()
    there = workflow.version
    if there is not None and there.sha256 == sha256 and workflow.name == name:
        return there
    if there is None or there.sha256 != sha256:
        there = workflow.versions.create(
            number=newest + 1, definition=definition, sha256=sha256, written_by=actor.label
        )
    Workflow.objects.filter(pk=workflow.pk).update(name=name, version=there, updated_at=timezone.now())
    after = {"version": there.number, "sha256": sha256, "name": name}
    action = "workflow.made" if is_new else "workflow.written"
    record(actor=actor, action=action, target=("workflow", slug), after=after)
    return there


@transaction.atomic
def switch(*, workflow: Workflow, on: bool, actor: Actor) -> None:
    """Whether events and the clock start it. By hand it can be started either way."""
    workflow = Workflow.objects.select_for_update(of=("self",)).get(pk=workflow.pk)
    if on and workflow.version_id is None:
        raise NotPossible("it has no definition yet")
    if workflow.enabled != on:
        Workflow.objects.filter(pk=workflow.pk).update(enabled=on, updated_at=timezone.now())
        record(actor=actor, action=f"workflow.{'enabled' if on else 'disabled'}", target=("workflow", workflow.slug))
