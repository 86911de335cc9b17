"""What the author set off stays set off, on the same words; the bought link never is."""

import pytest

from articles.markdown.links import markdown_link
from articles.quality.battery import examine
from articles.quality.position import stays_plain
from articles.tests.link_cases import ADDED, ANCHOR, BASE, HREF, LINK, PARAGRAPH, after, clean_case

SHORT = "The wet ones were lost. Leave the wet seed where it is dry and cool, and never in a wet shed."


def judged(before: str, now: str, *more: str) -> tuple[bool, str]:
    """`before` and `now` are sentences ahead of the sample's paragraph, which gets the link, or `more` in its place."""
    case = clean_case(BASE.replace(PARAGRAPH, f"{before} {PARAGRAPH}"), f"{before} {PARAGRAPH}")
    (tail,) = more or (ADDED,)
    result = stays_plain(after(f"{now} {PARAGRAPH}{tail}")(case))
    return result.passed, result.measured


@pytest.mark.parametrize("sign", ["*", "**", "***", "~~", "`"])
def test_words_that_stay_set_off_are_no_hindrance(sign: str) -> None:
    text = SHORT.replace("dry and cool", f"{sign}dry and cool{sign}")

    assert judged(text, text) == (True, "plain prose, formatted as it was")
    assert judged(text, text.replace("never", "not at all")) == (True, "plain prose, formatted as it was")


def test_the_link_does_not_take_the_emphasis_of_the_authors_words() -> None:
    text = SHORT.replace("dry and cool", "**dry and cool**")

    assert judged(text, SHORT, f" People follow **{LINK}**.") == (False, "the link is set off")
    assert judged(text, SHORT, f" People **follow** {LINK}.") == (False, "formatting added or lost: “dry and cool”")
    assert not judged(text, SHORT, f' People follow [**{ANCHOR}**](<{HREF}>){{rel="sponsored noopener"}}.')[0]


def test_struck_out_words_stay_struck_out_and_the_links_sentence_is_not() -> None:
    text = SHORT.replace("the wet", "the ~~wet~~")

    assert judged(text, SHORT, f" ~~People follow {LINK}.~~") == (False, "the link is set off")
    assert judged(text, SHORT, f" ~~People~~ follow {LINK}.") == (False, "formatting added or lost: “wet”")


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("the ~~wet~~ seed", "the wet seed"),
        ("the ~~wet~~ seed", "the ~~wet seed~~"),
        ("the ~~wet~~ seed", "the **wet** seed"),
        ("the ~~wet~~ seed", "~~the~~ wet seed"),
        ("**wet seed**", "**wet** seed"),
        ("**wet seed**", "**wet** **seed**"),
    ],
)
def test_an_emphasis_that_encloses_other_words_is_not_the_same(was: str, now: str) -> None:
    before = SHORT.replace(was.replace("~", "").replace("*", ""), was, 1)
    assert before != SHORT
    altered = SHORT.replace(was.replace("~", "").replace("*", ""), now, 1)

    assert judged(before, altered)[0] is False
    assert judged(before, altered.replace("never", "not at all"))[0] is False


@pytest.mark.parametrize("reworded", ["never in", "not in"])
def test_an_emphasis_does_not_move_to_the_same_word_elsewhere(reworded: str) -> None:
    before = SHORT.replace("the wet seed", "the ~~wet~~ seed")

    assert judged(before, SHORT.replace("a wet shed", "a ~~wet~~ shed").replace("never in", reworded))[0] is False
    assert judged(before, SHORT.replace("The wet ones", "The ~~wet~~ ones").replace("never in", reworded))[0] is False
    assert judged(before, SHORT.replace("never in", reworded), f" Others are ~~wet~~, so follow {LINK}.")[0] is False


def test_a_sentence_ahead_with_the_same_words_moves_no_emphasis() -> None:
    text = SHORT.replace("dry and cool", "**dry and cool**")
    ahead = f"What is dry and cool is told in {LINK}. {text}"

    assert judged(text, ahead, "") == (True, "plain prose, formatted as it was")


def test_the_bought_words_are_linked_where_they_are_not_set_off() -> None:
    plain = f"Seed keeps in {ANCHOR} as well."

    assert judged(plain, plain.replace(ANCHOR, LINK), "")[0] is True
    bold = plain.replace(ANCHOR, f"**{ANCHOR}**")
    assert judged(bold, plain.replace(ANCHOR, f"**{LINK}**"), "") == (False, "the link is set off")


def test_the_whole_battery_refuses_it() -> None:
    paragraph = PARAGRAPH.replace("thin line", "**thin line**")
    case = clean_case(BASE.replace(PARAGRAPH, paragraph), paragraph)
    assert examine(case).passed
    spoiled = PARAGRAPH + ADDED.replace(LINK, f"**{markdown_link(HREF, ANCHOR)}**")

    assert [result.check for result in examine(after(spoiled)(case)).failed] == ["stays_plain"]
