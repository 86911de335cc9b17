"""Which values of an entry are about a person, by the name of their key.

It must rather take too much for personal than too little: what is, is digested with a salt, and nothing else differs.
"""

import re
from collections.abc import Callable, Mapping

ERASED = "erased"
PERSONAL = "personal"
PERSONAL_WORDS = frozenset(
    {"address", "addresses", "customer", "email", "emails", "ip", "name", "notes", "owner", "phone", "recipient", "to"}
)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def is_personal_key(key: str) -> bool:
    return not PERSONAL_WORDS.isdisjoint(word.lower() for word in _WORD.findall(key))


def impersonal(value: object) -> object:
    """The same JSON with a mark where a personal value stands, whatever it is."""
    return _with_personal(value, lambda inner: PERSONAL)


def erased(value: object) -> object:
    """The same JSON without its personal values; `impersonal` of it is as it was."""
    return _with_personal(value, lambda inner: ERASED)


def _with_personal(value: object, put: Callable[[object], str]) -> object:
    if isinstance(value, Mapping):
        return {
            key: put(inner) if is_personal_key(str(key)) else _with_personal(inner, put) for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [_with_personal(inner, put) for inner in value]
    return value
