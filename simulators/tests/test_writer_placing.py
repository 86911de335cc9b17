"""Every edit only inserts, in the paragraph's own line style and typography."""

import pytest

from simulators.openai.writer.placing import (
    add_aside,
    add_sentence,
    closes,
    dressed,
    foreign_script,
    place_to_wrap,
    sentences_for_aside,
    wrap,
)


@pytest.mark.parametrize(
    ("text", "anchor", "place"),
    [
        ("We like open source a lot.", "open source", 8),
        ("We like open sources a lot.", "open source", None),
        ("We reopen source files.", "open source", None),
        ("An open source-based stack.", "open source", None),
        ("Open source is fine.", "open source", None),
        ("An [open source](x) way.", "open source", None),
        ("An **open source** way.", "open source", None),
        ("Run `open source` now.", "open source", None),
        ("He said “open source” twice.", "open source", None),
        ("As [told](x), open source wins.", "open source", None),
        ("As [told](x). Then open source wins.", "open source", 19),
        ("The best open source there is.", "open source", None),
        ("open\nsource is wrapped", "open source", None),
        ("我们选择开源许可证来发布。", "开源许可证", 4),
        ("हमारी आचार संहिताएँ हैं।", "आचार संहिता", None),
    ],
)
def test_the_anchor_is_wrapped_only_where_it_stands_in_plain_prose(text: str, anchor: str, place: int | None) -> None:
    assert place_to_wrap(text, anchor) == place


def test_wrapping_adds_nothing_but_the_marker() -> None:
    assert wrap("We like open source a lot.", "open source", 8) == "We like [[LINK]]open source[[/LINK]] a lot."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two.", "One. Two. See [[LINK]]a b[[/LINK]]."),
        ("One. Two.\n", "One. Two. See [[LINK]]a b[[/LINK]].\n"),
        ("One.\nTwo.\n", "One.\nTwo.\nSee [[LINK]]a b[[/LINK]].\n"),
        ("One.\r\nTwo.\r\n", "One.\r\nTwo.\r\nSee [[LINK]]a b[[/LINK]].\r\n"),
        ("一句。", "一句。See [[LINK]]a b[[/LINK]]."),
        ("We begin here. The reasons are:\n", "We begin here. See [[LINK]]a b[[/LINK]]. The reasons are:\n"),
    ],
)
def test_a_sentence_is_added_in_the_paragraphs_own_style(text: str, expected: str) -> None:
    assert add_sentence(text, "See [[LINK]]a b[[/LINK]].") == expected


def test_hard_wrapped_lines_stay_and_the_link_is_not_broken() -> None:
    text = "These lines were wrapped by hand\nat some thirty columns or so,\nas many authors do."

    added = add_sentence(text, "Further reading on this: [[LINK]]a long anchor text[[/LINK]].")

    assert added == text + " Further\nreading on this:\n[[LINK]]a long anchor text[[/LINK]]."


def test_a_french_colon_never_begins_a_line() -> None:
    text = "Ces lignes sont coupées ici,\npuis encore une fois ici."

    added = add_sentence(text, "Pour aller plus loin : [[LINK]]un guide[[/LINK]].")

    assert "\n:" not in added
    assert added.startswith(text)


def test_an_aside_goes_before_the_full_stop_of_a_plain_sentence() -> None:
    text = "This first sentence is long enough for it. [This one](x) has a link of its own, so it is left."

    spans = sentences_for_aside(text)

    assert [text[span.start : span.end] for span in spans] == ["This first sentence is long enough for it."]
    assert add_aside(text, spans[0], " (see also: x)").startswith(
        "This first sentence is long enough for it (see also: x). ["
    )


@pytest.mark.parametrize(
    "text",
    [
        "Short one.",
        "This sentence is long enough, but it ends with a question, does it?",
        "This sentence is long enough and ends inside (brackets of its own).",
        "(This sentence stands in brackets as a whole. And another one follows it.)",
        "This sentence is long enough and ends with `code.here`.",
        "This sentence is long enough, but it asks which choice is the best for us.",
    ],
)
def test_no_aside_where_it_would_read_badly(text: str) -> None:
    assert [text[span.start : span.end] for span in sentences_for_aside(text) if span.start == 0] == []


@pytest.mark.parametrize(
    ("text", "closed"),
    [
        ("It ends.", True),
        ("It ends.[^1]", True),
        ("“It ends.”\n", True),
        ("It leads to:", False),
        ("结束。", True),
        ("", False),
    ],
)
def test_a_paragraph_closes_with_a_full_stop(text: str, closed: bool) -> None:
    assert closes(text) is closed


@pytest.mark.parametrize(
    ("phrase", "anchor", "text", "expected"),
    [
        ("See: {a}.", "a guide", "Plain.", "See: [[LINK]]a guide[[/LINK]]."),
        ("See: {a}.", "what is DNS?", "Plain.", "See: [[LINK]]what is DNS?[[/LINK]]"),
        ("Voir : {a}.", "un guide", "Voici: une liste.", "Voir: [[LINK]]un guide[[/LINK]]."),
        ("Voir : {a}.", "un guide", "Voici\u00a0: une liste.", "Voir\u00a0: [[LINK]]un guide[[/LINK]]."),
        ("L'idée : {a}.", "un guide", "L’autre.", "L’idée : [[LINK]]un guide[[/LINK]]."),
        ("देखें: {a}।", "मार्ग", "यह है.", "देखें: [[LINK]]मार्ग[[/LINK]]."),
        ("可参见{a}。", "Python 教程", "使用 Python 语言。", "可参见 [[LINK]]Python 教程[[/LINK]]。"),
        ("可参见{a}。", "Python 教程", "使用Python语言。", "可参见[[LINK]]Python 教程[[/LINK]]。"),
    ],
)
def test_a_phrase_is_dressed_in_the_paragraphs_typography(phrase: str, anchor: str, text: str, expected: str) -> None:
    assert dressed(phrase, anchor, text) == expected


def test_a_quotation_in_latin_letters_is_foreign_to_another_script() -> None:
    assert foreign_script("An English quotation.", "ko")
    assert not foreign_script("An English quotation.", "de")
    assert not foreign_script("README 파일에 적을 수 있습니다. 목표와 비전도 적어 두세요.", "ko")
