"""A workflow as staff write it: JSON, judged against this schema and each step's own, before it can run.

    {"trigger": {"event": "article_written"}, "start": "review",
     "steps": {"review": {"step": "ai_review", "next": "ask"},
               "ask": {"step": "condition", "with": {"if": "steps.review.score >= 70"},
                       "branches": {"yes": "go", "no": null}}, …}}

`next` or a branch that is null, or left out, ends the run well.
"""

import json
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from workflows.errors import BadDefinition
from workflows.registry import STEPS, Params, Step

MOST_STEPS, MOST_CHARACTERS = 50, 50_000
MANUAL, SHORTEST_MINUTES = "manual", 1
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True, populate_by_name=True)


class Trigger(_Strict):
    """By hand unless it says otherwise."""

    event: str = ""
    every_minutes: Annotated[int, Field(ge=SHORTEST_MINUTES, le=10_080)] | None = None

    @model_validator(mode="after")
    def is_one(self) -> Self:
        if self.event and self.every_minutes:
            raise ValueError("a workflow starts by an event or by the clock, not by both")
        return self


class StepUse(_Strict):
    """One box of the picture."""

    step: str
    given: Annotated[dict[str, Any], Field(alias="with")] = {}
    next: Key | None = None
    branches: dict[str, Key | None] = {}

    def follow(self, branch: str) -> str | None:
        """The key of what comes next; None where the run ends."""
        return self.branches.get(branch) if branch else self.next

    def ways(self) -> list[tuple[str, str | None]]:
        return list(self.branches.items()) if self.branches else [("", self.next)]


class Definition(_Strict):
    trigger: Trigger = Trigger()
    start: Key
    steps: Annotated[dict[Key, StepUse], Field(min_length=1, max_length=MOST_STEPS)]

    def params_of(self, key: str) -> Params:
        use = self.steps[key]
        return STEPS[use.step].params.model_validate(use.given)


def read(text: str | dict[str, Any], *, events: frozenset[str]) -> Definition:
    """The definition. Raises BadDefinition with every fault found and its path."""
    if isinstance(text, str) and len(text) > MOST_CHARACTERS:
        raise BadDefinition([f"definition: at most {MOST_CHARACTERS:,} characters"])
    try:
        definition = accepted(json.loads(text) if isinstance(text, str) else text)
    except json.JSONDecodeError as error:
        raise BadDefinition([f"line {error.lineno}, column {error.colno}: {error.msg}"]) from None
    except RecursionError:
        raise BadDefinition(["definition: it is nested too deep"]) from None
    if faults := [*_of_trigger(definition, events), *_of_steps(definition), *_of_ways(definition)]:
        raise BadDefinition(faults)
    return definition


def accepted(given: Any) -> Definition:
    """By the schema alone, not by the steps and events there are: for what was judged when it was written.

    Raises BadDefinition.
    """
    try:
        return Definition.model_validate(given)
    except ValidationError as error:
        raise BadDefinition(_faults(error, "")) from None


def _faults(error: ValidationError, path: str) -> list[str]:
    return [
        f"{'.'.join([*([path] if path else []), *map(str, fault['loc'])])}: {fault['msg']}" for fault in error.errors()
    ]


def _of_trigger(definition: Definition, events: frozenset[str]) -> list[str]:
    event = definition.trigger.event
    known = ", ".join(sorted(events))
    return [] if not event or event in events else [f"trigger.event: there is no {event!r}; there are {known}"]


def _of_steps(definition: Definition) -> list[str]:
    faults = []
    for key, use in definition.steps.items():
        step = STEPS.get(use.step)
        if step is None:
            faults.append(f"steps.{key}.step: there is no {use.step!r}; there are {', '.join(sorted(STEPS))}")
            continue
        faults += _of_branches(key, use, step)
        try:
            definition.params_of(key)
        except ValidationError as error:
            faults += _faults(error, f"steps.{key}.with")
    return faults


def _of_branches(key: str, use: StepUse, step: Step) -> list[str]:
    if not step.branches:
        return [f"steps.{key}.branches: {step.kind} has only one way on: say next"] if use.branches else []
    if use.next is not None:
        return [f"steps.{key}.next: {step.kind} has branches: {', '.join(step.branches)}"]
    missing, unknown = set(step.branches) - set(use.branches), set(use.branches) - set(step.branches)
    return [f"steps.{key}.branches.{name}: missing; null ends the run" for name in sorted(missing)] + [
        f"steps.{key}.branches.{name}: {step.kind} has only {', '.join(step.branches)}" for name in sorted(unknown)
    ]


def _of_ways(definition: Definition) -> list[str]:
    """Everything that is pointed at is there and is reached, and nothing comes back to itself."""
    steps = definition.steps
    if definition.start not in steps:
        return [f"start: there is no step {definition.start!r}"]
    lost = [
        f"steps.{key}: it leads to {to!r}, which is not there"
        for key, use in steps.items()
        for _, to in use.ways()
        if to is not None and to not in steps
    ]
    return lost or _circles(definition) or _unreached(definition)


def order(definition: Definition) -> list[str]:
    """The keys in the order of the longest way from the start; what is not reached is left out."""
    depth: dict[str, int] = {}

    def visit(key: str, at: int) -> None:
        if depth.get(key, -1) < at:
            depth[key] = at
            for _, to in definition.steps[key].ways():
                if to is not None:
                    visit(to, at + 1)

    visit(definition.start, 0)
    return sorted(depth, key=lambda key: (depth[key], list(definition.steps).index(key)))


def _circles(definition: Definition) -> list[str]:
    done: set[str] = set()

    def visit(key: str, way: list[str]) -> list[str]:
        if key in way:
            return [f"steps.{key}: it comes back to itself by {' → '.join([*way[way.index(key) :], key])}"]
        if key in done:
            return []
        found = [fault for _, to in definition.steps[key].ways() if to for fault in visit(to, [*way, key])]
        done.add(key)
        return found[:1]

    return visit(definition.start, [])


def _unreached(definition: Definition) -> list[str]:
    reached = set(order(definition))
    return [f"steps.{key}: nothing leads there" for key in definition.steps if key not in reached]
