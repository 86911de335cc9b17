"""What of a run may be shown: never a value that its plugin's author marked as written and not read."""

from typing import Any

from audit.masking import MASK, masked
from plugins.manifest import Schema, secret_fields


def shown(schema: Schema, value: object) -> Any:
    """The same JSON with the secret fields, and whatever else looks like a secret, masked."""
    if isinstance(value, dict):
        hidden = secret_fields(schema)
        value = {name: MASK if name in hidden else inner for name, inner in value.items()}
    return masked(value)
