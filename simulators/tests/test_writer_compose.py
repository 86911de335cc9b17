"""The offline writer's articles: the sources' own paragraphs, or an outline that says what it is."""

import pytest

from simulators.openai.writer.compose import NOT_PUBLISHABLE, Commission, compose, read_commission
from simulators.openai.writer.task import BadTask

KINDS = ("apples", "pears", "plums")
SOURCE = "\n\n".join(
    f"Paragraph {number} tells how {kind} are picked in the orchard, carried to the barn and laid out on straw. "
    f"The {kind} keep for months when the barn stays cool, dark and well aired all through the winter."
    for kind in KINDS
    for number in range(1, 6)
)
POINTS = tuple(f"Picking {kind}" for kind in KINDS)


def commission(**different):
    given = {"topic": "Fruit in the orchard", "keyword": "orchard", "points": POINTS, "sources": (SOURCE,)}
    return Commission(**{**given, "words": 350, "variation": "one", **different})


def test_every_paragraph_is_the_sources_own_under_the_briefs_own_points():
    body = compose(commission()).body

    parts = body.split("\n\n")
    assert [part for part in parts if part.startswith("## ")] == [f"## {point}" for point in POINTS]
    assert all(part in SOURCE for part in parts if not part.startswith("## "))
    assert 0.86 * 350 <= sum(len(part.split()) for part in parts) <= 1.2 * 350 + 10


def test_another_variation_is_another_article_and_the_same_is_the_same():
    assert compose(commission()) == compose(commission())
    assert compose(commission()).body != compose(commission(variation="two")).body


@pytest.mark.parametrize(
    "different",
    [{"sources": ()}, {"words": 5000}, {"points": (*POINTS, "Quantum chromodynamics")}],
)
def test_what_the_sources_do_not_carry_is_an_outline_that_says_so(different):
    written = compose(commission(**different))

    assert written.body.startswith(NOT_PUBLISHABLE)
    assert written.title == "Fruit in the orchard"


def test_markup_in_a_source_is_left_out():
    spoiled = f"<script>alert(1)</script> {'word ' * 30}\n\n{SOURCE}\n\nSee https://x.example/ {'word ' * 30}"

    body = compose(commission(sources=(spoiled,))).body

    assert "<script>" not in body
    assert "https://" not in body


def test_a_task_without_a_brief_is_refused():
    with pytest.raises(BadTask):
        read_commission({"task": "write_article", "words": 600})
