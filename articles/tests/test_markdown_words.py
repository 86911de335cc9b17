import pytest

from articles.markdown.words import count_words, is_unspaced, words


@pytest.mark.parametrize(
    ("text", "language", "count"),
    [
        ("", "en", 0),
        ("One, two - three!", "en", 3),
        ("Don't count e-mail or Node.js twice.", "en", 6),
        ("C’est l’été à 3.5 km", "fr", 5),
        ("Это три слова", "ru", 3),
        ("هذه ثلاث كلمات", "ar", 3),
        ("यह चार शब्द हैं", "hi", 4),
        ("세 단어 입니다", "ko", 3),
        ("开源项目治理指南开源项目治理指南开源项目治理指南开源项目", "zh", 10),  # 28 characters / 2.8
        ("開源專案", "zh-hant", 2),  # 4 / 2.8, rounded up
        ("オープンソース", "ja", 3),  # 7 / 3.0, rounded up
        ("日本語の本", "ja", 2),  # 5 / 3.0, rounded up
        ("ภาษาไทยง่าย", "th", 2),  # 11 / 6.0, rounded up
        ("ភាសាខ្មែរ", "km", 2),  # 9 / 6.0, rounded up
        ("ພາສາລາວ", "lo", 2),  # 7 / 6.0, rounded up
        ("မြန်မာဘာသာ", "my", 2),  # 10 / 6.0, rounded up
        ("用 GitHub 协作", "zh", 3),  # 3 / 2.8, rounded up, and one word
    ],
)
def test_words_are_counted_in_every_script(text: str, language: str, count: int) -> None:
    assert count_words(text, language) == count


def test_comparing_takes_words_where_there_are_spaces_and_characters_where_not() -> None:
    assert words("Don't use GitHub协作.") == ["Don't", "use", "GitHub", "协", "作"]


def test_only_scripts_without_spaces_are_unspaced() -> None:
    assert is_unspaced("协作")
    assert not is_unspaced("협업 collaboration सहयोग")
