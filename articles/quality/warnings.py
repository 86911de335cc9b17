"""What an editor should look at but no machine should decide.

Nothing here may ever block: a warning that must stop a link belongs among the rules.
"""

import re
from itertools import pairwise
from urllib.parse import unquote, urlsplit

from rapidfuzz import fuzz

from articles.markdown.parser import parsed_blocks
from articles.markdown.sentences import sentences
from articles.markdown.words import count_words, is_unspaced, words
from articles.quality.case import LinkCase, span_around
from articles.quality.results import Finding, warning

MOST_READABILITY_SHIFT = 8
MOST_LIKENESS = 90
_STEM = 5


@warning(f"sentences at most {MOST_READABILITY_SHIFT} words longer on average")
def readability_shift(case: LinkCase) -> Finding:
    shift = _words_per_sentence(case.after.text, case) - _words_per_sentence(case.before.text, case)
    return shift <= MOST_READABILITY_SHIFT, f"{shift:+.1f} words per sentence"


@warning("the paragraph or its heading shares a word with the anchor or the address")
def relevance(case: LinkCase) -> Finding:
    address = urlsplit(case.href)
    topic = stems(f"{case.anchor} {re.sub(r'[-_./+]', ' ', unquote(address.path))}")
    shared = topic & stems(f"{case.change.heading} {case.before.text}")
    return bool(shared), f"{len(shared)} of {len(topic)} words shared"


@warning(f"the link's sentence at most {MOST_LIKENESS} % like an earlier candidate's")
def unlike_earlier(case: LinkCase) -> Finding:
    likeness = max((fuzz.ratio(case.link_sentence, _link_sentence(text)) for text in case.earlier), default=0.0)
    return likeness <= MOST_LIKENESS, f"{likeness:.0f} %"


def _words_per_sentence(text: str, case: LinkCase) -> float:
    return count_words(text, case.language) / max(1, len(sentences(text)))


def stems(text: str) -> set[str]:
    """The beginnings of the longer words; pairs of characters where a script has no spaces."""
    if is_unspaced(text):
        characters = words(text)
        return {first + second for first, second in pairwise(characters)}
    return {word[:_STEM] for word in words(text.lower()) if len(word) >= _STEM - 1}


def _link_sentence(paragraph: str) -> str:
    """The sentence with the paid link in the Markdown of one paragraph."""
    for block in parsed_blocks(paragraph):
        for anchor in block.seen.anchors:
            if "sponsored" in anchor.attributes.get("rel", ""):
                start, end = span_around(block.seen.text, anchor)
                return block.seen.text[start:end]
    return ""
