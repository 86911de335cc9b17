"""A link case that passes every check, and the ways to break it, one rule at a time.

A corruptor must never break more than it has to: what it cannot help breaking besides is listed beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from articles.markdown.links import markdown_link
from articles.markdown.parser import parsed_blocks
from articles.markdown.splice import Change, apply
from articles.quality.case import LinkCase

BASE = (Path(__file__).parent / "samples" / "garden_gates.md").read_text(encoding="utf-8")
HREF = "https://gates.example.com/guides/wooden-gates?from=a&to=b"
ANCHOR = "a guide to garden gates"
LINK = markdown_link(HREF, ANCHOR)
ADDED = f" People who would like to build one can follow {LINK}."
PARAGRAPH = parsed_blocks(BASE)[3].source.rstrip("\n")
OPENING = parsed_blocks(BASE)[1].source

Corruption = Callable[[LinkCase], LinkCase]


@dataclass(frozen=True)
class Corruptor:
    check: str
    corrupt: Corruption
    also: frozenset[str] = frozenset()


def clean_case(base: str = BASE, paragraph: str = PARAGRAPH, added: str = ADDED) -> LinkCase:
    """One sentence with the link added to a paragraph of `base`."""
    return _case(base, paragraph, paragraph + added)


def _case(base: str, before: str, after: str) -> LinkCase:
    index, block = next(
        (index, block) for index, block in enumerate(parsed_blocks(base)) if block.source.rstrip("\r\n") == before
    )
    change = Change(block.start, block.end, before, after, "add_sentence", index, "The gates")
    return LinkCase(base, apply(base, change), change, HREF, ANCHOR, "en", True, [])


def after(text: str) -> Corruption:
    """The paragraph reads `text` after the change."""
    return lambda case: _case(case.base, case.change.before, text)


def in_after(old: str, new: str) -> Corruption:
    def corrupt(case: LinkCase) -> LinkCase:
        assert old in case.change.after
        return after(case.change.after.replace(old, new))(case)

    return corrupt


def in_base(old: str, new: str) -> Corruption:
    """The published article differs, and the candidate with it; the change stays the same."""

    def corrupt(case: LinkCase) -> LinkCase:
        assert old in case.base
        return _case(case.base.replace(old, new), case.change.before, case.change.after)

    return corrupt


def added(text: str) -> Corruption:
    return after(PARAGRAPH + text)


def _swap_maps(case: LinkCase) -> LinkCase:
    old, young = "[old\nmap](https://maps.example.org/old)", "[younger map](https://maps.example.org/new)"
    swapped = case.change.after.replace(old, "@").replace(young, old).replace("@", young)
    return after(swapped)(case)


ENDING = BASE[BASE.index(PARAGRAPH) + len(PARAGRAPH) :]
REWORDED_TWICE = PARAGRAPH.replace("still the shortest", "the shortest").replace("Nobody remembers", "Nobody knows")
LONG_SENTENCE = " " + "We go on and we do not stop and so " * 5 + "we do go on."
LONG_WORDS = " Considerations " + "concerning horticultural craftsmanship nevertheless " * 10 + "continue."

CORRUPTORS = [
    Corruptor("base_published", lambda case: replace(case, base_is_published=False)),
    Corruptor("outside_identical", lambda case: replace(case, candidate=case.candidate + "\n")),
    Corruptor(
        "one_block_changed",
        added(f"\n\nPeople who would like to build one can follow {LINK}."),
        frozenset({"alone_in_sentence"}),
    ),
    Corruptor(
        "one_new_link",
        added(f"{ADDED} Others follow [another one](https://other.example.com/)."),
        frozenset({"href_exact", "anchor_exact", "rel_sponsored", "alone_in_sentence"}),
    ),
    Corruptor("href_exact", in_after("from=a", "from=b")),
    Corruptor("anchor_exact", in_after(ANCHOR, "a guide to wooden gates")),
    Corruptor("rel_sponsored", in_after('rel="sponsored noopener"', 'rel="noopener sponsored"')),
    Corruptor("no_other_attributes", in_after(">)", '> "Buy")')),
    Corruptor("earlier_links_identical", _swap_maps),
    Corruptor("eligible_paragraph", in_base(PARAGRAPH, f"<aside>\n\n{PARAGRAPH}\n\n</aside>")),
    Corruptor("stays_plain", in_after("painted green", "painted ![green](/green.png)")),
    Corruptor("stays_plain", in_after("thin line", "~~thin line~~")),
    Corruptor("stays_plain", in_after(LINK, f"**{LINK}**")),
    Corruptor("after_opening", in_base(OPENING, "A short opening.\n"), frozenset({"eligible_paragraph", "density"})),
    Corruptor(
        "before_ending",
        in_base(ENDING, "\n\n[maps]: https://maps.example.org/\n"),
        frozenset({"eligible_paragraph", "density"}),
    ),
    Corruptor("alone_in_sentence", after(PARAGRAPH.replace("at all.", f"at all, and neither does {LINK}."))),
    Corruptor("density", in_base("The pump still works", f"The {markdown_link('https://p.example/', 'pump')} works")),
    Corruptor("target_new", in_base("The pump still works", "The [pump](http://www.gates.example.com/pump) works")),
    Corruptor(
        "sanitiser_unchanged",
        in_after("painted green", "painted ![green](ftp://example.org/green.png)"),
        frozenset({"stays_plain"}),
    ),
    Corruptor("no_raw_html", in_after("painted green", "painted <b>green</b>"), frozenset({"stays_plain"})),
    Corruptor("no_unsafe_urls", in_after("painted green", "painted green, see data:text/html,green")),
    Corruptor("no_template_tags", in_after("painted green", "painted {{ colour }} green"), frozenset({"stays_plain"})),
    Corruptor("no_hidden_characters", in_after("People who", "People\u200b who")),
    Corruptor("no_artefacts", in_after("People who", "As an AI, people who")),
    Corruptor("notes_not_echoed", lambda case: replace(case, notes="It is for people who would like to build gates.")),
    Corruptor("added_sentences", added(f"{ADDED} It is short. It is plain.")),
    Corruptor("added_words", added(f"{ADDED}{LONG_SENTENCE}")),
    Corruptor("similarity", added(f"{ADDED}{LONG_WORDS}")),
    Corruptor("sentences_kept", in_after(" Nobody remembers why it was painted green.", "")),
    Corruptor("sentences_kept", after(REWORDED_TWICE + ADDED)),
    Corruptor("numbers_kept", in_after("1931", "1913")),
    Corruptor("names_kept", in_after("Anna Keller", "Anna Miller")),
    Corruptor("dates_kept", in_after("4 May", "4 June"), frozenset({"names_kept"})),
    Corruptor("quotations_kept", in_after("a door in a hedge", "a gate in a hedge")),
    Corruptor("same_language", added(f" Wer selbst eines bauen möchte, findet die Anleitung hier: {LINK}.")),
    Corruptor("no_superlatives", in_after("can follow", "can follow the best of them,")),
    Corruptor("no_superlatives", added(f"{ADDED} It is the best one.")),
    Corruptor("no_promises", in_after("can follow", "can follow, guaranteed,")),
    Corruptor("no_prices", in_after("can follow", "can follow for free")),
]

WARNING_CORRUPTORS = [
    Corruptor("new_figures", in_after("People who", "Some 80 people who")),
    Corruptor("readability_shift", after(PARAGRAPH.replace(". ", ", and then ").replace(" Nobody", " nobody") + ADDED)),
    Corruptor("relevance", lambda case: replace(case, anchor="x", href="https://a.example/")),
    Corruptor("unlike_earlier", lambda case: replace(case, earlier=["Something else.", case.change.after])),
]
