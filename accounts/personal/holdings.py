"""What each room keeps of a person. A room that keeps something registers it in its `wiring`.

Erasing is called inside the one transaction of the whole; it must never reach the outside.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Kept = Mapping[str, Any]  # by the name of the file in the export: what is JSON by itself


@dataclass(frozen=True)
class Person:
    """`email` as they are known by now, `pseudonym` what is to stand in its place; a guest has no account."""

    email: str
    user_id: int | None
    pseudonym: str


def _nothing_hinders(person: Person) -> list[str]:
    return []


@dataclass(frozen=True)
class Holding:
    """`hinders` answers why the person cannot be erased yet, a sentence each; `erase` how many rows it changed."""

    name: str
    export: Callable[[Person], Kept]
    erase: Callable[[Person], int]
    hinders: Callable[[Person], list[str]] = _nothing_hinders


HOLDINGS: list[Holding] = []


def register_holding(holding: Holding) -> None:
    """A second one of the same name is a mistake."""
    if any(known.name == holding.name for known in HOLDINGS):
        raise ValueError(f"what is kept as {holding.name} is registered twice")
    HOLDINGS.append(holding)
