"""Every address that is not the staff's, read from the URLconf and filled in, so that no new one is forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.urls import URLPattern, URLResolver, converters, get_resolver

STAFFS = ("admin/", "api/owner/")


@dataclass(frozen=True)
class Address:
    path: str
    name: str
    view: Any

    @property
    def is_private(self) -> bool:
        """About one customer, and nobody else's to see or keep."""
        return self.path.startswith(("/orders/", "/accounts/", "/basket/", "/api/v1/purchase/"))


def addresses(**known: Any) -> list[Address]:
    """`known`: values of arguments by their names; the others are made up, of the kind that the address takes."""
    return list(_walked(get_resolver().url_patterns, "/", known))


def _walked(patterns: list[Any], prefix: str, known: dict[str, Any]) -> Iterator[Address]:
    for pattern in patterns:
        path = prefix + _filled(pattern.pattern, known)
        if path.startswith(tuple("/" + staffs for staffs in STAFFS)):
            continue
        if isinstance(pattern, URLResolver):
            yield from _walked(pattern.url_patterns, path, known)
        elif isinstance(pattern, URLPattern):
            yield Address(path, pattern.name or "", pattern.callback)


def _filled(pattern: Any, known: dict[str, Any]) -> str:
    text = str(pattern)
    for name, converter in pattern.converters.items():
        kind = next(kind for kind, of in converters.get_converters().items() if of is converter)
        text = text.replace(f"<{kind}:{name}>", str(known.get(name, _made_up(kind))))
    assert "<" not in text, text
    return text


def _made_up(kind: str) -> str:
    return {"int": "1", "uuid": str(uuid4())}.get(kind, "made-up")
