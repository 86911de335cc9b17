"""The metadata block at the top of a post, YAML between `---` or TOML between `+++`.

It must never fail on a post: metadata nobody can read is an opaque block and an empty result.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from articles.markdown.lines import BYTE_ORDER_MARK, split_lines

_CLOSERS = {"---": ("---", "..."), "+++": ("+++",)}


@dataclass(frozen=True)
class FrontMatter:
    title: str = ""
    language: str = ""
    description: str = ""
    data: dict[str, Any] = field(default_factory=dict)


def length(lines: Sequence[str]) -> int:
    """How many of the first `lines` are front matter, its two fences included; 0 when there is none."""
    if not lines:
        return 0
    closers = _CLOSERS.get(lines[0].removeprefix(BYTE_ORDER_MARK).rstrip())
    if closers is None:
        return 0
    for number, line in enumerate(lines[1:], 2):
        if line.rstrip() in closers:
            return number
    return 0


def read(body: str) -> FrontMatter:
    """Title, language and description of a post, with everything else in `data`."""
    lines = split_lines(body)
    data = _load(lines[: length(lines)])
    return FrontMatter(
        title=_first_text(data, "title"),
        language=_first_text(data, "language", "lang", "locale"),
        description=_first_text(data, "description", "excerpt", "summary"),
        data=data,
    )


def _load(lines: Sequence[str]) -> dict[str, Any]:
    if not lines:
        return {}
    source = "".join(line.rstrip("\r\n") + "\n" for line in lines[1:-1])
    try:
        data = tomllib.loads(source) if lines[0].lstrip(BYTE_ORDER_MARK).startswith("+++") else yaml.safe_load(source)
    except (tomllib.TOMLDecodeError, yaml.YAMLError, ValueError):
        return {}
    return data if isinstance(data, dict) else {}


def _first_text(data: dict[str, Any], *names: str) -> str:
    return next((data[name].strip() for name in names if isinstance(data.get(name), str)), "")
