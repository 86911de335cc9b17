"""How the owners' figures are described in /api/schema/: from their own types, so that no second list can differ."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from pydantic import BaseModel, TypeAdapter

_DEFS, _NULL = "#/$defs/", {"type": "null"}
_REFUSALS = (400, 401, 403, 429)


def describe(operation: str, query: type[BaseModel], kind: Any) -> Any:
    """A decorator for a door's `get`."""
    answers = {200: schema_of(kind), **dict.fromkeys(_REFUSALS, OpenApiTypes.OBJECT)}
    return extend_schema(operation_id=operation, tags=["owner"], parameters=_parameters(query), responses=answers)


def schema_of(kind: Any) -> dict[str, Any]:
    """In one piece: what it is made of stands in it."""
    whole = TypeAdapter(kind).json_schema(mode="serialization")
    inlined: dict[str, Any] = _inlined(whole, whole.get("$defs", {}))
    return inlined


def _inlined(part: Any, named: dict[str, Any]) -> Any:
    if isinstance(part, list):
        return [_inlined(each, named) for each in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        return _inlined(named[part["$ref"].removeprefix(_DEFS)], named)
    if _NULL in part.get("anyOf", ()):
        return _nullable(part, named)
    return {name: _inlined(inner, named) for name, inner in part.items() if name != "$defs"}


def _nullable(part: dict[str, Any], named: dict[str, Any]) -> dict[str, Any]:
    """As OpenAPI 3.0 says it: there null is no type."""
    (kind,) = (each for each in part["anyOf"] if each != _NULL)
    about = {name: inner for name, inner in part.items() if name not in ("anyOf", "$defs")}
    return {**_inlined(kind, named), **about, "nullable": True}


def _parameters(query: type[BaseModel]) -> list[OpenApiParameter]:
    schema = schema_of(query)
    needed = schema.get("required", [])
    return [
        OpenApiParameter(name, each, required=name in needed, description=each.get("description", ""))
        for name, each in schema.get("properties", {}).items()
    ]
