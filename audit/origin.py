"""Where the request being answered came from, for the entries written while it is.

Set by the web door for one request and read here; it must never hold a whole address.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from audit.actors import Actor


@dataclass(frozen=True)
class Origin:
    request_id: str = ""
    masked_ip: str = ""


_NOWHERE = Origin()
_origin: ContextVar[Origin] = ContextVar("origin", default=_NOWHERE)


@contextmanager
def coming_from(origin: Origin) -> Iterator[None]:
    """Entries recorded inside carry this origin."""
    reset = _origin.set(origin)
    try:
        yield
    finally:
        _origin.reset(reset)


def current() -> Origin:
    return _origin.get()


def who_did(actor: Actor, action: str, target: tuple[str, str]) -> dict[str, str]:
    """The columns that every entry has: who did what to what, and from where."""
    here = current()
    return {
        "actor_type": actor.type,
        "actor_id": actor.id,
        "actor_label": actor.label,
        "action": action,
        "target_type": target[0],
        "target_id": str(target[1]),
        "request_id": here.request_id,
        "masked_ip": here.masked_ip,
    }
