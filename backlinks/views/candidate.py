"""A version that passed its checks, as people judge it: its difference, its certificate, who wrote it. Reads only."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.utils.safestring import SafeString, mark_safe

from articles.markdown.frontmatter import FrontMatter, read
from articles.markdown.render import render
from articles.models import ArticleVersion
from backlinks.certificates import Row, readable
from backlinks.preview import Preview, preview_of

MODES = {
    "wrap": "Words that stood there already became the link.",
    "rewrite_sentence": "One sentence was rewritten to carry the link.",
    "add_sentence": "A sentence was added to carry the link.",
}
OFFLINE = "offline"
SHOWN_AT_ONCE = 5


@dataclass(frozen=True)
class Candidate:
    version: ArticleVersion
    preview: Preview
    heading: str
    mode: str
    number: int
    certificate: list[Row]

    @property
    def is_whole(self) -> bool:
        """A new article, of which everything is to be read, not one paragraph."""
        return self.version.base_id is None

    @cached_property
    def matter(self) -> FrontMatter:
        return read(self.version.body)

    @cached_property
    def html(self) -> SafeString:
        """The whole text as readers will see it."""
        return mark_safe(render(self.version.body))  # sanitised by `render`

    @property
    def is_offline(self) -> bool:
        return OFFLINE in self.version.author_label

    @property
    def met(self) -> int:
        return len(self.certificate) - len(self.not_met)

    @property
    def not_met(self) -> list[Row]:
        """Warnings; blocking ones only in what was kept for staff."""
        return [row for row in self.certificate if not row.passed]


@dataclass(frozen=True)
class Earlier:
    """The earlier versions, newest first, a handful at a time; `newer` and `older` are pages, None at the ends."""

    shown: list[Candidate]
    total: int
    newer: int | None
    older: int | None


def candidate_of(version: ArticleVersion) -> Candidate:
    change: dict[str, Any] = version.change or {}
    metadata: dict[str, Any] = version.backlink_metadata or {}
    return Candidate(
        version=version,
        preview=preview_of(version),
        heading=change.get("heading", ""),
        mode=MODES.get(change.get("mode", ""), ""),
        number=metadata.get("regeneration_count", 0) + 1,
        certificate=readable(version.certificate),
    )


def earlier_versions(versions: list[ArticleVersion], page: int) -> Earlier:
    """`page` counts from 1; one that is not there is the nearest that is."""
    last = max(1, -(-len(versions) // SHOWN_AT_ONCE))
    page = min(max(page, 1), last)
    first = (page - 1) * SHOWN_AT_ONCE
    return Earlier(
        shown=[candidate_of(version) for version in versions[first : first + SHOWN_AT_ONCE]],
        total=len(versions),
        newer=page - 1 if page > 1 else None,
        older=page + 1 if page < last else None,
    )
