import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from articles.markdown.paragraphs import eligible_paragraphs
from articles.markdown.splice import Change, ChangeDoesNotApply, apply, change_paragraph, reapply

OPENING = "word " * 100
PLAIN = "This is " + "quite " * 20 + "plain."
ADDED = f"{PLAIN} More."


def one_change(body: str, new_text: str) -> Change:
    return change_paragraph(eligible_paragraphs(body, language="en")[0], new_text, mode="add_sentence")


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (f"{OPENING}\n\n", "\n\nThe end.\n"),
        (f"{OPENING}\r\n\r\n", "\r\n\r\nThe end."),
        (f"{OPENING}\r\r", "\r\rThe end.\r"),
        (f"\ufeff---\ntitle: x\n---\n{OPENING}\n\n", "\n\n\tcode"),
        (f"{OPENING}\n===\n", "\n- a list\n\n\n\n"),
        (f"{OPENING}\n\n[a]: /b\n", "\n> quote\nlazy"),
        (f"{OPENING}\x0c\u2028\n\n", "\n# Heading \x00 \t \n\n\n"),
    ],
)
def test_every_byte_outside_the_paragraph_stays(before: str, after: str) -> None:
    body = before + PLAIN + after

    assert apply(body, one_change(body, ADDED)) == before + ADDED + after


def test_a_change_of_several_lines_takes_the_line_endings_of_its_paragraph() -> None:
    paragraph = PLAIN.replace("quite quite", "quite\r\nquite", 1)
    body = f"{OPENING}\n\n{paragraph}\n\nThe end.\n"

    change = one_change(body, f"{PLAIN}\nMore.\n")

    assert change.after == f"{PLAIN}\r\nMore."
    assert apply(body, change) == f"{OPENING}\n\n{PLAIN}\r\nMore.\n\nThe end.\n"


def test_a_change_for_other_lines_does_not_apply() -> None:
    body = f"{OPENING}\n\n{PLAIN}\n\nThe end.\n"
    change = one_change(body, ADDED)

    with pytest.raises(ChangeDoesNotApply):
        apply(f"A new first line.\n\n{body}", change)
    with pytest.raises(ChangeDoesNotApply):
        apply("", change)


def test_a_change_survives_json() -> None:
    change = one_change(f"{OPENING}\n\n{PLAIN}\n\nThe end.\n", ADDED)

    assert Change.from_json(json.loads(json.dumps(change.to_json()))) == change


def test_a_change_follows_its_paragraph() -> None:
    change = one_change(f"{OPENING}\n\n{PLAIN}\n\nThe end.\n", ADDED)
    moved = f"{OPENING}\n\n## New\n\nA new paragraph.\n\n{PLAIN}\n\nAnother end.\n"

    again = reapply(moved, change, language="en")

    assert (again.start, again.end, again.paragraph_id, again.heading) == (6, 7, 3, "New")
    assert apply(moved, again) == moved.replace(PLAIN, ADDED)


@pytest.mark.parametrize(
    "body",
    [
        f"{OPENING}\n\n{PLAIN} Edited.\n\nThe end.\n",
        f"{OPENING}\n\n{PLAIN}\n\n{PLAIN}\n\nThe end.\n",
        f"{OPENING}\n\n{PLAIN}\n",
        f"{OPENING}\n\n> {PLAIN}\n\nThe end.\n",
    ],
)
def test_a_change_is_not_forced_on_a_paragraph_that_is_gone_doubled_or_no_longer_eligible(body: str) -> None:
    change = one_change(f"{OPENING}\n\n{PLAIN}\n\nThe end.\n", ADDED)

    with pytest.raises(ChangeDoesNotApply):
        reapply(body, change, language="en")


@settings(deadline=None)
@given(
    st.lists(
        st.sampled_from([PLAIN, OPENING, "# H", "- a", "> q", "```\nx\n```", "<div>", "[a]: /b", "\t", "", "a\\"])
    ),
    st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\n\r\n"]),
)
def test_whatever_the_post_only_the_paragraph_changes(parts: list[str], gap: str) -> None:
    body = gap.join([OPENING, *parts])

    for paragraph in eligible_paragraphs(body, language="en"):
        candidate = apply(body, change_paragraph(paragraph, f"{paragraph.source} More.", mode="add_sentence"))

        assert len(candidate) == len(body) + len(" More.")
        assert candidate.replace(f"{paragraph.source} More.", paragraph.source) == body
