"""What asks for a second step proven minutes ago, and not days: replaying in bulk, paying back, publishing.

How it is proven is the business of the room that knows people; it registers in its `wiring`. Until then nobody has.
"""

from typing import Protocol

from django.http import HttpRequest, HttpResponse


class StepUp(Protocol):
    def is_recent(self, request: HttpRequest) -> bool:
        """Whether whoever asks has proven it recently; never of a program with a token."""

    def ask(self, request: HttpRequest) -> HttpResponse:
        """Where to prove it; from there they come back and say once more what they want: nothing is done by itself."""


class NobodyProves(RuntimeError):
    """No room said how a second step is proven."""


_WAYS: list[StepUp] = []


def register_step_up(way: StepUp) -> None:
    """A second way is a mistake."""
    if _WAYS:
        raise ValueError("how a second step is proven is registered twice")
    _WAYS.append(way)


def is_recent(request: HttpRequest) -> bool:
    return _way().is_recent(request)


def ask_first(request: HttpRequest) -> HttpResponse | None:
    """Where to go before this may be done; None when they may go on."""
    return None if is_recent(request) else _way().ask(request)


def _way() -> StepUp:
    if not _WAYS:
        raise NobodyProves
    return _WAYS[0]
