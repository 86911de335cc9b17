"""The link stands where a reader would not mind it: in plain prose, past the opening, before the ending.

These checks must never depend on the paragraph the writer was offered; they look at where the link landed.
"""

from articles.markdown.paragraphs import (
    OPENING_WORDS,
    SHORTEST_PARAGRAPH_WORDS,
    eligible_paragraphs,
    is_plain,
    last_prose_block,
    words_before,
)
from articles.quality.case import LinkCase, block_at, span_around
from articles.quality.emphases import set_off
from articles.quality.results import Finding, rule


@rule(f"a plain paragraph of the article, at least {SHORTEST_PARAGRAPH_WORDS} words long")
def eligible_paragraph(case: LinkCase) -> Finding:
    eligible = eligible_paragraphs(case.base, language=case.language)
    found = any(item.id == case.change.paragraph_id and item.source == case.change.before for item in eligible)
    return found, "one of them" if found else f"not one of the article's {len(eligible)}"


@rule("plain prose, formatted as it was, and the link not set off")
def stays_plain(case: LinkCase) -> Finding:
    """Bold would shout, and a sentence that is struck out is lost although its words are still there.

    To count what is set off is not enough: it could be taken from the author's words and given to the link.
    """
    before = block_at(case.base_blocks, case.change.paragraph_id)
    if before is None or case.after_block is None or not is_plain(case.after_block):
        return False, "holds more than plain prose"
    link = case.placed
    if link and any(other.start < link.end and link.start < other.end for other in case.after.emphases):
        return False, "the link is set off"
    unchanged = frozenset(case.before_sentences) & frozenset(case.after_sentences)
    was, now = set_off(case.before, unchanged), set_off(case.after, unchanged)
    if differing := [*(was - now), *(now - was)]:
        return False, f"formatting added or lost: “{differing[0].words[:60]}”"
    return True, "plain prose, formatted as it was"


@rule(f"after the first {OPENING_WORDS} words")
def after_opening(case: LinkCase) -> Finding:
    words = words_before(case.base_blocks, case.change.paragraph_id, case.language)
    return words >= OPENING_WORDS, f"{words} words before it"


@rule("not in the block the article ends with")
def before_ending(case: LinkCase) -> Finding:
    left = last_prose_block(case.base_blocks) - case.change.paragraph_id
    return left > 0, f"{max(left, 0)} blocks after it"


@rule("no other link in its sentence")
def alone_in_sentence(case: LinkCase) -> Finding:
    if case.placed is None:
        return False, "no new link in the paragraph"
    start, end = span_around(case.after.text, case.placed)
    others = [anchor for anchor in case.after.anchors if anchor != case.placed]
    near = sum(anchor.start < end and start < anchor.end for anchor in others)
    bare = case.link_sentence.count("://")
    return near + bare == 0, f"{near + bare} other links in its sentence"
