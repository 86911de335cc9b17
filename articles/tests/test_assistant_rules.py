"""Each rule on what a model says, and what makes it fail."""

import pytest

from articles.assistant import rules
from articles.assistant.rules import Edited
from articles.models import Placement
from articles.quality.draft_case import DraftCase
from articles.tests.given import BODY, BREW, with_link

PAID = Placement(href=BREW, anchor="brewing guide")
BEFORE = "First one.\n\n## Heading\n\nSecond, with a [link](/there/).\n"


@pytest.mark.parametrize(
    "line",
    [
        "<b>bold</b>",
        "# a heading",
        "1. a list",
        "- a list",
        "a [link](/x)",
        "`code`",
        "two\nlines",
        " ",
        "www.a.example",
    ],
)
def test_a_line_is_words_without_markup(line):
    assert rules.plain_lines(["Plain words: 3 of them, isn't it?"]).passed
    assert not rules.plain_lines(["Plain words", line]).passed


def test_what_is_added_takes_nothing_away():
    assert rules.rest_untouched(Edited(BEFORE, f"New.\n\n{BEFORE}\nMore.\n")).passed
    assert rules.rest_untouched(Edited(BEFORE, BEFORE.replace("First", "Best"))).measured == "“First one.” is not"
    assert not rules.rest_untouched(Edited(BEFORE, f"```\n{BEFORE}")).passed  # swallowed by code that never ends


def test_other_words_only_in_headings():
    assert rules.prose_unchanged(Edited(BEFORE, BEFORE.replace("Heading", "Another"))).passed
    assert rules.prose_unchanged(Edited(BEFORE, BEFORE.replace("First", "[First](/x/)"))).passed
    assert not rules.prose_unchanged(Edited(BEFORE, BEFORE.replace("First", "Best"))).passed
    assert not rules.prose_unchanged(Edited(BEFORE, f"{BEFORE}\nMore.\n")).passed


def test_links_that_were_there_stay_and_those_asked_for_come():
    assert rules.links_kept(Edited(BEFORE, BEFORE.replace("First", "[First](/x/)"))).passed
    assert rules.links_kept(Edited(BEFORE, BEFORE.replace("/there/", "/elsewhere/"))).measured == "/there/"
    assert rules.links_made("A `word`.", "A `[word](/x/)`.", 1).measured == "0 made"


def test_a_paid_link_stands_exactly_once():
    sold = with_link(BODY)

    assert rules.paid_links_stand(Edited(sold, sold, (PAID,))).passed
    assert rules.paid_links_stand(Edited(sold, BODY, (PAID,))).measured == BREW
    assert not rules.paid_links_stand(Edited(sold, with_link(sold, paragraph=6), (PAID,))).passed


@pytest.mark.parametrize("text", ["See [this](/x/).", "![A cup](/cup.png)", "<https://a.example>"])
def test_a_piece_brings_no_link(text):
    def case(body: str) -> DraftCase:
        return DraftCase("", "", body, "", (), "", 0, "en")

    assert rules.no_links(case("Only words.")).passed
    assert not rules.no_links(case(text)).passed
