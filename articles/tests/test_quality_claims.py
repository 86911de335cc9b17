import pytest

from articles.quality.claims import claims_in


@pytest.mark.parametrize(
    ("language", "superlative", "promise", "price"),
    [
        ("en", "the best tools", "risk-free results", "a free trial"),
        ("de", "der beste Anbieter", "garantiert gut", "jetzt mit Rabatt"),
        ("fr", "le meilleur outil", "résultat garanti", "entièrement gratuit"),
        ("es", "el mejor taller", "sin riesgo alguno", "con descuento"),
        ("ar", "الخيار الأفضل", "نتائج مضمونة", "خدمة مجانية"),
        ("zh", "最好的工具", "保证有效果", "限时折扣"),
        ("hi", "सबसे अच्छा साधन", "पूरी गारंटी", "बिल्कुल मुफ़्त"),
        ("ko", "최고의 도구", "효과를 보장합니다", "지금 할인 중"),
        ("ru", "лучший инструмент", "гарантия успеха", "скидка сегодня"),
    ],
)
def test_advertising_is_found_in_nine_languages(language: str, superlative: str, promise: str, price: str) -> None:
    assert [claim.kind for claim in claims_in(superlative, language=language)] == ["superlative"]
    assert [claim.kind for claim in claims_in(promise, language=language)] == ["promise"]
    assert [claim.kind for claim in claims_in(price, language=language)] == ["price"]


@pytest.mark.parametrize(
    ("text", "kind"),
    [("the #1 choice", "superlative"), ("100 % sure", "promise"), ("only $5", "price"), ("nur 20 €", "price"),
     ("for 15 EUR", "price"), ("20% off", "price")],
)  # fmt: skip
def test_signs_are_understood_in_any_language(text: str, kind: str) -> None:
    assert [claim.kind for claim in claims_in(text, language="tlh")] == [kind]


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("It follows best practices and did its best at best.", "en"),
        ("Free software leads to better tools and feels free.", "en"),
        ("Das gefällt mir am besten.", "de"),
        ("Ce sont les meilleures pratiques.", "fr"),
        ("Son las mejores prácticas.", "es"),
        ("这是最佳实践。", "zh"),
        ("Это лучшие практики.", "ru"),
        ("यह सर्वोत्तम प्रथा है।", "hi"),
        ("그는 최고 기술 책임자이다.", "ko"),
        ("In 2024 about 50 % of 1,000 readers agreed.", "en"),
    ],
)
def test_honest_sentences_are_left_alone(text: str, language: str) -> None:
    assert claims_in(text, language=language) == []


def test_a_region_or_a_script_in_the_tag_changes_nothing() -> None:
    assert [claim.words for claim in claims_in("最好的", language="zh-Hant-TW")] == ["最好"]


def test_the_words_found_are_quoted() -> None:
    found = claims_in("Cheapest and Guaranteed", language="en")

    assert [(claim.kind, claim.words) for claim in found] == [("superlative", "Cheapest"), ("promise", "Guaranteed")]
