"""The phrases: enough of them, short, and saying nothing about the page they point at."""

import re

import pytest

from simulators.openai.writer.phrases import LANGUAGES, NEUTRAL, phrases_for
from simulators.openai.writer.task import read_task

EVERY = [(code, text) for code, phrases in LANGUAGES.items()
         for text in phrases.sentences + phrases.apart + phrases.inline + phrases.asides]  # fmt: skip
PRAISE = re.compile(
    r"\b(best|top|leading|perfect|ultimate|free|guarantee\w*|always|never|most|beste\w*|kostenlos|meilleur\w*|gratuit\w*"
    r"|mejor\w*|gratis|лучш\w*|бесплатн\w*)\b|最|免费|الأفضل|مجان|सर्वश्रेष्ठ|मुफ़्त|최고|무료",
    re.IGNORECASE,
)


@pytest.mark.parametrize("code", ["en", "de", "fr", "es"])
def test_the_great_languages_have_a_dozen_sentences(code: str) -> None:
    assert len(set(phrases_for(code).sentences)) >= 12


@pytest.mark.parametrize("code", ["ar", "zh", "hi", "ko", "ru"])
def test_the_others_have_four_at_least(code: str) -> None:
    assert len(set(phrases_for(code).sentences)) >= 4


@pytest.mark.parametrize(("code", "text"), EVERY)
def test_a_phrase_carries_the_anchor_once_and_claims_nothing(code: str, text: str) -> None:
    assert text.count("{a}") == 1
    assert not re.search(r"\d|[%$€!?]", text)
    assert not PRAISE.search(text)
    assert len(text.split()) <= 17


@pytest.mark.parametrize(
    ("code", "text"), [(code, text) for code, text in EVERY if not text.startswith((" (", "(", "（"))]
)
def test_a_sentence_is_one_sentence(code: str, text: str) -> None:
    assert text[-1] in ".。।"
    assert not re.search(r"[.。।]", text[:-1])


def test_an_unknown_language_gets_signs_and_no_words() -> None:
    given = {"language": "cy", "anchor": "canllaw i bawb", "paragraphs": [{"id": 1, "text": "Helo."}]}

    assert phrases_for(read_task(given).code) is NEUTRAL
    assert not any(letter.isalpha() for text in NEUTRAL.sentences for letter in text.replace("{a}", ""))


@pytest.mark.parametrize(
    ("language", "code"), [("en-GB", "en"), ("de", "de"), ("zh-hans", "zh"), ("zh_TW", "zh-hant"), ("pt-BR", "pt")]
)
def test_regions_share_their_languages_phrases(language: str, code: str) -> None:
    given = {"language": language, "anchor": "x y", "paragraphs": [{"id": 1, "text": "x"}]}

    assert read_task(given).code == code
