"""Every address, the staff's and everybody else's, read from the URLconf and filled in: no new one is forgotten."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from django.urls import URLPattern, URLResolver, converters, get_resolver
from django.urls.resolvers import RegexPattern

STAFFS = ("/admin/", "/api/owner/")
# The admin's only addresses by regular expression: a room's page, and whatever is no page at all.
BY_EXPRESSION = {"app_list": "articles/", "": "no-such-page"}


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
    return [way for way in _everywhere(known) if not way.path.startswith(STAFFS)]


def staff_addresses(**known: Any) -> list[Address]:
    return [way for way in _everywhere(known) if way.path.startswith(STAFFS)]


def _everywhere(known: dict[str, Any]) -> list[Address]:
    return list(_walked(get_resolver().url_patterns, "/", known))


def _walked(patterns: list[Any], prefix: str, known: dict[str, Any]) -> Iterator[Address]:
    for pattern in patterns:
        by_expression = isinstance(pattern.pattern, RegexPattern)
        name = getattr(pattern, "name", None) or ""
        path = prefix + (BY_EXPRESSION[name] if by_expression else _filled(pattern.pattern, known))
        if isinstance(pattern, URLResolver):
            yield from _walked(pattern.url_patterns, path, known)
        elif isinstance(pattern, URLPattern):
            yield Address(path, pattern.name or "", pattern.callback)


def _filled(pattern: Any, known: dict[str, Any]) -> str:
    text = str(pattern)
    for name, converter in pattern.converters.items():
        kind = next(kind for kind, of in converters.get_converters().items() if of is converter)
        filled = str(known.get(name, _made_up(kind)))
        text = text.replace(f"<{kind}:{name}>", filled).replace(f"<{name}>", filled)
    assert "<" not in text, text
    return text


def _made_up(kind: str) -> str:
    return {"int": "1", "uuid": str(uuid4())}.get(kind, "made-up")
