import pytest

from articles.markdown.sentences import ends_like_a_sentence, sentence_spans, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        ("He said “Stop.” Then he left.", ["He said “Stop.”", "Then he left."]),
        ("Dr. Smith and J. R. Jones met.", ["Dr. Smith and J. R. Jones met."]),
        ("See Fig. 3 and no. 5, e.g. here. Done.", ["See Fig. 3 and no. 5, e.g. here.", "Done."]),
        ("Node.js 3.5 is out. It works.", ["Node.js 3.5 is out.", "It works."]),
        ("Das ist z.B. so, bzw. anders. Gut.", ["Das ist z.B. so, bzw. anders.", "Gut."]),
        ("你好。再见！“好。”他说。", ["你好。", "再见！", "“好。”", "他说。"]),
        ("यह है। वह था।", ["यह है।", "वह था।"]),
        ("مرحبا بك. كيف حالك؟ جيد.", ["مرحبا بك.", "كيف حالك؟", "جيد."]),
        ("좋다. 나쁘다.", ["좋다.", "나쁘다."]),
        ("", []),
    ],
)
def test_sentences_end_where_a_reader_ends_them(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_spans_point_into_the_text() -> None:
    text = "  One.  Two. "

    assert [text[start:end] for start, end in sentence_spans(text)] == ["One.", "Two."]


@pytest.mark.parametrize("text", ["It ends.", "He asked “Why?”", "好。", "है।", "(So it is.)", "ไทยไม่มีจุด"])
def test_prose_ends_with_a_full_stop_of_its_script(text: str) -> None:
    assert ends_like_a_sentence(text)


@pytest.mark.parametrize("text", ["These are:", "A heading", "and so on,", "如下："])
def test_a_lead_in_does_not_end_like_a_sentence(text: str) -> None:
    assert not ends_like_a_sentence(text)
