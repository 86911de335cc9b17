"""The sentences and asides that carry a link, per language, each true of any page and any anchor.

They point at the page and say nothing else: never a claim, a number, a promise or praise. {a} is the anchor.
"""

from dataclasses import dataclass

from simulators.openai.writer import phrases_east, phrases_west


@dataclass(frozen=True)
class Phrases:
    """`sentences` fit any anchor; `apart` ones claim no kinship, for a link that shares no word with the paragraph;
    `inline` ones need an anchor that can stand in running text. An aside goes before the full stop of a sentence and
    brings its own space and brackets."""

    sentences: tuple[str, ...]
    apart: tuple[str, ...]
    asides: tuple[str, ...]
    inline: tuple[str, ...] = ()


LANGUAGES: dict[str, Phrases] = {
    "en": Phrases(phrases_west.EN, phrases_west.EN_APART, phrases_west.EN_ASIDES, phrases_west.EN_INLINE),
    "de": Phrases(phrases_west.DE, phrases_west.DE_APART, phrases_west.DE_ASIDES),
    "fr": Phrases(phrases_west.FR, phrases_west.FR_APART, phrases_west.FR_ASIDES),
    "es": Phrases(phrases_west.ES, phrases_west.ES_APART, phrases_west.ES_ASIDES),
    "it": Phrases(phrases_west.IT, phrases_west.IT_APART, phrases_west.IT_ASIDES),
    "pt": Phrases(phrases_west.PT, phrases_west.PT_APART, phrases_west.PT_ASIDES),
    "nl": Phrases(phrases_west.NL, phrases_west.NL_APART, phrases_west.NL_ASIDES),
    "ru": Phrases(phrases_east.RU, phrases_east.RU_APART, phrases_east.RU_ASIDES),
    "ar": Phrases(phrases_east.AR, phrases_east.AR_APART, phrases_east.AR_ASIDES),
    "hi": Phrases(phrases_east.HI, phrases_east.HI_APART, phrases_east.HI_ASIDES),
    "ko": Phrases(phrases_east.KO, phrases_east.KO_APART, phrases_east.KO_ASIDES),
    "ja": Phrases(phrases_east.JA, phrases_east.JA_APART, phrases_east.JA_ASIDES),
    "zh": Phrases(phrases_east.ZH, phrases_east.ZH_APART, phrases_east.ZH_ASIDES),
    "zh-hant": Phrases(phrases_east.ZH_HANT, phrases_east.ZH_HANT_APART, phrases_east.ZH_HANT_ASIDES),
}
# A language we have no phrases for gets signs instead of words: right in none, wrong in none.
SIGNS = ("→ {a}.", "⇒ {a}.", "↗ {a}.")
NEUTRAL = Phrases(SIGNS, SIGNS, (" (→ {a})", " (↗ {a})"))


def phrases_for(code: str) -> Phrases:
    return LANGUAGES.get(code, NEUTRAL)
