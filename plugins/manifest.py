"""What a plugin says of itself, and the schemas by which its input and output are judged.

Schemas are JSON Schema 2020-12. Nothing outside the manifest is ever read for one: a `$ref` may only point inside.
They are judged outside the jail, so nothing in one may take longer than the value is long.
"""

import json
import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from pydantic import BaseModel, ConfigDict, Field, field_validator
from referencing import Registry
from referencing.exceptions import Unresolvable

MOST_SCHEMA_CHARACTERS = 20_000
MOST_SCHEMAS = 1_000  # in one schema, with every $ref written out
SLOW_WORDS = frozenset(
    {"pattern", "patternProperties", "uniqueItems", "unevaluatedItems", "unevaluatedProperties", "$dynamicRef"}
)
OUTERMOST_WORDS = frozenset({"$id", "$schema"})  # further in they change where a $ref points, or what words mean
OF_ONE = frozenset(
    {"additionalProperties", "contains", "contentSchema", "else", "if", "items", "not", "propertyNames", "then"}
)
OF_A_LIST = frozenset({"allOf", "anyOf", "oneOf", "prefixItems"})
OF_NAMES = frozenset({"$defs", "dependentSchemas", "properties"})
POINTS_INSIDE = re.compile(r"#/\$defs/([A-Za-z0-9_.-]+)")
Schema = dict[str, Any]


class Manifest(BaseModel):
    """`version` names this code with these schemas; a change of either is another version."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{2,39}$")]
    version: Annotated[str, Field(pattern=r"^\d{1,4}\.\d{1,4}\.\d{1,4}$")]
    title: Annotated[str, Field(min_length=1, max_length=80)]
    description: Annotated[str, Field(max_length=500)] = ""
    input: Schema
    output: Schema
    capabilities: Annotated[list[str], Field(max_length=20)] = []

    @field_validator("input", "output")
    @classmethod
    def is_a_schema(cls, schema: Schema) -> Schema:
        if len(json.dumps(schema)) > MOST_SCHEMA_CHARACTERS:
            raise ValueError(f"a schema has at most {MOST_SCHEMA_CHARACTERS} characters")
        try:
            Draft202012Validator.check_schema(schema)
        except SchemaError as error:
            raise ValueError(f"not a JSON Schema: {error.message[:200]}") from None
        except RecursionError:
            raise ValueError("a schema so deep cannot be judged") from None
        _check_soon_judged(schema)
        if schema.get("type") != "object":
            raise ValueError('a schema describes an object: {"type": "object", ...}')
        return schema


def faults(schema: Schema, value: object) -> list[str]:
    """Where `value` does not fit, in words with the path; empty when it does."""
    validator = Draft202012Validator(schema, registry=Registry())
    try:
        return [
            _in_words(error) for error in sorted(validator.iter_errors(value), key=lambda e: list(map(str, e.path)))
        ]
    except Unresolvable as error:
        return [f"the schema points outside itself: {error}"]
    except RecursionError:
        return ["the schema comes back to itself without end"]


def secret_fields(schema: Schema) -> frozenset[str]:
    """The fields an author marked `writeOnly`: their values are shown to nobody."""
    return frozenset(name for name, field in schema.get("properties", {}).items() if field.get("writeOnly") is True)


def _check_soon_judged(schema: Schema) -> None:
    for number, part in enumerate(_schemas(schema, schema.get("$defs", {}))):
        if number == MOST_SCHEMAS:
            raise ValueError(f"a schema holds at most {MOST_SCHEMAS:,} schemas, with every $ref written out")
        if slow := sorted(SLOW_WORDS & part.keys()):
            raise ValueError(f"a schema may not say {', '.join(slow)}: judging it could take for ever")
        if number and (misplaced := sorted(OUTERMOST_WORDS & part.keys())):
            raise ValueError(f"only the outermost schema may say {', '.join(misplaced)}")


def _schemas(schema: Schema | bool, defs: Schema, followed: tuple[str, ...] = ()) -> Iterator[Schema]:
    """The schema and every one in it, as often as a value may be judged by it; a field may be called as it likes."""
    if isinstance(schema, bool):
        yield {}
        return
    yield schema
    if "$ref" in schema:
        name = _pointed_at(schema["$ref"], defs)
        if name in followed:
            raise ValueError(f"#/$defs/{name} comes back to itself")
        yield from _schemas(defs[name], defs, (*followed, name))
    for word, said in schema.items():
        for inner in _inner(word, said):
            yield from _schemas(inner, defs, followed)


def _inner(word: str, said: Any) -> Iterable[Schema | bool]:
    """Only what stands where the standard expects a schema: what is said elsewhere judges nothing."""
    if word in OF_NAMES:
        return list(said.values())
    if word in OF_A_LIST:
        return list(said)
    return [said] if word in OF_ONE else []


def _pointed_at(ref: str, defs: Schema) -> str:
    points = POINTS_INSIDE.fullmatch(ref)
    if points is None or points[1] not in defs:
        raise ValueError(f"a $ref points to #/$defs/ and a name that stands there, not to {ref[:100]}")
    return points[1]


def _in_words(error: ValidationError) -> str:
    return f"{'.'.join(map(str, error.path)) or 'value'}: {error.message[:200]}"
