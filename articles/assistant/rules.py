"""What an answer of the model has to be before anybody is shown it.

These checks never judge taste: an editor does. They hold what was there before, and let nothing in but words.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from articles.markdown.links import links
from articles.markdown.parser import parsed_blocks
from articles.models import Placement
from articles.placements import broken_links
from articles.quality import draft_rules
from articles.quality.draft_case import DraftCase
from articles.quality.results import Check, CheckResult, Finding, rule

_MARKUP = re.compile(r"[\n\r<>`*_\[\]{}|\\]|^\s*(?:[#>+~-]|\d+[.)]\s)|https?://|\bwww\.")
_WORDS_ONLY: tuple[Check[DraftCase], ...] = (
    draft_rules.no_placeholders,
    draft_rules.no_artefacts,
    draft_rules.only_markdown,
    draft_rules.no_hidden_characters,
)
_NOTHING_NEW: tuple[Check[DraftCase], ...] = (draft_rules.quotations_given, draft_rules.figures_given)


@dataclass(frozen=True)
class Edited:
    """A text before and after, and the paid links that stand in it for readers."""

    before: str
    after: str
    paid: tuple[Placement, ...] = ()


@rule("no link and no image")
def no_links(case: DraftCase) -> Finding:
    found = len(case.links) + len(case.images)
    return not found, f"{found} found"


@rule("every block of the text still there, in order, byte for byte")
def rest_untouched(case: Edited) -> Finding:
    after = iter(_sources(case.after))
    gone = [source for source in _sources(case.before) if source not in after]
    return not gone, f"“{gone[0][:60]}” is not" if gone else "all"


@rule("every paid link exactly once, as it was bought")
def paid_links_stand(case: Edited) -> Finding:
    broken = broken_links(case.after, case.paid)
    return not broken, ", ".join(link.href for link in broken)[:200] or "all"


@rule("every word outside headings unchanged")
def prose_unchanged(case: Edited) -> Finding:
    changed = [b for a, b in zip(_prose(case.before), _prose(case.after), strict=False) if a != b]
    same = not changed and len(_prose(case.before)) == len(_prose(case.after))
    return same, "all" if same else f"“{(changed or ['a block'])[0][:60]}” is not"


@rule("every link that was there still there")
def links_kept(case: Edited) -> Finding:
    before, after = (
        Counter((link.href, link.text, link.rel) for link in links(text)) for text in (case.before, case.after)
    )
    lost = before - after
    return not lost, ", ".join(href for href, _, _ in lost)[:200] or "all"


WORDS = (*_WORDS_ONLY, *_NOTHING_NEW, draft_rules.same_language, no_links)
TRANSLATED = (
    *_WORDS_ONLY,
    draft_rules.same_language,
    draft_rules.title_given,
    draft_rules.description_given,
    draft_rules.addresses_given,
)
ADDED = (rest_untouched, paid_links_stand)
REWORDED = (prose_unchanged, links_kept, paid_links_stand)


def examined(words: DraftCase, checks: Sequence[Check[DraftCase]], lines: Iterable[str]) -> list[CheckResult]:
    """`lines` are those that must be plain words in one line each."""
    return [plain_lines(lines), *(check(words) for check in checks)]


def plain_lines(lines: Iterable[str]) -> CheckResult:
    marked = [line for line in lines if _MARKUP.search(line) or not line.strip()]
    return CheckResult(
        "plain_lines", not marked, f"“{marked[0][:60]}”" if marked else "all", "one line of words, no markup"
    )


def fits(check: str, is_so: bool, measured: str, limit: str) -> CheckResult:
    return CheckResult(check, is_so, measured, limit)


def links_made(before: str, after: str, asked: int) -> CheckResult:
    """A link within code or a formula is none."""
    made = len(links(after)) - len(links(before))
    return fits("links_made", made == asked, f"{made} made", f"{asked} as asked")


def _sources(body: str) -> list[str]:
    return [block.source.rstrip("\r\n") for block in parsed_blocks(body)]


def _prose(body: str) -> list[str]:
    return [block.seen.text or block.source for block in parsed_blocks(body) if block.kind != "heading"]
