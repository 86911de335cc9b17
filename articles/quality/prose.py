"""The paragraph remains the author's: a little is added, nothing is lost.

These checks must never reward a rewrite: they compare what a reader saw with what a reader will see.
"""

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from articles.markdown.words import count_words, words
from articles.quality.case import LinkCase
from articles.quality.results import Finding, rule

MOST_ADDED_SENTENCES = 2
MOST_ADDED_WORDS = 60
MOST_REWORDED_SENTENCES = 1  # the writer may wrap, rewrite or add one sentence
LEAST_SIMILARITY = 70
LEAST_SENTENCE_SIMILARITY = 60


@rule(f"at most {MOST_ADDED_SENTENCES} sentences added")
def added_sentences(case: LinkCase) -> Finding:
    added = len(case.after_sentences) - len(case.before_sentences)
    return added <= MOST_ADDED_SENTENCES, f"{max(added, 0)} added"


@rule(f"at most {MOST_ADDED_WORDS} words added")
def added_words(case: LinkCase) -> Finding:
    after = words(case.after.text)
    opcodes = Indel.opcodes(words(case.before.text), after)
    inserted = [" ".join(after[code.dest_start : code.dest_end]) for code in opcodes if code.tag == "insert"]
    added = count_words(" ".join(inserted), case.language)
    return added <= MOST_ADDED_WORDS, f"{added} added"


@rule(f"the paragraph at least {LEAST_SIMILARITY} % as it was")
def similarity(case: LinkCase) -> Finding:
    ratio = fuzz.ratio(case.before.text, case.after.text)
    return ratio >= LEAST_SIMILARITY, f"{ratio:.0f} %"


@rule(f"every sentence of the published paragraph is still there, at most {MOST_REWORDED_SENTENCES} of them reworded")
def sentences_kept(case: LinkCase) -> Finding:
    reworded = [sentence for sentence in case.before_sentences if sentence not in case.after.text]
    lost = [sentence for sentence in reworded if not _is_recognised(sentence, case)]
    measured = f"lost: “{lost[0][:60]}”" if lost else f"{len(case.before_sentences)} kept, {len(reworded)} reworded"
    return not lost and len(reworded) <= MOST_REWORDED_SENTENCES, measured


def _is_recognised(sentence: str, case: LinkCase) -> bool:
    return any(fuzz.ratio(sentence, other) >= LEAST_SENTENCE_SIMILARITY for other in case.changed_sentences)
