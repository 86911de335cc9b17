"""Conditions in CEL (Common Expression Language, cel.dev): they read the facts of a run, and can do nothing else."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from queues.on_demand import OnDemand
from workflows.errors import StepFailed

if TYPE_CHECKING:
    import cel
else:
    cel = OnDemand("cel")  # it brings a command line of its own: 9 MiB in every process

MOST_CHARACTERS = 500


def fault_of(expression: str) -> str:
    """Why it is no expression; empty when it is one."""
    try:
        cel.compile(expression)
    except ValueError as error:
        return str(error).splitlines()[0][:200]
    return ""


def holds(expression: str, facts: Mapping[str, Any]) -> bool:
    """Raises StepFailed when it says neither yes nor no of these facts."""
    try:
        answer = cel.evaluate(expression, dict(facts))
    except (ValueError, RuntimeError, TypeError, ArithmeticError, LookupError) as error:
        raise StepFailed(f"the condition cannot be answered: {str(error)[:300]}") from None
    if not isinstance(answer, bool):
        raise StepFailed(f"the condition answers {answer!r:.100}, neither yes nor no")
    return answer
