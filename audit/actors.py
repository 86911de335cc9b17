"""Who did something: a person, or the system itself.

An actor is a copy of what was true then; it must never become a foreign key, so that the record outlives the account.
"""

from dataclasses import dataclass
from typing import Protocol, Self


class Person(Protocol):
    """As much of an account as the record needs; audit stands below accounts and knows no user model."""

    @property
    def pk(self) -> object: ...

    def get_username(self) -> str: ...


@dataclass(frozen=True)
class Actor:
    type: str
    id: str
    label: str

    @classmethod
    def of(cls, person: Person) -> Self:
        """The signed-in person; raises ValueError for one without an account."""
        if person.pk is None:
            raise ValueError("A person without an account cannot be the actor of an audit entry.")
        return cls(type="user", id=str(person.pk), label=person.get_username())


SYSTEM = Actor(type="system", id="", label="Copydesk")
