"""How many went from one step to the next, straight from the events. Reads only.

Who reached a step has done every step before it, in order, and all of them within the window after the first. Somebody
signed in is one person throughout; everybody else is a visitor, whom nobody knows again on the next day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from typing import Any

from django.db import connection, transaction

from analytics.funnel_sql import Step as Step
from analytics.funnel_sql import statement
from analytics.models import EventType
from analytics.ranges import Range, first_id

MOST_STEPS, FEWEST_STEPS = 8, 2
# One sort of every event of the range, which more than one process may read and sort; more memory makes it no faster.
_SETTINGS = "SET LOCAL work_mem = '32MB'; SET LOCAL jit = off; SET LOCAL parallel_tuple_cost = 0.01"
BY = ("", "device", "referrer", "utm_source")


class BadSteps(ValueError):
    """They cannot be a funnel; the message says what is wrong."""


@dataclass(frozen=True)
class FunnelGroup:
    """`reached[0]` took the first step, `reached[-1]` went all the way. `value` is what the group has in common."""

    value: str
    reached: list[int]

    @property
    def drop_off(self) -> list[int]:
        """How many stopped before each next step."""
        return [before - after for before, after in pairwise(self.reached)]

    @property
    def conversion(self) -> float | None:
        return self.reached[-1] / self.reached[0] if self.reached[0] else None


def steps_of(told: object) -> list[Step]:
    """From JSON, as Funnel.steps keeps it. Raises BadSteps."""
    if not isinstance(told, list) or not FEWEST_STEPS <= len(told) <= MOST_STEPS:
        raise BadSteps(f"A funnel has from {FEWEST_STEPS} to {MOST_STEPS} steps.")
    return [_step(number, each) for number, each in enumerate(told, 1)]


def funnel(range: Range, steps: Sequence[Step], *, window: timedelta, by: str = "") -> list[FunnelGroup]:
    """Those whose first step is in the range, and what they did in it; the largest group first.

    `by` is one of BY: what the event of the first step said. Without it there is one group.
    """
    if by not in BY:
        raise BadSteps(f"A funnel can be split by {', '.join(filter(None, BY))}.")
    sql, given = statement(steps, by)
    bounds: dict[str, Any] = {"first": first_id(range.start), "end": first_id(range.end), "window": window}
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_SETTINGS)
        cursor.execute(sql, {**given, **bounds})
        rows = cursor.fetchall()
    groups = [FunnelGroup(value, list(reached)) for value, *reached in rows]
    return groups or ([] if by else [FunnelGroup("", [0] * len(steps))])


def _step(number: int, told: object) -> Step:
    if not isinstance(told, Mapping) or told.get("type") not in EventType.values:
        raise BadSteps(f"Step {number} needs a type: one of {', '.join(EventType.values)}.")
    article_id = told.get("article_id")
    if article_id is not None and not isinstance(article_id, int):
        raise BadSteps(f"Step {number}: an article is named by its number.")
    return Step(told["type"], str(told.get("path") or ""), str(told.get("label") or ""), article_id)
