"""Two texts side by side: nothing is left out, and what differs is marked on its own side."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from articles.comparing import compare, paragraphs

BEFORE = "# Tea\n\nWater that is hot draws bitterness.\n\nOld and gone entirely.\n\nThe end.\n"
AFTER = "# Tea\n\nWater that is cool draws bitterness.\n\nThe end.\n\nSomething <b>new</b> at last.\n"


def test_the_same_is_folded_and_the_rest_marked_word_by_word():
    comparison = compare(BEFORE, AFTER)

    assert [(stretch.is_same, len(stretch.rows)) for stretch in comparison.stretches] == [
        (True, 1), (False, 2), (True, 1), (False, 1),
    ]  # fmt: skip
    water = comparison.stretches[1].rows[0]
    assert water.before == "Water that is <del>hot</del> draws bitterness."
    assert water.after == "Water that is <ins>cool</ins> draws bitterness."


def test_paragraphs_with_little_in_common_are_one_gone_and_one_come():
    comparison = compare("Alpha beta gamma delta.\n", "One two three four.\n")

    assert [(row.before, row.after) for row in comparison.stretches[0].rows] == [
        ("<del>Alpha beta gamma delta.</del>", ""),
        ("", "<ins>One two three four.</ins>"),
    ]
    assert (comparison.added, comparison.removed) == (4, 4)


def test_markup_of_a_text_stays_text():
    comparison = compare("", "<script>alert(1)</script>\n")

    assert comparison.stretches[0].rows[0].after == "<ins>&lt;script&gt;alert(1)&lt;/script&gt;</ins>"


@pytest.mark.parametrize("text", ["", "One.\n", "\n\nOne.\n\n\nTwo"])
def test_the_same_twice_is_the_same(text):
    assert compare(text, text).is_same


def test_a_line_ending_alone_is_a_difference():
    comparison = compare("One.\r\n", "One.\n")

    assert not comparison.is_same
    assert comparison.stretches[1].rows[0].before == "<del>␍</del>↵\n"


@given(st.text(alphabet="ab \t\n\r\x0b\u2028", max_size=60))
def test_the_paragraphs_are_the_whole_text(text):
    assert "".join(paragraphs(text)) == text
