"""Files that only their owner may read: secrets, sign-ins, process ids.

A reader never sees half a file, and no moment exists at which another user could read one.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any


def read_json(path: Path) -> dict[str, Any]:
    """Empty when the file is not there."""
    try:
        content = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return {}
    return dict(json.loads(content))


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    write_text(path, json.dumps(content, indent=2) + "\n")


def write_text(path: Path, content: str) -> None:
    handle, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # 0600 from the first byte
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(content)
    os.replace(draft, path)
