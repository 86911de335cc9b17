"""The sentence around the link, and whatever else was written for it, informs and does not advertise.

These checks must never look further than that: the rest of the article is the author's own opinion.
"""

from articles.quality.case import LinkCase
from articles.quality.claims import claims_in
from articles.quality.results import Finding, rule


@rule("no superlative near the link")
def no_superlatives(case: LinkCase) -> Finding:
    return _none_of("superlative", case)


@rule("no promise near the link")
def no_promises(case: LinkCase) -> Finding:
    return _none_of("promise", case)


@rule("no price or offer near the link")
def no_prices(case: LinkCase) -> Finding:
    return _none_of("price", case)


def _none_of(kind: str, case: LinkCase) -> Finding:
    near = "\n".join(dict.fromkeys([case.link_sentence, *case.changed_sentences]))
    found = [claim.words for claim in claims_in(near, language=case.language) if claim.kind == kind]
    return not found, ", ".join(found) or "none"
