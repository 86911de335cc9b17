"""One paragraph of a post changed by its source lines.

It must never touch another byte: the rest of the post is copied, not written again.
"""

from dataclasses import asdict, dataclass, fields
from typing import Any

from articles.markdown.lines import line_ending, split_lines, with_line_endings, without_ending
from articles.markdown.paragraphs import Paragraph, eligible_paragraphs


class ChangeDoesNotApply(Exception):
    """The post no longer holds the paragraph this change was made for."""


@dataclass(frozen=True)
class Change:
    """Lines `start` up to, not including, `end` hold `before` and shall hold `after` (both without the last line
    ending, which stays as it is)."""

    start: int
    end: int
    before: str
    after: str
    mode: str
    paragraph_id: int
    heading: str

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Change":
        return cls(**{item.name: data[item.name] for item in fields(cls)})


def change_paragraph(paragraph: Paragraph, new_text: str, *, mode: str) -> Change:
    """The change that gives `paragraph` the source `new_text`, in the line endings the paragraph itself uses."""
    after = without_ending(new_text.strip("\r\n"))
    if "\n" in after or "\r" in after:
        after = with_line_endings(after, line_ending(paragraph.source))
    return Change(paragraph.start, paragraph.end, paragraph.source, after, mode, paragraph.id, paragraph.heading)


def apply(body: str, change: Change) -> str:
    """`body` with the change made; raises ChangeDoesNotApply when its lines do not hold `change.before`."""
    lines = split_lines(body)
    source = "".join(lines[change.start : change.end])
    if not 0 <= change.start < change.end <= len(lines) or without_ending(source) != change.before:
        raise ChangeDoesNotApply(f"lines {change.start + 1} to {change.end} do not hold the paragraph")
    ending = source[len(change.before) :]
    return "".join(lines[: change.start]) + change.after + ending + "".join(lines[change.end :])


def reapply(body: str, change: Change, *, language: str) -> Change:
    """The same change for another state of the post, where its paragraph may have moved.

    The paragraph must stand there verbatim, exactly once and eligible; otherwise ChangeDoesNotApply.
    """
    found = [item for item in eligible_paragraphs(body, language=language) if item.source == change.before]
    if len(found) != 1:
        raise ChangeDoesNotApply(f"the paragraph is found {len(found)} times among those that may take a link")
    return change_paragraph(found[0], change.after, mode=change.mode)
