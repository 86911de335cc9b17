"""What these tests say often: steps of their own, a workflow of them, and a run carried out."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from audit.actors import Actor
from workflows.editing import switch, write
from workflows.models import Workflow, WorkflowEvent, WorkflowRun
from workflows.registry import STEPS, At, Outcome, Params, Step
from workflows.running import start

OWNER = Actor("user", "1", "owner@copydesk.example")
MARKED: list[str] = []  # what steps did outside the database, as often as they did it


class MarkParams(Params):
    word: str = "x"


def mark(at: At, params: MarkParams) -> Outcome:
    """An effect in the database, so that it is lost or kept with its step."""
    WorkflowEvent.objects.create(run_id=run_of(at), what="effect", key=params.word, actor="test")
    return Outcome({"word": params.word, "prepared": at.prepared})


def prepare(at: At, params: MarkParams) -> str:
    MARKED.append(params.word)
    return params.word.upper()


def run_of(at: At) -> int:
    return int(at.facts["run"]["id"])


@contextmanager
def sample_steps(**more: Any) -> Iterator[None]:
    before = dict(STEPS)
    STEPS["mark"] = Step("mark", "Leaves a mark", MarkParams, mark, prepare=prepare)
    for kind, apply in more.items():
        STEPS[kind] = Step(kind, kind, MarkParams, apply)
    try:
        yield
    finally:
        STEPS.clear()
        STEPS.update(before)
        MARKED.clear()


def chain(*words: str, **first: Any) -> dict[str, Any]:
    """Marks one after the other."""
    uses = {
        word: {"step": "mark", "with": {"word": word}, "next": after}
        for word, after in zip(words, (*words[1:], None), strict=True)
    }
    return {"start": words[0], "steps": uses, **first}


def workflow(definition: dict[str, Any], *, slug: str = "sample", on: bool = False) -> Workflow:
    made = write(slug=slug, name=slug.title(), text=definition, actor=OWNER).workflow
    if on:
        switch(workflow=made, on=True, actor=OWNER)
    return Workflow.objects.get(pk=made.pk)


def unreadable(slug: str) -> Workflow:
    """Its newest version was written for an earlier release, which knew a word that this one does not take."""
    made = workflow(chain("a", trigger={"every_minutes": 15}), slug=slug, on=True)
    definition = chain("a", trigger={"every_minutes": 15, "time_zone": "UTC"})
    old = made.versions.create(number=2, definition=definition, sha256="0" * 64, written_by="an earlier release")
    Workflow.objects.filter(pk=made.pk).update(version=old)
    made.refresh_from_db()
    return made


def begun(definition: dict[str, Any], *, subject: tuple[str, str] = ("", "")) -> WorkflowRun:
    return start(workflow=workflow(definition), trigger="manual", actor=OWNER, subject=subject)


def effects(run: WorkflowRun) -> list[str]:
    return list(run.events.filter(what="effect").order_by("pk").values_list("key", flat=True))


def states(run: WorkflowRun) -> tuple[str, dict[str, str]]:
    run.refresh_from_db()
    return run.state, dict(run.steps.order_by("pk").values_list("key", "state"))
