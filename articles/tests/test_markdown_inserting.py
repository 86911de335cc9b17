"""New blocks, other words in a heading and links on words that stand there: every other byte stays."""

import pytest

from articles.markdown.inserting import (
    Heading,
    PlaceNotFound,
    WordsToLink,
    linkable_paragraphs,
    plain_headings,
    reworded,
    sections,
    with_ending,
    with_opening,
    with_section,
)

POST = """---
title: Tea
---

Opening words.

## Water ##

Cooler water is *kinder*. See [this](https://a.example/).

### Deeper

Use `cooler water` or cooler cups.

## Leaves

Last words.[^1]

[^1]: A note.
[ref]: https://b.example/
"""


def test_sections_are_what_readers_call_them():
    assert sections(POST) == ["", "Water", "Leaves"]


@pytest.mark.parametrize(
    ("after", "before"),
    [(0, "## Water ##\n"), (1, "## Leaves\n"), (2, "[^1]: A note.\n")],
    ids=["opening", "1", "last"],
)
def test_a_section_goes_behind_the_one_named(after, before):
    made = with_section(POST, "## New\n\nText.", after=after)

    assert made == POST.replace(before, f"## New\n\nText.\n\n{before}")


@pytest.mark.parametrize("after", [-1, 3])
def test_there_is_no_such_section(after):
    with pytest.raises(PlaceNotFound):
        with_section(POST, "## New", after=after)


def test_an_opening_follows_front_matter_and_a_title_of_its_own():
    assert with_opening(POST, "- One") == POST.replace("Opening", "- One\n\nOpening")
    assert with_opening("# Tea\nText.\n", "- One") == "# Tea\n\n- One\n\nText.\n"
    assert with_opening("", "- One") == "- One\n"


def test_an_ending_keeps_the_line_endings_and_a_missing_last_one():
    assert with_ending("One.\r\n\r\nTwo.\r\n", "A\n\nB") == "One.\r\n\r\nTwo.\r\n\r\nA\r\n\r\nB\r\n"
    assert with_ending("One.", "A") == "One.\n\nA\n"


def test_headings_of_plain_words_keep_their_level_and_marks():
    assert plain_headings(POST) == [Heading(2, 2, "Water"), Heading(4, 3, "Deeper"), Heading(6, 2, "Leaves")]
    assert plain_headings("## With *stress*\n\n## And [a link](/x)\n\nSetext\n---\n") == []

    assert reworded(POST, {2: "Cool water"}, ()) == POST.replace("## Water ##", "## Cool water ##")


def test_words_of_a_paragraph_without_a_link_lead_to_an_article():
    assert linkable_paragraphs(POST) == {
        1: "Opening words.\n",
        5: "Use `cooler water` or cooler cups.\n",
    }
    made = reworded(POST, {}, [WordsToLink(5, "cups", "/articles/cups/")])

    assert made == POST.replace("cooler cups", "cooler [cups](/articles/cups/)")


@pytest.mark.parametrize(
    ("paragraph", "words"), [(5, "cooler"), (5, "saucers"), (3, "water"), (99, "cups"), (2, "Water")]
)
def test_words_that_stand_there_twice_or_not_at_all_are_refused(paragraph, words):
    with pytest.raises(PlaceNotFound):
        reworded(POST, {}, [WordsToLink(paragraph, words, "/x/")])


def test_a_heading_that_is_none_is_refused():
    with pytest.raises(PlaceNotFound):
        reworded(POST, {1: "Text"}, ())
