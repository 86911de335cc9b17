"""What the article states is not touched: numbers, names, dates and quotations stay as they were.

These checks must never try to understand: a name is a capitalised word inside a sentence, and that is enough to keep.
"""

from collections import Counter
from collections.abc import Iterable

import regex

from articles.markdown.parser import prose_of
from articles.quality.case import LinkCase
from articles.quality.results import Finding, rule, warning

_NUMBER = regex.compile(r"\d+(?:[.,:/\-]\d+)*")
_CAPITALISED = regex.compile(r"\b\p{Lu}[\p{L}\p{M}\d’'\-]*|\b\p{L}*\p{Ll}\p{Lu}\p{L}*\b")
_NAME = regex.compile(
    rf"""(?<=[\p{{Ll}}\p{{M}}\d,;:]["'’”)]?\s["'“„(]?) (?:{_CAPITALISED.pattern})   # capitalised inside a sentence
         | \b\p{{Lu}}[\p{{Lu}}\d]+\b | \b\p{{L}}*\p{{Ll}}\p{{Lu}}\p{{L}}*\b           # NASA, GitHub""",
    regex.VERBOSE,
)
_QUOTATION = regex.compile(r"“[^”]{2,}”|„[^“”]{2,}[“”]|«[^»]{2,}»|‹[^›]{2,}›|\"[^\"]{2,}\"|「[^」]{2,}」|『[^』]{2,}』")
_MONTHS = (
    "jan(?:uary|uar|vier)? feb(?:ruary|ruar)? février mar(?:ch|s|zo) märz apr(?:il)? avril abril may mai mayo "
    "june? juni juin junio july? juli juillet julio aug(?:ust)? août agosto sep(?:t|tember|tembre|tiembre)? "
    "oct(?:ober|obre|ubre)? okt(?:ober)? nov(?:ember|embre|iembre)? de[cz](?:ember)? décembre diciembre enero febrero "
    "янв(?:аря|арь) феврал[яь] марта? апрел[яь] ма[яй] июн[яь] июл[яь] августа? сентябр[яь] октябр[яь] ноябр[яь] "
    "декабр[яь] يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر "
    "जनवरी फ़?रवरी मार्च अप्रैल मई जून जुलाई अगस्त सितंबर अक्टूबर नवंबर दिसंबर"
).replace(" ", "|")
_WEEKDAYS = (
    "(?:mon|tues|wednes|thurs|fri|satur|sun)day montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag "
    "lundi mardi mercredi jeudi vendredi samedi dimanche lunes martes miércoles jueves viernes sábado domingo "
    "понедельник вторник сред[ау] четверг пятниц[ау] суббот[ау] воскресенье "
    "الاثنين الثلاثاء الأربعاء الخميس الجمعة السبت सोमवार मंगलवार बुधवार गुरुवार शुक्रवार शनिवार रविवार"
).replace(" ", "|")
_DATE = regex.compile(
    rf"""\b\d\d?(?:\.|st|nd|rd|th|er|\s+de)?\s+(?:{_MONTHS})\b\.?(?:,?\s+(?:de\s+)?\d{{4}})?
         | \b(?:{_MONTHS})\b\.?,?\s+(?:de\s+)?\d{{1,4}}(?:st|nd|rd|th)?(?:,?\s+\d{{4}})?
         | \b(?:{_WEEKDAYS})\b | \d{{4}}-\d\d-\d\d | \d\d?[./]\d\d?[./]\d{{2,4}}
         | (?:\d+\s*[年년]\s*)?\d+\s*[月월](?:\s*\d+\s*[日일])?
         | [月火水木金土日]曜日 | 星期[一二三四五六日天] | [월화수목금토일]요일""",
    regex.VERBOSE | regex.IGNORECASE,
)


@rule("every number of the published paragraph is still there")
def numbers_kept(case: LinkCase) -> Finding:
    return _kept(_NUMBER.findall(case.before.text), _NUMBER.findall(case.after.text))


@rule("every name of the published paragraph is still there")
def names_kept(case: LinkCase) -> Finding:
    names = set(_NAME.findall(case.before.text))
    before, after = _words_with_a_capital(case.before.text), _words_with_a_capital(case.after.text)
    return _kept([word for word in before if word in names], after)


@rule("every date of the published paragraph is still there")
def dates_kept(case: LinkCase) -> Finding:
    return _kept(_DATE.findall(case.before.text), _DATE.findall(case.after.text))


@rule("every quotation of the published paragraph is still there, word for word")
def quotations_kept(case: LinkCase) -> Finding:
    return _kept(_QUOTATION.findall(case.before.text), _QUOTATION.findall(case.after.text))


@warning("no number or quotation that the article does not already hold")
def new_figures(case: LinkCase) -> Finding:
    written = "\n".join(case.changed_sentences).replace(case.anchor, "")
    known = prose_of(case.base_blocks)
    added = [item for item in (*_NUMBER.findall(written), *_QUOTATION.findall(written)) if item not in known]
    return not added, ", ".join(added)[:80] or "none"


def numbers_in(text: str) -> list[str]:
    found: list[str] = _NUMBER.findall(text)
    return found


def quotations_in(text: str) -> list[str]:
    found: list[str] = _QUOTATION.findall(text)
    return found


def _words_with_a_capital(text: str) -> list[str]:
    """Also those at the beginning of a sentence: a name may have moved there, or away."""
    found: list[str] = _CAPITALISED.findall(text)
    return found


def _kept(before: Iterable[str], after: Iterable[str]) -> Finding:
    expected = Counter(" ".join(item.split()) for item in before)
    lost = expected - Counter(" ".join(item.split()) for item in after)
    return not lost, f"lost: {', '.join(sorted(lost))[:80]}" if lost else f"{expected.total()} kept"
