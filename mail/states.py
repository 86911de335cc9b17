"""The states of an email and the moves between them.

Every change of state is one guarded UPDATE made here; a move that is not in the table must never happen.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db.models.functions import Now

from mail.models import EmailLog, State

LEGAL: Mapping[State, frozenset[State]] = {
    State.QUEUED: frozenset({State.SENDING, State.FAILED}),
    State.SENDING: frozenset({State.SENT, State.QUEUED, State.UNCERTAIN, State.FAILED}),
    State.UNCERTAIN: frozenset({State.UNCERTAIN, State.SENDING, State.QUEUED, State.FAILED}),
    State.FAILED: frozenset({State.QUEUED}),
    State.SENT: frozenset(),
}


class IllegalMove(ValueError):
    """No email may go from the one state to the other."""


def move(email_id: UUID | str, expected: State, to: State, **fields: Any) -> bool:
    """From `expected` to `to`, with the fields; False, and nothing changed, when it was not in `expected`."""
    if to not in LEGAL[expected]:
        raise IllegalMove(f"{expected} to {to}")
    return EmailLog.objects.filter(pk=email_id, state=expected).update(state=to, **fields) == 1


def give_up(email_id: UUID | str, error: str, *, half_way: str = "") -> None:
    """Not handed over: failed. Lost half-way: nobody can know."""
    if not move(email_id, State.QUEUED, State.FAILED, error=error):
        move(email_id, State.SENDING, State.UNCERTAIN, error=half_way or error)


def owe_again(email_id: UUID | str) -> bool:
    """As good as new; False, and nothing changed, for what was sent or is on its way."""
    return any(move(email_id, state, State.QUEUED, queued_at=Now()) for state in (State.FAILED, State.UNCERTAIN))
