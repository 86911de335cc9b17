"""Nothing of the machinery is left in the text: no markers, no small talk of a model, none of the customer's notes.

These checks must never forbid a subject: an article about language models may name them where it already did.
"""

import re
from collections import Counter

from articles.markdown.words import count_words, words
from articles.quality.case import LinkCase
from articles.quality.results import Finding, rule

ECHOED_WORDS = 5
_ECHOED_CHARACTERS = 12  # of a script without spaces

_ARTEFACT = re.compile(
    r"""\[\[ /? \w* \]? \]? | ``` | </?\w*\|
    | ["'](?:new_text|paragraph_id|mode|reason)["'] | \{\s*"\w+"\s*:
    | \bas\ an?\ (?:large\ )?(?:AI|artificial|language\ model) | \b(?:large\ )?language\ model\b
    | \bI\ (?:cannot|can't|am\ unable\ to)\b
    | \b(?:sure|certainly|of\ course)[,!]\ here | \bhere\ is\ the\ (?:revised|updated|new|rewritten)\b | \bnew_text\b
    | \bals\ (?:KI|Sprachmodell)\b | \ben\ tant\ qu['’](?:IA|modèle)\b
    | \bcomo\ (?:una\ )?IA\b | \bcomo\ modelo\ de\ lenguaje\b
    | \bкак\ (?:ИИ|языковая\ модель)\b | 作为(?:一个)?(?:AI|人工智能|语言模型)
    | AI로서 | 언어\ 모델로서 | كنموذج\ لغوي | कृत्रिम\ बुद्धिमत्ता\ के\ रूप\ में
    | \b(?:lorem\ ipsum|insert\ link\ here|link\ here)\b""",
    re.IGNORECASE | re.VERBOSE,
)


@rule("no markers, JSON or remarks of a model added")
def no_artefacts(case: LinkCase) -> Finding:
    after = case.change.after.replace(case.anchor, "\n")  # what was bought may name a subject that models speak of, too
    added = Counter(_ARTEFACT.findall(after)) - Counter(_ARTEFACT.findall(case.change.before))
    return not added, ", ".join(sorted(item.strip() for item in added)) or "none"


@rule(f"no {ECHOED_WORDS} words in a row from the customer's notes")
def notes_not_echoed(case: LinkCase) -> Finding:
    added = case.after.text.replace(case.anchor, "\n")
    echoed = _runs(case.notes) & _runs(added) - _runs(case.before.text)
    return not echoed, f"“{' '.join(min(echoed))}”" if echoed else "none"


def artefacts_in(text: str) -> list[str]:
    return [item.strip() for item in _ARTEFACT.findall(text)]


def _runs(text: str) -> set[tuple[str, ...]]:
    runs: set[tuple[str, ...]] = set()
    for line in text.lower().splitlines():
        found = words(line)
        length = ECHOED_WORDS if count_words(line, "") == len(found) else _ECHOED_CHARACTERS
        runs.update(tuple(found[start : start + length]) for start in range(len(found) - length + 1))
    return runs
