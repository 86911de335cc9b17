"""Scripts and characters: which letters belong to a language, and which characters nobody can see.

It must never refuse what a script needs to be spelt: joiners in Indic and Arabic words are letters' company.
"""

import regex

# Letters of a language, beside Latin, which names and technical words bring into every script.
_OWN_SCRIPTS = {
    "ar": r"\p{Arabic}", "fa": r"\p{Arabic}", "ur": r"\p{Arabic}", "he": r"\p{Hebrew}",
    "zh": r"\p{Han}\p{Bopomofo}", "ja": r"\p{Han}\p{Hiragana}\p{Katakana}", "ko": r"\p{Hangul}\p{Han}",
    "hi": r"\p{Devanagari}", "mr": r"\p{Devanagari}", "ne": r"\p{Devanagari}", "bn": r"\p{Bengali}",
    "ta": r"\p{Tamil}", "te": r"\p{Telugu}", "th": r"\p{Thai}", "lo": r"\p{Lao}", "km": r"\p{Khmer}",
    "my": r"\p{Myanmar}", "ru": r"\p{Cyrillic}", "uk": r"\p{Cyrillic}", "bg": r"\p{Cyrillic}", "sr": r"\p{Cyrillic}",
    "be": r"\p{Cyrillic}", "el": r"\p{Greek}", "ka": r"\p{Georgian}", "hy": r"\p{Armenian}", "am": r"\p{Ethiopic}",
}  # fmt: skip
_JOINING = (
    r"\p{Arabic}\p{Syriac}\p{Devanagari}\p{Bengali}\p{Gurmukhi}\p{Gujarati}"
    r"\p{Oriya}\p{Tamil}\p{Telugu}\p{Kannada}\p{Malayalam}\p{Sinhala}"
)
_UNSPACED = r"\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"

# Control (Cc) and format (Cf) characters and their kin, but for tab and line ends; joiners and the zero-width space
# only where they stand behind a letter of a script that is spelt with them.
_HIDDEN = regex.compile(
    rf"""(?<![{_JOINING}\p{{M}}])[\u200c\u200d] | (?<![{_UNSPACED}])\u200b
       | (?![\u200b\u200c\u200d\t\n\r])[\p{{Cc}}\p{{Cf}}\p{{Co}}\p{{Cs}}\u2028\u2029\u115f\u1160\u3164\uffa0\u034f]""",
    regex.VERBOSE,
)


def hidden_characters(text: str) -> list[str]:
    """The characters of `text` that a reader cannot see and its script does not need."""
    found: list[str] = _HIDDEN.findall(text)
    return found


def foreign_scripts(text: str, language: str) -> list[str]:
    """The letters of `text` that belong neither to the script of `language` nor to Latin."""
    return sorted(set(_letters_outside(language).findall(text)))


def primary(language: str) -> str:
    """`zh` of `zh-Hans`: the language without script and region."""
    return language.lower().replace("_", "-").split("-")[0]


def _letters_outside(language: str) -> "regex.Pattern[str]":
    own = _OWN_SCRIPTS.get(primary(language), "")
    return regex.compile(rf"(?V1)[\p{{L}}--[\p{{Latin}}\p{{Common}}{own}]]")
