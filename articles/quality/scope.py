"""The change stays where it was agreed: on the published text, in one paragraph, every other byte untouched.

These checks must never trust the splice: they compare the two texts.
"""

from articles.markdown.lines import split_lines
from articles.quality.case import LinkCase
from articles.quality.results import Finding, rule


@rule("written for the published version")
def base_published(case: LinkCase) -> Finding:
    return case.base_is_published, "still published" if case.base_is_published else "another version is published now"


@rule("every byte outside the paragraph as published")
def outside_identical(case: LinkCase) -> Finding:
    lines, change = split_lines(case.base), case.change
    head = "".join(lines[: change.start]).encode()
    paragraph = "".join(lines[change.start : change.end])
    tail = (paragraph[len(change.before) :] + "".join(lines[change.end :])).encode()
    candidate = case.candidate.encode()
    if not paragraph.startswith(change.before):
        return False, "the published text does not hold the paragraph there"
    same = candidate == head + change.after.encode() + tail
    return same, f"{len(head) + len(tail)} bytes identical" if same else "other bytes differ"


@rule("exactly one block changed, a paragraph before and after")
def one_block_changed(case: LinkCase) -> Finding:
    base, candidate = case.base_blocks, case.candidate_blocks
    if len(base) != len(candidate):
        return False, f"{len(base)} blocks became {len(candidate)}"
    changed = [
        index for index, pair in enumerate(zip(base, candidate, strict=True)) if pair[0].source != pair[1].source
    ]
    kinds = {(base[index].kind, candidate[index].kind) for index in changed}
    measured = f"{len(changed)} changed" + "".join(f", {before} to {after}" for before, after in sorted(kinds))
    return changed == [case.change.paragraph_id] and kinds == {("paragraph", "paragraph")}, measured
