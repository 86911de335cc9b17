"""The one statement of a funnel: a visitor's steps as a word, and in full only those whom the window may cut off.

Events are sorted once. In "1232" the third step was reached, whatever lies between: that is a comparison of texts. It
holds for who did everything within the window; of the others it says who took no second step anyway. Whoever is signed
in is there for longer than a window, and is read in full.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from analytics.partitions import TABLE

_FIELDS = ("path", "label", "article_id")


@dataclass(frozen=True)
class Step:
    """Every event of the type that has what else is given."""

    type: str
    path: str = ""
    label: str = ""
    article_id: int | None = None


# Whoever took first steps that differ belongs to the earliest.
_ALL = """
WITH visitors AS MATERIALIZED (
    SELECT visitor, by, CASE {likes} END AS at_most, span > %(window)s AS may_be_cut FROM (
        SELECT visitor, string_agg(step, '' ORDER BY id) AS word, max(at) - min(at) AS span, {first} AS by
        FROM (
            SELECT visitor, id, at, {by} AS by, CASE {steps} END AS step
            FROM {table} WHERE id >= %(first)s AND id < %(end)s AND ({any}) AND person IS NULL
        ) AS told GROUP BY visitor
    ) AS words WHERE word LIKE '%%1%%'
), in_full AS (
    SELECT actor, max(CASE {cases} END) AS furthest, {first_in_full} AS by FROM ({source}) AS steps GROUP BY actor
), everybody AS (
    SELECT by, at_most AS furthest FROM visitors WHERE NOT ({unsure})
    UNION ALL SELECT by, furthest FROM in_full WHERE furthest IS NOT NULL
)
SELECT by, {reached} FROM everybody GROUP BY by ORDER BY 2 DESC, by
"""
# An index finds who is signed in; the others are seldom seen for longer than a window.
_TOLD = """
SELECT *, CASE WHEN t1 THEN at END AS s1 FROM (
    SELECT person AS actor, id, at, {by} AS by, {tests} FROM {table}
    WHERE id >= %(first)s AND id < %(end)s AND ({any}) AND person IS NOT NULL
    UNION ALL
    SELECT visitor, id, at, {by}, {tests} FROM {table}
    WHERE id >= %(first)s AND id < %(end)s AND ({any}) AND person IS NULL
        AND visitor IN (SELECT visitor FROM visitors WHERE {unsure})
) AS told
"""
_NEXT = """
SELECT *, CASE WHEN t{n} AND at - latest{n} <= %(window)s THEN latest{n} END AS s{n} FROM (
    SELECT *, max(s{before}) OVER (PARTITION BY actor ORDER BY id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
        AS latest{n} FROM ({source}) AS s
) AS l
"""


def statement(steps: Sequence[Step], by: str) -> tuple[str, dict[str, Any]]:
    """And its parameters but for `first`, `end` (ids) and `window`. Rows: a group, how many reached each step."""
    given: dict[str, Any] = {}
    tests = [_test(number, step, given) for number, step in enumerate(steps, 1)]
    numbers = range(1, len(steps) + 1)
    any_step = " OR ".join(dict.fromkeys(tests))
    # A word has one letter for an event: of steps that one event can be at once, it says nothing.
    unsure = "may_be_cut AND at_most > 1" if not _can_coincide(steps) else "TRUE"
    parts = {
        "table": TABLE,
        "any": any_step,
        "unsure": unsure,
        "by": by or "''",
        "first": _earliest("step = '1'") if by else "''",
        "first_in_full": _earliest("t1") if by else "''",
        "likes": " ".join(f"WHEN word LIKE '{_in_order(n)}' THEN {n}" for n in reversed(numbers)),
        "steps": " ".join(f"WHEN {test} THEN '{n}'" for n, test in enumerate(tests, 1)),
        "cases": " ".join(f"WHEN s{n} IS NOT NULL THEN {n}" for n in reversed(numbers)),
        "reached": ", ".join(f"count(*) FILTER (WHERE furthest >= {n})" for n in numbers),
        "source": _in_full(tests, any_step, unsure, by or "''"),
    }
    return _ALL.format(**parts), given


def _in_full(tests: Sequence[str], any_step: str, unsure: str, by: str) -> str:
    """Along each person's events `s<n>` is, where an event is step n, when the first step was made that led up to it.

    Of several first steps the latest leaves most of the window, so that one alone is remembered from row to row.
    """
    named = ", ".join(f"{test} AS t{number}" for number, test in enumerate(tests, 1))
    source = _TOLD.format(tests=named, any=any_step, unsure=unsure, by=by, table=TABLE)
    for number in range(2, len(tests) + 1):
        source = _NEXT.format(n=number, before=number - 1, source=source)
    return source


def _earliest(is_first: str) -> str:
    return f"(array_agg(by ORDER BY id) FILTER (WHERE {is_first}))[1]"


def _in_order(last: int) -> str:
    return "%%" + "%%".join(str(number) for number in range(1, last + 1)) + "%%"


def _can_coincide(steps: Sequence[Step]) -> bool:
    """Whether one event can be two of them."""
    return any(not _exclude_each_other(one, other) for one, other in combinations(steps, 2))


def _exclude_each_other(one: Step, other: Step) -> bool:
    said = [(getattr(one, field), getattr(other, field)) for field in _FIELDS]
    return one.type != other.type or any(mine and theirs and mine != theirs for mine, theirs in said)


def _test(number: int, step: Step, given: dict[str, Any]) -> str:
    given[f"type_{number}"] = step.type
    tests = [f"type = %(type_{number})s"]
    for field in _FIELDS:
        if wanted := getattr(step, field):
            given[f"{field}_{number}"] = wanted
            tests.append(f"{field} = %({field}_{number})s")
    return f"({' AND '.join(tests)})"
