"""The steps there are. Rooms above register theirs in `wiring`; a definition may use no other.

A step has two halves: `prepare` looks, asks and waits for others, outside any transaction; `apply` has its effects, in
the one transaction in which the step ends and the next is enqueued. So an effect happens once, however often a worker
is killed.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel, ConfigDict

Facts = Mapping[str, Any]  # run, subject and the outputs of the steps before, by their keys


class Params(BaseModel):
    """What a definition gives to a step. Unknown names are mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)


@dataclass(frozen=True)
class At:
    """Where a step stands: its execution's id, its run's subject and facts, and what `prepare` brought."""

    execution_id: int
    subject: tuple[str, str]
    facts: Facts
    prepared: Any = None


@dataclass(frozen=True)
class Outcome:
    """`output` is kept and shown. `branch` names the way on where a step has several; `waits` ends the job but not
    the step: somebody resumes it.
    """

    output: dict[str, Any] = field(default_factory=dict)
    branch: str = ""
    waits: str = ""


def _nothing(at: At, params: Any) -> None:
    """Most steps look at nothing beforehand."""


@dataclass(frozen=True)
class Step:
    kind: str
    words: str
    params: type[Params]
    apply: Callable[[At, Any], Outcome]
    prepare: Callable[[At, Any], Any] = _nothing
    branches: tuple[str, ...] = ()
    subject_type: str = ""  # what it can work on; anything when empty


STEPS: dict[str, Step] = {}


def register_step(step: Step) -> None:
    if step.kind in STEPS:
        raise ValueError(f"step {step.kind} is registered twice")
    STEPS[step.kind] = step
