"""Every check a bought link has to pass, in the order a reader of the certificate expects.

It must never stop at the first failure: the next attempt is told everything that was wrong.
"""

from articles.quality import (
    artefacts,
    claim_rules,
    facts,
    language,
    link_rules,
    position,
    prose,
    safety,
    scope,
    warnings,
)
from articles.quality.case import LinkCase
from articles.quality.results import Certificate, Check

CHECKS: tuple[Check[LinkCase], ...] = (
    scope.base_published,
    scope.outside_identical,
    scope.one_block_changed,
    link_rules.one_new_link,
    link_rules.href_exact,
    link_rules.anchor_exact,
    link_rules.rel_sponsored,
    link_rules.no_other_attributes,
    link_rules.earlier_links_identical,
    position.eligible_paragraph,
    position.stays_plain,
    position.after_opening,
    position.before_ending,
    position.alone_in_sentence,
    link_rules.density,
    link_rules.target_new,
    safety.sanitiser_unchanged,
    safety.no_raw_html,
    safety.no_unsafe_urls,
    safety.no_template_tags,
    safety.no_hidden_characters,
    artefacts.no_artefacts,
    artefacts.notes_not_echoed,
    prose.added_sentences,
    prose.added_words,
    prose.similarity,
    prose.sentences_kept,
    facts.numbers_kept,
    facts.names_kept,
    facts.dates_kept,
    facts.quotations_kept,
    language.same_language,
    claim_rules.no_superlatives,
    claim_rules.no_promises,
    claim_rules.no_prices,
    facts.new_figures,
    warnings.readability_shift,
    warnings.relevance,
    warnings.unlike_earlier,
)


def examine(case: LinkCase) -> Certificate:
    """The certificate of one candidate. Raises nothing for a bad candidate, however bad: it fails checks."""
    return Certificate(tuple(check(case) for check in CHECKS))
