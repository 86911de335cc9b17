import pytest

from articles.corpus_report import ANCHORS
from articles.quality.anchors import anchor_problems


def codes(anchor: str, language: str = "en") -> list[str]:
    return [problem.code for problem in anchor_problems(anchor, language=language)]


@pytest.mark.parametrize(
    ("anchor", "language"),
    [
        ("guide to seed saving", "en"),
        ("C# and F# basics", "en"),
        ("R&D handbook", "en"),
        ("what's new in 3.2?", "en"),
        ("Node.js handbook", "en"),
        ("snake_case and camelCase", "en"),
        ("best practices for pruning", "en"),
        ("руководство по React", "ru"),
        ("नमस्ते दुनिया", "hi"),
        ("क्\u200dष की मार्गदर्शिका", "hi"),
        ("開源專案治理指南", "zh-Hant"),
        *((anchor, language) for language, anchor in ANCHORS.items()),
    ],
)
def test_plain_words_of_the_articles_language_are_welcome(anchor: str, language: str) -> None:
    assert codes(anchor, language) == []


@pytest.mark.parametrize(
    ("anchor", "language", "code"),
    [
        ("seeds", "en", "too_few_words"),
        ("开源", "zh", "too_few_words"),
        ("one two three four five six seven eight nine", "en", "too_many_words"),
        ("a" * 40 + " " + "b" * 40, "en", "too_long"),
        ("e\u0301tude utile", "fr", "not_composed"),
        ("two\u200b words", "en", "hidden_characters"),
        ("two \u202ewords", "en", "hidden_characters"),
        ("two\x07 words", "en", "hidden_characters"),
        ("zero\u200dwidth joiner", "en", "hidden_characters"),
        (" two words", "en", "white_space"),
        ("two  words", "en", "white_space"),
        ("two\nwords", "en", "white_space"),
        ("two\u00a0words", "en", "white_space"),
        ("\u043epen source", "en", "wrong_script"),
        ("guide 指南", "ru", "wrong_script"),
        ("see https://example.org now", "en", "url"),
        ("visit example.com today", "en", "url"),
        ("www.example tips", "en", "url"),
        ("mail a@example.org please", "en", "url"),
        ("<b>two words</b>", "en", "html"),
        ("two &copy; words", "en", "html"),
        ("**two words**", "en", "markdown"),
        ("two `code` words", "en", "markdown"),
        ("a [link](x) here", "en", "markdown"),
        ("two \\* words", "en", "markdown"),
        ("two {{ words }}", "en", "markdown"),
        ("[[LINK]]two words", "en", "markdown"),
        ("the best seeds", "en", "superlative"),
        ("guaranteed good seeds", "en", "promise"),
        ("seeds for $5", "en", "price"),
        ("die besten Samen", "de", "superlative"),
        ("免费种子指南", "zh", "price"),
    ],
)
def test_what_the_battery_would_refuse_is_refused_before_payment(anchor: str, language: str, code: str) -> None:
    assert codes(anchor, language) == [code]


def test_every_problem_is_named_at_once_and_in_words() -> None:
    problems = anchor_problems("**cheapest**", language="en")

    assert [problem.code for problem in problems] == ["too_few_words", "markdown", "superlative"]
    assert problems[2].message == "“cheapest” reads as a superlative, which we do not print in or beside a paid link."
