"""Stripe's form encoding: `line_items[0][price_data][currency]=eur` to nested dicts and lists of strings.

It must never guess at a type; that is the parameter tables' business.
"""

import re
from typing import Any
from urllib.parse import parse_qsl

from simulators.stripe.errors import invalid

KEY = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
MAX_FIELDS = 1000


def decode(text: str) -> dict[str, Any]:
    """Nested parameters of a form body or query string; raises Refused for keys that contradict each other."""
    root: dict[str, Any] = {}
    for key, value in parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS):
        match = KEY.fullmatch(key)
        if match is None:
            raise invalid(f"Invalid parameter name: {key}", param=key)
        _place(root, [match[1], *re.findall(r"\[([^\[\]]*)\]", match[2])], value, key)
    return {name: _listed(value) for name, value in root.items()}


def _place(node: dict[str, Any], path: list[str], value: str, key: str) -> None:
    for part in path[:-1]:
        node = node.setdefault(part or str(len(node)), {})
        if not isinstance(node, dict):
            raise invalid(f"Invalid parameter: {key} is both a value and a hash", param=key)
    last = path[-1] or str(len(node))
    if isinstance(node.get(last), dict):
        raise invalid(f"Invalid parameter: {key} is both a value and a hash", param=key)
    node[last] = value


def _listed(value: Any) -> Any:
    """Hashes whose every key is a number are lists, as Stripe reads them."""
    if not isinstance(value, dict):
        return value
    if value and all(name.isdecimal() for name in value):
        return [_listed(value[name]) for name in sorted(value, key=int)]
    return {name: _listed(item) for name, item in value.items()}
