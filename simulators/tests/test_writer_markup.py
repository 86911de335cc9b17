"""Where plain prose ends and Markdown begins, and where sentences end."""

import pytest

from simulators.openai.writer.markup import has_link, opaque_spans, sentences


@pytest.mark.parametrize(
    ("text", "opaque"),
    [
        ("plain words only", []),
        ("run `make test` twice", ["`make test`"]),
        ("see [the guide](https://a.example/(b)) now", ["[the guide](https://a.example/(b))"]),
        ("see [the guide][1] and [home] now", ["[the guide][1]", "[home]"]),
        ('a [link](<https://a.example>){rel="x"} here', ['[link](<https://a.example>){rel="x"}']),
        ("**bold words** and *one* and _two_", ["**bold words**", "*one*", "_two_"]),
        ("snake_case_name and 2 * 3 * 4", []),
        ("write to <me@example.org> or <b>shout</b>", ["<me@example.org>", "<b>", "</b>"]),
        ("{{ site.name }} and {% include x %}", ["{{ site.name }}", "{% include x %}"]),
        ("R&amp;D at https://a.example/x", ["&amp;", "https://a.example/x"]),
    ],
)
def test_everything_but_plain_prose_is_opaque(text: str, opaque: list[str]) -> None:
    assert [text[span.start : span.end] for span in opaque_spans(text)] == opaque


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three?", ["One.", "Two!", "Three?"]),
        ("No stop at the end", ["No stop at the end"]),
        ("Use e.g. this one. Then stop.", ["Use e.g. this one.", "Then stop."]),
        ("Ask Dr. Smith or J. Doe. They know.", ["Ask Dr. Smith or J. Doe.", "They know."]),
        ("Am 3. Oktober, d. h. bald. Und nun?", ["Am 3. Oktober, d. h. bald.", "Und nun?"]),
        ("He said “Go.” She went.", ["He said “Go.”", "She went."]),
        ("Wait... what? Yes.", ["Wait... what?", "Yes."]),
        ("Version 1.5 is out. See [a. B](x).", ["Version 1.5 is out.", "See [a. B](x)."]),
        ("Noted.[^1] And more.", ["Noted.[^1]", "And more."]),
        ("Wrapped\nat the end.\nNext one.", ["Wrapped\nat the end.", "Next one."]),
        ("第一句。第二句！第三句", ["第一句。", "第二句！", "第三句"]),
        ("यह पहला है। यह दूसरा है।", ["यह पहला है।", "यह दूसरा है।"]),
        ("هل هذا سؤال؟ نعم.", ["هل هذا سؤال؟", "نعم."]),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert [text[span.start : span.end] for span in sentences(text)] == expected


def test_a_link_is_recognised_in_any_of_its_forms() -> None:
    assert has_link("see [a](b)")
    assert has_link("see <https://a.example>")
    assert has_link("see [home]")
    assert not has_link("see nothing (at all)")
