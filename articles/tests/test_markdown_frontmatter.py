import pytest

from articles.markdown.frontmatter import FrontMatter, length, read
from articles.markdown.lines import split_lines


def test_yaml_is_read() -> None:
    found = read("---\ntitle: Gates\nlang: zh-hans\nsummary: Of gates.\nprice_minor: 900\n---\nText\n")

    assert (found.title, found.language, found.description) == ("Gates", "zh-hans", "Of gates.")
    assert found.data["price_minor"] == 900


def test_toml_is_read() -> None:
    found = read('+++\ntitle = "Gates"\n[extra]\nrelease = true\n+++\nText\n')

    assert found.title == "Gates"
    assert found.data["extra"] == {"release": True}


@pytest.mark.parametrize(
    "body",
    ["", "Text only\n", "---\n\nText\n", "---\n[not: yaml\n---\n", "---\n- a list\n---\n", "+++\nnot toml\n+++\n"],
)
def test_what_cannot_be_read_is_empty(body: str) -> None:
    assert read(body) == FrontMatter()


def test_a_title_that_is_not_text_is_left_in_the_data() -> None:
    found = read("---\ntitle: 2024\n---\n")

    assert found.title == ""
    assert found.data == {"title": 2024}


@pytest.mark.parametrize(
    ("body", "lines"),
    [("---\r\na: b\r\n---\r\nText", 3), ("---\na: b\n...\nText", 3), ("\ufeff+++\n+++\n", 2), ("Text\n---\n", 0)],
)
def test_its_length_counts_both_fences(body: str, lines: int) -> None:
    assert length(split_lines(body)) == lines
