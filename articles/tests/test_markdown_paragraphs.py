from pathlib import Path

import pytest

from articles.markdown.blocks import split_lines
from articles.markdown.paragraphs import OPENING_WORDS, SHORTEST_PARAGRAPH_WORDS, eligible_paragraphs

EVERY_SHAPE = (Path(__file__).parent / "samples" / "every_shape.md").read_text(encoding="utf-8")
OPENING = "word " * OPENING_WORDS + "\n\n"
PLAIN = "This is " + "quite " * SHORTEST_PARAGRAPH_WORDS + "plain."
ENDING = "\n\nThe end.\n"


def test_only_plain_prose_is_offered() -> None:
    found = eligible_paragraphs(EVERY_SHAPE, language="en")

    assert [" ".join(item.source.split()[:2]) for item in found] == [
        "ELIGIBLE ONE.",
        "ELIGIBLE TWO.",
        "ELIGIBLE THREE.",
    ]


def test_a_paragraph_knows_its_lines_its_heading_and_its_neighbour() -> None:
    first = eligible_paragraphs(EVERY_SHAPE, language="en")[0]
    lines = split_lines(EVERY_SHAPE)

    assert "".join(lines[first.start : first.end]) == first.source + "\n"
    assert first.heading == "Setext heading"
    assert first.following.startswith("IMAGE here.")
    assert first.id == 3


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_line_endings_change_nothing(ending: str) -> None:
    body = EVERY_SHAPE.replace("\n", ending)

    found = eligible_paragraphs(body, language="en")

    expected = [item.source.replace("\n", ending) for item in eligible_paragraphs(EVERY_SHAPE, language="en")]
    assert [item.source for item in found] == expected


def test_the_opening_is_left_alone_to_the_word() -> None:
    enough, one_short = "word " * OPENING_WORDS, "word " * (OPENING_WORDS - 1)

    assert len(eligible_paragraphs(f"{enough}\n\n{PLAIN}{ENDING}", language="en")) == 1
    assert eligible_paragraphs(f"{one_short}\n\n{PLAIN}{ENDING}", language="en") == []


def test_a_paragraph_is_long_enough_to_the_word() -> None:
    exact = "Word " * (SHORTEST_PARAGRAPH_WORDS - 1) + "end."
    short = "Word " * (SHORTEST_PARAGRAPH_WORDS - 2) + "end."

    assert len(eligible_paragraphs(f"{OPENING}{exact}{ENDING}", language="en")) == 1
    assert eligible_paragraphs(f"{OPENING}{short}{ENDING}", language="en") == []


def test_the_last_block_is_left_alone_even_before_definitions_and_comments() -> None:
    body = f"{OPENING}{PLAIN}\n\n[a]: /b\n\n<!-- the end -->\n"

    assert eligible_paragraphs(body, language="en") == []


def test_a_sentence_with_a_bare_address_counts_as_linked() -> None:
    linked = "Look at https://example.org/page for " + "quite " * SHORTEST_PARAGRAPH_WORDS + "much."

    assert eligible_paragraphs(f"{OPENING}{linked}{ENDING}", language="en") == []
    assert len(eligible_paragraphs(f"{OPENING}{linked} This has none.{ENDING}", language="en")) == 1


@pytest.mark.parametrize(
    "line",
    [
        "{% include note.html %}",
        "{{< figure src=x >}}",
        "{#anchor}",
        "$$x^2$$",
        "*[HTML]: a language",
        ": a definition",
        '=== "Tab"',
        "??? tip",
        "[TOC]",
    ],
)
def test_a_line_of_another_dialect_makes_the_paragraph_opaque(line: str) -> None:
    assert eligible_paragraphs(f"{OPENING}{line}\n{PLAIN}{ENDING}", language="en") == []


def test_a_tag_without_an_end_encloses_nothing() -> None:
    body = f"{OPENING}{{% include a.html %}}\n\n<p>\n\n{PLAIN}{ENDING}"

    assert len(eligible_paragraphs(body, language="en")) == 1


def test_a_short_code_with_an_end_encloses_what_is_between() -> None:
    body = f"{OPENING}{{% note() %}}\n\n{PLAIN}\n\n{{% end %}}{ENDING}"

    assert eligible_paragraphs(body, language="en") == []


def test_chinese_is_measured_in_characters() -> None:
    opening, paragraph = "字" * 290, "这是一段足够长的正文，" * 6 + "没有链接。"

    found = eligible_paragraphs(f"{opening}\n\n{paragraph}\n\n结束。\n", language="zh")

    assert [item.source for item in found] == [paragraph]
