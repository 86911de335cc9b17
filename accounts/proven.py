"""What the rooms above do when somebody has proven that an address is theirs.

They register in their `wiring`; each is called in the transaction of the sign-in: quick, and never to the outside.
"""

from collections.abc import Callable

from accounts.models import User

Reaction = Callable[[User], object]
_REACTIONS: list[Reaction] = []


def on_address_proven(reaction: Reaction) -> None:
    """Have `reaction(user)` called at each sign-in by code; it may well have nothing to do."""
    _REACTIONS.append(reaction)


def address_proven(user: User) -> None:
    for reaction in _REACTIONS:
        reaction(user)
