"""What a plugin says of itself, and the schemas by which its input and output are judged.

Schemas are JSON Schema 2020-12. Nothing outside the manifest is ever read for one: a `$ref` may only point inside.
"""

import json
from collections.abc import Iterator
from typing import Annotated, Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import SchemaError, ValidationError
from pydantic import BaseModel, ConfigDict, Field, field_validator
from referencing import Registry
from referencing.exceptions import Unresolvable

MOST_SCHEMA_CHARACTERS = 20_000
# A schema is judged outside the jail: nothing in it may take longer than the value is long.
SLOW_WORDS = frozenset({"pattern", "patternProperties", "uniqueItems", "$dynamicRef"})
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
        if slow := sorted(SLOW_WORDS & set(_words(schema))):
            raise ValueError(f"a schema may not say {', '.join(slow)}: judging it could take for ever")
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


def _words(part: object) -> Iterator[str]:
    """Every key, however deep; a field may be called as it likes."""
    if isinstance(part, dict):
        for key, inner in part.items():
            if key != "properties":
                yield key
            yield from _words([*inner.values()] if key == "properties" and isinstance(inner, dict) else inner)
    elif isinstance(part, list):
        for inner in part:
            yield from _words(inner)


def _in_words(error: ValidationError) -> str:
    return f"{'.'.join(map(str, error.path)) or 'value'}: {error.message[:200]}"
