"""What the rooms above show on a person's own page: a template of theirs and what it needs.

They register in their `wiring`. A panel reads; it must never change anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from accounts.models import User

Context = Mapping[str, object]


@dataclass(frozen=True)
class Panel:
    template: str
    context: Context


_PANELS: list[tuple[str, Callable[[User], Context | None]]] = []


def register_panel(template: str, context: Callable[[User], Context | None]) -> None:
    """`template` finds what `context(user)` answers as `panel`; None means that there is none for this person."""
    _PANELS.append((template, context))


def panels_of(user: User) -> list[Panel]:
    told = [(template, context(user)) for template, context in _PANELS]
    return [Panel(template, context) for template, context in told if context is not None]
