from pathlib import Path

import pytest

from articles.markdown.blocks import blocks, split_lines

EVERY_SHAPE = (Path(__file__).parent / "samples" / "every_shape.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("body", "lines"),
    [
        ("", []),
        ("one", ["one"]),
        ("one\ntwo\n", ["one\n", "two\n"]),
        ("one\r\ntwo\rthree", ["one\r\n", "two\r", "three"]),
        ("page\x0cbreak\u2028and\x85more\n", ["page\x0cbreak\u2028and\x85more\n"]),
        ("\n\r\n\r", ["\n", "\r\n", "\r"]),
    ],
)
def test_lines_break_only_where_the_parser_breaks_them(body: str, lines: list[str]) -> None:
    assert split_lines(body) == lines


def test_every_filled_line_belongs_to_exactly_one_block() -> None:
    lines = split_lines(EVERY_SHAPE)

    covered = [number for block in blocks(EVERY_SHAPE) for number in range(block.start, block.end)]

    assert covered == sorted(set(covered))
    assert all(not lines[number].strip() for number in set(range(len(lines))) - set(covered))


def test_a_block_holds_its_source_lines() -> None:
    lines = split_lines(EVERY_SHAPE)

    assert all(block.source == "".join(lines[block.start : block.end]) for block in blocks(EVERY_SHAPE))


@pytest.mark.parametrize("ending", ["\n", "\r\n", "\r"])
def test_kinds_and_lines_are_the_same_with_every_line_ending(ending: str) -> None:
    body = ending.join(["---", "a: b", "---", "", "Text", "===", "- item", "", "", "> quote", "lazy", "", "[x]: /y"])

    found = [(block.kind, block.start, block.end) for block in blocks(body)]

    assert found == [
        ("front_matter", 0, 3),
        ("heading", 4, 6),
        ("list", 6, 7),
        ("quote", 9, 11),
        ("definition", 12, 13),
    ]


def test_a_byte_order_mark_hides_neither_front_matter_nor_a_heading() -> None:
    assert [block.kind for block in blocks("\ufeff---\na: b\n---\nText\n")] == ["front_matter", "paragraph"]
    assert [block.kind for block in blocks("\ufeff# Heading\n")] == ["heading"]


def test_a_definition_before_a_paragraph_is_a_block_of_its_own() -> None:
    found = [(block.kind, block.source) for block in blocks("[a]: /b\nText with [a].\n")]

    assert found == [("definition", "[a]: /b\n"), ("paragraph", "Text with [a].\n")]


def test_a_fence_of_dashes_without_an_end_is_not_front_matter() -> None:
    assert [block.kind for block in blocks("---\n\nText\n")] == ["rule", "paragraph"]


def test_a_tab_makes_code() -> None:
    assert [block.kind for block in blocks("Text\n\n\tcode\n")] == ["paragraph", "code"]
