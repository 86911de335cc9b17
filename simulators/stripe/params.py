"""The tables that say which parameters a call takes, and the reader that holds a request against one.

A parameter that is not in the table is refused by name; it must never be dropped in silence.
"""

import re
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from simulators.stripe.errors import invalid, missing, unknown

METADATA_KEYS = 50
METADATA_KEY_LENGTH = 40
METADATA_VALUE_LENGTH = 500


@dataclass(frozen=True)
class Text:
    longest: int = 5000
    choices: tuple[str, ...] = ()
    pattern: str = ""


@dataclass(frozen=True)
class Number:
    least: int = 0
    most: int = 99_999_999_999


@dataclass(frozen=True)
class Url:
    longest: int = 5000


@dataclass(frozen=True)
class Metadata:
    pass


@dataclass(frozen=True)
class Many:
    item: "Field"


@dataclass(frozen=True)
class Table:
    fields: "dict[str, Field]" = field(default_factory=dict)
    required: tuple[str, ...] = ()


Field = Text | Number | Url | Metadata | Many | Table

CREATED = Table({name: Number() for name in ("gt", "gte", "lt", "lte")})
PAGING: dict[str, Field] = {
    "limit": Number(least=1, most=100),
    "starting_after": Text(),
    "ending_before": Text(),
    "created": CREATED,
}


def read(table: Table, given: object, path: str = "") -> dict[str, Any]:
    """The given parameters, typed; raises Refused naming the first parameter that is wrong."""
    if not isinstance(given, dict):
        raise invalid("Invalid object", param=path)
    strangers = [_join(path, name) for name in given if name not in table.fields]
    if strangers:
        raise unknown(strangers)
    for name in table.required:
        if name not in given:
            raise missing(_join(path, name))
    return {name: _read_field(table.fields[name], value, _join(path, name)) for name, value in given.items()}


def _join(path: str, name: str | int) -> str:
    return f"{path}[{name}]" if path else str(name)


def _read_field(field: Field, value: object, path: str) -> Any:
    match field:
        case Table():
            return read(field, value, path)
        case Many():
            return _read_many(field, value, path)
        case Metadata():
            return _read_metadata(value, path)
        case Number():
            return _read_number(field, value, path)
        case Text() | Url():
            return _read_text(field, value, path)


def _read_many(field: Many, value: object, path: str) -> list[Any]:
    if not isinstance(value, list):
        raise invalid("Invalid array", param=path)
    return [_read_field(field.item, item, _join(path, index)) for index, item in enumerate(value)]


def _read_metadata(value: object, path: str) -> dict[str, str]:
    if value == "":
        return {}
    if not isinstance(value, dict):
        raise invalid("Invalid metadata: must be a hash", param=path)
    if len(value) > METADATA_KEYS:
        raise invalid(f"Metadata can have at most {METADATA_KEYS} keys, but you passed in {len(value)}.", param=path)
    for name, text in value.items():
        if not isinstance(text, str):
            raise invalid("Invalid metadata: values must be strings", param=_join(path, name))
        _check_metadata_length("keys", name, METADATA_KEY_LENGTH, path)
        _check_metadata_length("values", text, METADATA_VALUE_LENGTH, path)
    return {name: text for name, text in value.items() if text != ""}


def _check_metadata_length(what: str, text: str, longest: int, path: str) -> None:
    if len(text) > longest:
        raise invalid(
            f"Metadata {what} can have up to {longest} characters, but you passed in a {what[:-1]} that is "
            f"{len(text)} characters. Invalid {what[:-1]}: {text[:40]}…",
            param=path,
        )


def _read_number(field: Number, value: object, path: str) -> int:
    if not isinstance(value, str) or not re.fullmatch(r"-?\d{1,15}", value):
        raise invalid(f"Invalid integer: {value}", param=path, code="parameter_invalid_integer")
    number = int(value)
    if not field.least <= number <= field.most:
        bound = f"greater than or equal to {field.least}" if number < field.least else f"at most {field.most}"
        raise invalid(f"This value must be {bound}.", param=path, code="parameter_invalid_integer")
    return number


def _read_text(field: Text | Url, value: object, path: str) -> str:
    if not isinstance(value, str):
        raise invalid("Invalid string", param=path)
    if value == "":
        raise invalid(f"You passed an empty string for '{path}'.", param=path, code="parameter_invalid_empty")
    if len(value) > field.longest:
        raise invalid(f"Invalid string: {value[:20]}…; must be at most {field.longest} characters", param=path)
    if isinstance(field, Url):
        return _checked_url(value, path)
    if field.choices and value not in field.choices:
        raise invalid(f"Invalid {path}: must be one of {', '.join(field.choices)}", param=path)
    if field.pattern and not re.fullmatch(field.pattern, value):
        raise invalid(f"Invalid {path}: {value[:60]}", param=path)
    return value


def _checked_url(value: str, path: str) -> str:
    # {CHECKOUT_SESSION_ID} is Stripe's own placeholder; everything else must be a URL as it stands.
    parts = urlsplit(value.replace("{CHECKOUT_SESSION_ID}", "id"))
    if parts.scheme not in ("http", "https") or not parts.hostname or re.search(r"\s", value):
        raise invalid("Not a valid URL", param=path, code="url_invalid")
    return value
