"""The steps this room brings itself: a question, a person's word, and a plugin."""

from typing import Annotated, Any

from pydantic import AfterValidator, Field

from audit.actors import Actor
from plugins import executions
from plugins.errors import PluginRefused
from workflows import conditions
from workflows.errors import StepFailed
from workflows.registry import At, Outcome, Params, Step, register_step

REPLY = "workflow_step"
WORKFLOWS = Actor("system", "workflows", "Workflows")
YES, NO = "yes", "no"


def _expression(text: str) -> str:
    if fault := conditions.fault_of(text):
        raise ValueError(f"not an expression: {fault}")
    return text


class ConditionParams(Params):
    expression: Annotated[str, Field(alias="if", max_length=conditions.MOST_CHARACTERS), AfterValidator(_expression)]


class ApprovalParams(Params):
    question: Annotated[str, Field(min_length=1, max_length=200)] = "May this go on?"


class PluginParams(Params):
    plugin: Annotated[str, Field(max_length=40)]
    input: dict[str, Any] = {}


def condition(at: At, params: ConditionParams) -> Outcome:
    answer = YES if conditions.holds(params.expression, at.facts) else NO
    return Outcome({"answer": answer}, branch=answer)


def wait_for_approval(at: At, params: ApprovalParams) -> Outcome:
    return Outcome(waits=params.question)


def run_plugin(at: At, params: PluginParams) -> Outcome:
    """Its worker carries it out; what it answers is this step's output."""
    try:
        reply = (REPLY, str(at.execution_id))
        asked = executions.ask(params.plugin, params.input, subject=at.subject, actor=WORKFLOWS, reply_to=reply)
    except PluginRefused as refusal:
        raise StepFailed(str(refusal)) from None
    return Outcome(waits=f"plugin {params.plugin}, run {asked.pk}")


register_step(Step("condition", "Goes one way or the other", ConditionParams, condition, branches=(YES, NO)))
register_step(
    Step(
        "wait-for-approval",
        "Waits until somebody says yes or no",
        ApprovalParams,
        wait_for_approval,
        branches=(YES, NO),
    )
)
register_step(Step("run-plugin", "Runs a plugin and keeps its answer", PluginParams, run_plugin))
