"""What a plugin may ask of the world outside, each only when an owner granted it. Nothing else exists inside.

Rooms above register theirs in `wiring`. A capability reads; it never writes, and it never leaves the database.
"""

from collections.abc import Callable
from dataclasses import dataclass

from plugins.errors import UnknownCapability

Subject = tuple[str, str]  # what a run is about: its type and id
Function = Callable[..., object]


@dataclass(frozen=True)
class Capability:
    """`call` makes, for the subject of a run, the function that the plugin calls by `name`."""

    name: str
    words: str
    call: Callable[[Subject], Function]


CAPABILITIES: dict[str, Capability] = {}


def register(name: str, words: str, call: Callable[[Subject], Function]) -> None:
    """`name` is a Python identifier; `words` say to an owner what granting it means."""
    if name in CAPABILITIES or not name.isidentifier():
        raise ValueError(f"capability {name} is registered twice, or is no name")
    CAPABILITIES[name] = Capability(name, words, call)


def capability_of(name: str) -> Capability:
    try:
        return CAPABILITIES[name]
    except KeyError:
        raise UnknownCapability(name) from None
