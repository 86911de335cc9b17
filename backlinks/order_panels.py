"""What rooms above show on a customer's order page: a template of theirs and what it needs. They register in `wiring`.

A panel reads; it must never change anything.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from backlinks.models import Order

Context = Mapping[str, object]


@dataclass(frozen=True)
class Panel:
    template: str
    context: Context


_PANELS: list[tuple[str, Callable[[Order], Context | None]]] = []


def register_order_panel(template: str, context: Callable[[Order], Context | None]) -> None:
    """`template` finds what `context(order)` answers as `panel`; None means that there is none for this order."""
    _PANELS.append((template, context))


def panels_of(order: Order) -> list[Panel]:
    told = [(template, context(order)) for template, context in _PANELS]
    return [Panel(template, context) for template, context in told if context is not None]
