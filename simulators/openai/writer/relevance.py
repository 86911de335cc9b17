"""Which paragraph is nearest to the link: Okapi BM25 of the anchor and its topic against paragraphs and headings.

Counting words only; it must never look at anything beyond the texts it is given.
"""

import math
import re
from collections import Counter
from collections.abc import Sequence

SATURATION, LENGTH_WEIGHT = 1.5, 0.75
STEM_LETTERS = 6
HEADING_WEIGHT = 2
# Scripts written without spaces, and Korean, whose particles cling to the word: compared by pairs of characters.
UNSPACED = re.compile(r"[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
WORD = re.compile(r"[^\W_]+(?:[\u0900-\u0dff]+[^\W_]*)*")
COMMON_WORDS = (
    "about after also and are been but can for from had has have how into its not our out that the their them then "
    "there these they this was were what when where which who why will with you your com org net www html http https "
    "aber als auch auf aus bei das dass dem den der des die ein eine einem einen einer für haben ihr ist kann mit "
    "nach nicht oder sich sie sind und von vor werden wie wird zum zur "
    "aux avec ces cette comme dans des elle est être les leur mais nous ont par pas plus pour que qui ses son sont "
    "sur une vos votre vous "
    "como con del ella entre era esta este las los más para pero por porque ser sin son sus una uno "
    "без был было для его или как когда мне мы над они она это так что чтобы"
)
COMMON = frozenset(COMMON_WORDS.split())


def scores(query: str, texts: Sequence[tuple[str, str]]) -> list[float]:
    """BM25 of the query against each (heading, text); 0 where nothing is shared."""
    documents = [Counter(terms(text) + terms(heading) * HEADING_WEIGHT) for heading, text in texts]
    wanted = frozenset(terms(query))
    average = sum(counts.total() for counts in documents) / len(documents) or 1.0
    found_in = {term: sum(1 for counts in documents if counts[term]) for term in wanted}
    return [_score(wanted, counts, found_in, len(documents), average) for counts in documents]


def _score(wanted: frozenset[str], counts: Counter[str], found_in: dict[str, int], total: int, average: float) -> float:
    score = 0.0
    for term in wanted:
        rarity = math.log(1 + (total - found_in[term] + 0.5) / (found_in[term] + 0.5))
        norm = SATURATION * (1 - LENGTH_WEIGHT + LENGTH_WEIGHT * counts.total() / average)
        score += rarity * counts[term] * (SATURATION + 1) / (counts[term] + norm)
    return score


def terms(text: str) -> list[str]:
    """What is compared: word stems, and pairs of characters where words have no spaces."""
    text = text.casefold()
    pairs = [run[i : i + 2] for run in UNSPACED.findall(text) for i in range(len(run) - 1)]
    return pairs + [word[:STEM_LETTERS] for word in _words(text)]


def shared_words(query: str, text: str) -> list[str]:
    """Words of the query that the text has too, by their stems, and what runs of unspaced script they share."""
    query, text = query.casefold(), text.casefold()
    known = frozenset(word[:STEM_LETTERS] for word in _words(text))
    words = [word for word in _words(query) if word[:STEM_LETTERS] in known]
    runs = [shared for run in UNSPACED.findall(query) for shared in _shared_runs(run, text)]
    return list(dict.fromkeys(words + runs))


def _shared_runs(run: str, text: str) -> list[str]:
    """The longest stretches of two characters or more that the text has too, from left to right."""
    found, start = [], 0
    while start < len(run) - 1:
        end = start + 1
        while end < len(run) and run[start : end + 1] in text:
            end += 1
        if end - start > 1:
            found.append(run[start:end])
        start = end
    return found


def _words(text: str) -> list[str]:
    return [word for word in WORD.findall(UNSPACED.sub(" ", text)) if len(word) > 2 and word not in COMMON]
