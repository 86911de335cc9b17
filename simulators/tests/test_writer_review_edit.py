"""The offline reviewer of one edited paragraph: what it measured, and nothing that it cannot know."""

import pytest

from simulators.openai.writer.review_edit import COST, WHO, Edit, read_edit, review_edit
from simulators.openai.writer.task import BadTask

BEFORE = "Most gardeners save their first seed by accident."


def test_a_short_sentence_with_the_link_costs_nothing():
    verdict = review_edit(Edit("seed jars", BEFORE, f"{BEFORE} Dry seed jars keep it for years."))

    assert verdict.score == 100
    assert verdict.remark == f"{WHO}: 7 words added; the linked sentence has 7."


def test_each_thing_that_reads_worse_costs_the_same():
    long_one = " ".join(["and seed jars", *["more"] * 40]) + "."

    assert review_edit(Edit("seed jars", BEFORE, f"{BEFORE} {long_one}")).score == 100 - COST
    assert review_edit(Edit("seed jars", BEFORE, f"{BEFORE} {long_one} {long_one}")).score == 100 - 2 * COST


@pytest.mark.parametrize("given", [{}, {"anchor": "a", "before": "b"}, {"anchor": "a", "before": "b", "after": 3}])
def test_what_is_no_edit_is_refused(given):
    with pytest.raises(BadTask, match="review_edit needs"):
        read_edit(given)
