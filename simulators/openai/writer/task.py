"""The link task as it arrives and the edit that answers it.

Plain data; what the paragraphs say must never be read as instructions.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Any

WRAP, ADD, REWRITE = "wrap", "add_sentence", "rewrite_sentence"
OPENING, CLOSING = "[[LINK]]", "[[/LINK]]"


class BadTask(ValueError):
    """The input is not a link task the writer can read."""


class Declined(Exception):
    """The writer reads the task and cannot do it honestly; the message is what it says instead."""


@dataclass(frozen=True)
class Paragraph:
    id: int
    text: str
    heading: str = ""
    following: str = ""


@dataclass(frozen=True)
class LinkTask:
    """`tried` counts the (paragraph, mode) pairs of earlier edits; `failed` names the checks the last one failed."""

    language: str
    anchor: str
    topic: str
    paragraphs: tuple[Paragraph, ...]
    tried: Counter[tuple[int, str]]
    failed: tuple[str, ...]
    variation: str

    @property
    def code(self) -> str:
        """The language without its region, except where the region changes the script."""
        language = self.language.lower().replace("_", "-")
        if language in ("zh-hant", "zh-tw", "zh-hk", "zh-mo"):
            return "zh-hant"
        return language.partition("-")[0]


@dataclass(frozen=True)
class Edit:
    paragraph_id: int
    mode: str
    new_text: str
    reason: str


def read_task(given: dict[str, Any]) -> LinkTask:
    """Raises BadTask when something is missing or of the wrong kind."""
    try:
        paragraphs = tuple(
            Paragraph(int(item["id"]), str(item["text"]), str(item.get("heading", "")), str(item.get("following", "")))
            for item in given["paragraphs"]
        )
        tried = Counter((int(pair["paragraph_id"]), str(pair["mode"])) for pair in given.get("tried", ()))
        failed = tuple(str(check["check"]) for check in given.get("failed_checks", ()))
        anchor, language = str(given["anchor"]), str(given["language"])
    except (KeyError, TypeError, ValueError, AttributeError) as problem:
        raise BadTask(f"not a weave_link task: {type(problem).__name__} {problem}") from problem
    if not paragraphs or not anchor.strip():
        raise BadTask("a weave_link task needs an anchor and at least one paragraph")
    topic, variation = str(given.get("target_topic", "")), str(given.get("variation", ""))
    return LinkTask(language, anchor, topic, paragraphs, tried, failed, variation)


def marked(anchor: str) -> str:
    return f"{OPENING}{anchor}{CLOSING}"
