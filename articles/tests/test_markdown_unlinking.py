"""A bought link taken out again: byte for byte what was before, or the same words without the link."""

import pytest

from articles.markdown.links import links
from articles.markdown.paragraphs import eligible_paragraphs
from articles.markdown.splice import apply, change_paragraph
from articles.markdown.unlinking import LinkNotFound, without_link
from articles.tests.given import BODY, BREW, KETTLE, with_link

ANCHOR = "brewing guide"


def sold(body):
    """The body with a link in one paragraph, and the change that brought it."""
    paragraph = eligible_paragraphs(body, language="en")[0]
    linked = with_link(paragraph.source.rstrip("\n"), anchor=ANCHOR, paragraph=0)
    change = change_paragraph(paragraph, linked, mode="add_sentence")
    return apply(body, change), change


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
def test_undone_it_is_byte_for_byte_what_it_was(ending):
    body = BODY.replace("Water", "Wasser", 1).replace("\n", ending)
    unlike = body.replace("cooler", "warmer", 1)
    live, change = sold(unlike)

    assert without_link(live, href=BREW, anchor=ANCHOR, undo=change) == unlike


def test_edited_since_the_paragraph_keeps_its_words_and_loses_the_link():
    live, change = sold(BODY)
    edited = live.replace(f"{change.after}", f"{change.after} And more.")

    bare = without_link(edited, href=BREW, anchor=ANCHOR, undo=change)

    assert links(bare) == []
    assert f"in this {ANCHOR}. And more." in bare
    assert bare.splitlines()[:8] == BODY.splitlines()[:8]


def test_other_links_are_not_touched():
    body = with_link(BODY, KETTLE, "copper kettle", 6)

    bare = without_link(with_link(body), href=BREW, anchor=ANCHOR, undo=None)

    assert [link.href for link in links(bare)] == [KETTLE]
    blocks = body.split("\n\n")
    blocks[4] += f" More of it stands in this {ANCHOR}."
    assert bare == "\n\n".join(blocks)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (BODY, "stands 0 times"),
        (with_link(with_link(BODY), paragraph=6), "stands 2 times"),
        (with_link(BODY) + f"\nSee [there]({BREW}).\n", "another link"),
    ],
)
def test_a_link_that_does_not_stand_once_as_written_is_left_alone(body, said):
    with pytest.raises(LinkNotFound, match=said):
        without_link(body, href=BREW, anchor=ANCHOR, undo=None)


def test_words_with_markup_in_them_stay_words():
    anchor = "a * guide [to] it"
    live = with_link(BODY, anchor=anchor)

    bare = without_link(live, href=BREW, anchor=anchor, undo=None)

    assert r"a \* guide \[to\] it." in bare
