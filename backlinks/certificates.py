"""A version's certificate in words: each check with a name a customer understands.

Nothing is judged here; what was measured is shown as it was measured.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

LABELS: Mapping[str, str] = {
    "base_published": "Written for the published text",
    "outside_identical": "Everything else in the article unchanged",
    "one_block_changed": "One paragraph changed",
    "one_new_link": "One new link",
    "href_exact": "Address exactly as bought",
    "anchor_exact": "Words exactly as bought",
    "rel_sponsored": "Marked as sponsored",
    "no_other_attributes": "Nothing else attached to the link",
    "earlier_links_identical": "The article's own links unchanged",
    "eligible_paragraph": "In a suitable paragraph",
    "stays_plain": "Plain text only",
    "after_opening": "After the article's opening",
    "before_ending": "Before the article's ending",
    "alone_in_sentence": "The only link in its sentence",
    "density": "Paid links in the article",
    "target_new": "Website not linked before",
    "sanitiser_unchanged": "Safe as published",
    "no_raw_html": "No HTML added",
    "no_unsafe_urls": "No unsafe addresses",
    "no_template_tags": "No template tags added",
    "no_hidden_characters": "No hidden characters",
    "no_artefacts": "No traces of the writing tool",
    "notes_not_echoed": "Notes not copied into the text",
    "added_sentences": "Sentences added",
    "added_words": "Words added",
    "similarity": "Paragraph kept as it was",
    "sentences_kept": "Every sentence kept",
    "numbers_kept": "Every number kept",
    "names_kept": "Every name kept",
    "dates_kept": "Every date kept",
    "quotations_kept": "Every quotation kept",
    "same_language": "Language of the article",
    "no_superlatives": "No superlatives",
    "no_promises": "No promises",
    "no_prices": "No prices or offers",
    "new_figures": "No figures added",
    "readability_shift": "Reads as easily as before",
    "relevance": "Near the paragraph's subject",
    "unlike_earlier": "Different from earlier versions",
    "editors_opinion": "AI editor's opinion",
    "title_given": "Has a title",
    "description_given": "Has a description",
    "one_title_heading": "One main heading",
    "heading_order": "Headings in order",
    "length": "Length as ordered",
    "points_covered": "Every point of the brief covered",
    "no_placeholders": "Nothing left unfinished",
    "quotations_given": "No invented quotations",
    "figures_given": "No invented numbers or dates",
    "images_described": "Images described",
    "addresses_given": "No addresses of its own",
    "only_markdown": "Plain formatting only",
    "unlike_archive": "Unlike any article we have",
}


@dataclass(frozen=True)
class Row:
    check: str
    label: str
    passed: bool
    measured: str
    limit: str
    blocking: bool

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def readable(certificate: Sequence[Mapping[str, Any]]) -> list[Row]:
    """In the order the checks were made. A check without a name of its own is shown by its code."""
    return [Row(label=label_of(result["check"]), **result) for result in certificate]


def label_of(check: str) -> str:
    return LABELS.get(check, check.replace("_", " ").capitalize())
