"""The changed paragraph is in the article's language, the new sentences too.

It must never load its model before it is first asked: reading it takes a second, asking it a fraction of a millisecond.
"""

from functools import cache
from typing import TYPE_CHECKING

from articles.markdown.words import count_words
from articles.quality.case import LinkCase
from articles.quality.results import Finding, rule
from articles.quality.scripts import primary
from queues.on_demand import OnDemand

if TYPE_CHECKING:
    from py3langid import langid
else:
    langid = OnDemand("py3langid.langid")  # it brings NumPy: 11 MiB in every process

FEWEST_WORDS_TO_TELL = 5
LEAST_LIKELIHOOD = 0.05


@rule("the language of the article")
def same_language(case: LinkCase) -> Finding:
    """Asks about the whole paragraph and about each sentence that is new: one foreign sentence hides in a long
    paragraph. A paragraph the author wrote in another language may stay in it."""
    texts = [case.after.text, *(text for text in case.changed_sentences if _is_telling(text, case))]
    other = next((text for text in texts if not _reads_as(primary(case.language), text, case)), None)
    return other is None, primary(case.language) if other is None else f"{likely_language(other)}: “{other[:60]}”"


def likely_language(text: str) -> str:
    return str(_identifier().classify(text)[0])


def could_be(language: str, text: str) -> bool:
    """Whether `text` may be in `language`, a code without region; one that is not known cannot be told."""
    ranked: dict[str, float] = dict(_identifier().rank(text))
    return language not in ranked or next(iter(ranked)) == language or ranked[language] >= LEAST_LIKELIHOOD


def _reads_as(language: str, text: str, case: LinkCase) -> bool:
    ranked: dict[str, float] = dict(_identifier().rank(text))
    likeliest = next(iter(ranked))
    if likeliest == language or ranked.get(language, 0.0) >= LEAST_LIKELIHOOD:
        return True
    return likeliest == likely_language(case.before.text)


def _is_telling(text: str, case: LinkCase) -> bool:
    return count_words(text.replace(case.anchor, ""), case.language) >= FEWEST_WORDS_TO_TELL


@cache
def _identifier() -> "langid.LanguageIdentifier":
    return langid.LanguageIdentifier.from_model_file(langid.MODEL_FILE, norm_probs=True)
