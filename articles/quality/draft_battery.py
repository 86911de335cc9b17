"""Every check a new article has to pass, in the order a reader of the certificate expects.

It must never stop at the first failure: the next attempt is told everything that was wrong.
"""

from collections.abc import Sequence

from articles.quality import draft_rules
from articles.quality.draft_case import DraftCase
from articles.quality.results import Certificate, Check

CHECKS: tuple[Check[DraftCase], ...] = (
    draft_rules.title_given,
    draft_rules.description_given,
    draft_rules.one_title_heading,
    draft_rules.heading_order,
    draft_rules.length,
    draft_rules.points_covered,
    draft_rules.no_placeholders,
    draft_rules.no_artefacts,
    draft_rules.quotations_given,
    draft_rules.figures_given,
    draft_rules.images_described,
    draft_rules.addresses_given,
    draft_rules.same_language,
    draft_rules.only_markdown,
    draft_rules.no_hidden_characters,
    draft_rules.unlike_archive,
)


def examine_draft(case: DraftCase, *, also: Sequence[Check[DraftCase]] = ()) -> Certificate:
    """The certificate of a new article. Raises nothing for a bad one, however bad: it fails checks."""
    return Certificate(tuple(check(case) for check in (*CHECKS, *also)))
