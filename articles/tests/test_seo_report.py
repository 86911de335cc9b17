"""The SEO report's numbers on three articles, worked out by hand beside each."""

from dataclasses import replace

import pytest

from articles.seo.report import Page, report
from articles.seo.width import pixels

# Tea: title "Tea at home" at 20 px: T611 e556 a556 _278 a556 t278 _278 h556 o556 m833 e556 = 5614 / 1000 * 20 = 112.28
# description "Warm water." at 14 px: W944 a556 r333 m833 _278 w722 a556 t278 e556 r333 .278 = 5667 / 1000 * 14 = 79.3
TEA = Page(
    title="Tea at home",
    description="Warm water.",
    slug="tea-at-home",
    body="Tea likes warm water. It is ready soon.\n\n## The tea\n\nSee [the pot](/articles/pot/) for more of it.\n",
    keyword="tea",
    host="desk.example",
)
# Its words: tea likes warm water it is ready soon (8), the tea (2), see the pot articles pot for more of it (9): 19.
# "tea" twice: 2 / 19 = 10.53 %. Sentences without the heading: 4, 4 and 9 words: 17 / 3 = 5.7.
# Met: title 15, description 10, slug 10, in title 20, opening 10, heading 10, sentences 10, links 5 = 90 of 100.

# Bread: no keyword in the title or a heading; in the opening once. 10 + 10 + 6 words.
BREAD = Page(
    title="Flour",
    description="",
    slug="Flour Power",
    body="Good sour dough takes one long night and no yeast.\n\nIt rises slowly and it is baked on a stone.\n",
    keyword="sour dough",
)
# Words 10 + 10 = 20; "sour dough" once is 2 words: 10 %. Sentences 10 and 10: 10.0. No link.
# Title "Flour": F611 l222 o556 u556 r333 = 2278 / 1000 * 20 = 45.56. Met: title 15, opening 10, sentences 10 = 35.

# Rain: long lines, and the keyword nowhere.
RAIN = Page(
    title="W" * 32,  # 32 * 944 / 1000 * 20 = 604.16
    description="m" * 79,  # 79 * 833 / 1000 * 14 = 921.3
    slug="rain",
    body=" ".join(["word"] * 26) + ".\n",
    keyword="umbrella",
    is_slug_free=False,
)
# Sentences: 26.0 words. Nothing is met: 0.


def told(page: Page) -> dict[str, tuple[bool, str]]:
    return {result.check: (result.passed, result.measured) for result in report(page).results}


def test_tea():
    assert told(TEA) == {
        "title_width": (True, "112 px"),
        "description_width": (True, "79 px"),
        "slug": (True, "tea-at-home"),
        "keyword_in_title": (True, "yes"),
        "keyword_in_opening": (True, "yes"),
        "keyword_in_heading": (True, "yes"),
        "keyword_density": (False, "10.53 %"),
        "sentence_length": (True, "5.7 words"),
        "internal_links": (True, "1"),
    }
    assert (report(TEA).score, report(TEA).hard_failures) == (90, [])


def test_bread():
    assert told(BREAD) == {
        "title_width": (True, "46 px"),
        "description_width": (False, "0 px"),
        "slug": (False, "Flour Power"),
        "keyword_in_title": (False, "no"),
        "keyword_in_opening": (True, "yes"),
        "keyword_in_heading": (False, "no"),
        "keyword_density": (False, "10.00 %"),
        "sentence_length": (True, "10.0 words"),
        "internal_links": (False, "0"),
    }
    assert report(BREAD).score == 35
    assert [result.check for result in report(BREAD).hard_failures] == ["description_width", "slug"]


def test_rain():
    assert told(RAIN) == {
        "title_width": (False, "604 px"),
        "description_width": (False, "921 px"),
        "slug": (False, "rain, taken"),
        "keyword_in_title": (False, "no"),
        "keyword_in_opening": (False, "no"),
        "keyword_in_heading": (False, "no"),
        "keyword_density": (False, "0.00 %"),
        "sentence_length": (False, "26.0 words"),
        "internal_links": (False, "0"),
    }
    assert report(RAIN).score == 0
    assert [result.check for result in report(RAIN).hard_failures] == ["slug", "keyword_in_title"]


@pytest.mark.parametrize(
    ("slug", "passed"),
    [("a" * 75, True), ("a" * 76, False), ("a-b", True), ("a--b", False), ("-a", False), ("ä", False)],
)
def test_a_slug_is_short_and_plain(slug, passed):
    assert told(replace(TEA, slug=slug))["slug"][0] is passed


@pytest.mark.parametrize(("text", "wide"), [("", 0), ("é", 6), ("茶", 10), ("e\u0301", 6), ("ß", 6)])
def test_other_letters_have_their_width(text, wide):
    assert pixels(text, 10) == wide


@pytest.mark.parametrize("odd", ["", "\0", "#" * 5_000, "[" * 5_000, "---\n", "a" * 100_000])
def test_however_odd_a_text_is_it_has_a_report(odd):
    assert 0 <= report(Page(odd, odd, odd, odd, odd)).score <= 100
