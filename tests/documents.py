"""The pages under docs/, as the tests of them read them: what is run, what is quoted, what is named."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.system import ROOT

PAGES = sorted(
    path.relative_to(ROOT)
    for pattern in ("*.md", "operations/*.md", "troubleshooting/*.md")
    for path in (ROOT / "docs").glob(pattern)
)
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_FIGURES = re.compile(r"<!-- \w+: figures begin -->.*?<!-- \w+: figures end -->", re.DOTALL)


@dataclass(frozen=True)
class Block:
    """What stands between two fences; `before` is the line above it that says something."""

    language: str
    text: str
    line: int
    before: str


def blocks(page: Path, *languages: str) -> Iterator[Block]:
    text = (ROOT / page).read_text()
    for fence in _FENCE.finditer(text):
        above = text[: fence.start()]
        if fence[1] in languages:
            yield Block(fence[1], fence[2], above.count("\n") + 2, above.rstrip().rpartition("\n")[2])


def prose(page: Path) -> str:
    """The page without its blocks, and without what a benchmark wrote into it."""
    return _FIGURES.sub("", _FENCE.sub("", (ROOT / page).read_text()))


def code(page: Path) -> list[str]:
    """What stands between single backticks."""
    return re.findall(r"`([^`\n]+)`", prose(page))


def links(page: Path) -> list[str]:
    """Where its links lead on this disk."""
    every = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    return [link.partition("#")[0] for link in every if not re.match(r"https?:|mailto:|#", link)]


def said(page: Path) -> str:
    """All that must be true of names: prose, and every block of it."""
    return prose(page) + "".join(block.text for block in blocks(page, "sh", "text"))


def script(page: Path) -> str:
    """A page's commands in order, as one shell runs them; each says where it stands before it begins."""
    return "".join(f"echo '--- {page}:{each.line}'\n{each.text}" for each in blocks(page, "sh"))
