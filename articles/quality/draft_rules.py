"""What a new article has to be: complete, in order, in its language, honest, and not one we have already.

These checks must never judge taste: an editor does, and reads what was measured.
"""

import re
from collections.abc import Iterable

import regex

from articles.markdown.links import links
from articles.markdown.parser import ParsedBlock
from articles.markdown.render import render
from articles.markdown.words import count_words, words
from articles.quality.artefacts import artefacts_in
from articles.quality.draft_case import DraftCase
from articles.quality.facts import numbers_in, quotations_in
from articles.quality.language import could_be, likely_language
from articles.quality.results import Finding, rule
from articles.quality.safety import unsafe_in
from articles.quality.scripts import hidden_characters, primary
from articles.quality.warnings import stems

SHORTEST_TITLE, LONGEST_TITLE, LONGEST_DESCRIPTION = 10, 120, 320
LEAST_LENGTH, MOST_LENGTH = 80, 130  # per cent of what was asked for
LEAST_COVERED = 60  # per cent of a point's words within one section
SHINGLE_WORDS = 5
MOST_SHARED = 25  # per cent of its shingles that another article has too
FEWEST_WORDS_TO_TELL = 8

_ADDRESS = re.compile(r"https?://[^\s<>()\[\]\"'`]+")
_MARKUP = re.compile(r"[\n\r<>`*_\[\]{}|]|https?://")
_PLACEHOLDER = regex.compile(
    r"""\b(?:TODO|TBD|TBC|FIXME|XXX+|lorem\ ipsum|placeholder|not\ publishable|nicht\ zur\ Veröffentlichung)\b
        | \[(?:insert|your|name|source|citation|date|link|image|add|company)\b[^\]]*\](?!\() | \{\{ | <[A-Z][A-Z_ ]+>
        | \b(?:insert|add)\ (?:your|a|the)\ [\w ]{1,30}\ here\b | …{2,} | \.{4,} | _{4,}""",
    regex.IGNORECASE | regex.VERBOSE,
)
_TO_A_MACHINE = regex.compile(
    r"""\b(?:ignore|disregard|forget|override)\s+(?:(?:all|any|of|the|these|those|my|your|previous|prior|above|earlier|system)\s+)+
            (?<!\b(?:ignore|disregard|forget|override)\s+the\s+)(?:instructions?|prompts?)\b
        | \bsystem\s+prompt\b | \byou\s+are\s+(?:now\s+)?(?:an?\s+)?(?:AI|language\s+model|chatbot)\b
        | \byou\s+are\s+now\s+an?\s+assistant\b
        | \b(?:ignoriere|missachte|vergiss)\s+(?:(?:alle|deine|die|bisherigen|vorherigen)\s+)+anweisungen\b""",
    regex.IGNORECASE | regex.VERBOSE,
)


def addressed_to_a_machine(text: str) -> list[str]:
    """Words that speak to a model instead of a reader; a customer's brief with them is not taken."""
    return [match.group() for match in _TO_A_MACHINE.finditer(text)]


@rule(f"one line of {SHORTEST_TITLE} to {LONGEST_TITLE} characters without markup")
def title_given(case: DraftCase) -> Finding:
    fits = SHORTEST_TITLE <= len(case.title) <= LONGEST_TITLE and case.title == case.title.strip()
    return fits and not _MARKUP.search(case.title), f"{len(case.title)} characters"


@rule(f"one line of at most {LONGEST_DESCRIPTION} characters without markup")
def description_given(case: DraftCase) -> Finding:
    fits = 0 < len(case.description.strip()) <= LONGEST_DESCRIPTION
    return fits and not _MARKUP.search(case.description), f"{len(case.description)} characters"


@rule("exactly one first-level heading on the page, the title")
def one_title_heading(case: DraftCase) -> Finding:
    own = sum(level == 1 for level, _ in case.headings)
    on_page = own if render(case.body).lstrip().startswith("<h1") else own + 1
    return on_page == 1, f"{on_page} on the page"


@rule("headings from the second level down, none skipped, none empty or said twice")
def heading_order(case: DraftCase) -> Finding:
    before, seen = 1, set[str]()
    for level, text in case.headings:
        if level == 1:
            continue  # one_title_heading's to judge
        if level > before + 1 or not text.strip() or text.casefold() in seen:
            return False, f"“{text[:60]}” at level {level} after level {before}"
        seen.add(text.casefold())
        before = level
    return bool(seen), f"{len(seen)} headings"


@rule(f"{LEAST_LENGTH} to {MOST_LENGTH} % of the length that was asked for")
def length(case: DraftCase) -> Finding:
    written = count_words(case.prose, case.language)
    share = 100 * written / case.words
    return LEAST_LENGTH <= share <= MOST_LENGTH, f"{written} words of {case.words}, {share:.0f} %"


@rule(f"every point of the brief covered: at least {LEAST_COVERED} % of its words within one section")
def points_covered(case: DraftCase) -> Finding:
    missing = [point for point in case.points if not _is_covered(point, case)]
    measured = f"not covered: “{missing[0][:60]}”" if missing else f"{len(case.points)} covered"
    return not missing, measured


@rule("no placeholder or unfinished passage")
def no_placeholders(case: DraftCase) -> Finding:
    return _none(match.group() for match in _PLACEHOLDER.finditer(_whole(case)))


@rule("no markers, JSON or remarks of a model, and nothing said to one")
def no_artefacts(case: DraftCase) -> Finding:
    """What the brief says itself is its subject."""
    text, asked_for = _whole(case), {said.casefold() for said in artefacts_in(case.material)}
    left = [said for said in artefacts_in(text) if said.casefold() not in asked_for]
    return _none([*left, *addressed_to_a_machine(text)])


@rule("no quotation that the brief and its sources do not hold")
def quotations_given(case: DraftCase) -> Finding:
    return _none(said for said in quotations_in(_seen(case)) if said[1:-1].strip() not in case.material)


@rule("no number or date that the brief and its sources do not hold")
def figures_given(case: DraftCase) -> Finding:
    known = set(numbers_in(case.material))
    return _none(number for number in numbers_in(_seen(case)) if number not in known)


@rule("every image with a text for those who cannot see it")
def images_described(case: DraftCase) -> Finding:
    bare = sum(not image.content.strip() for image in case.images)
    return not bare, f"{bare} of {len(case.images)} without" if bare else f"{len(case.images)} images"


@rule("no address that the brief and its sources do not hold")
def addresses_given(case: DraftCase) -> Finding:
    """Of links and images alike: an image from elsewhere tells its owner who reads."""
    found = [*(link.href for link in case.links), *(str(image.attrs.get("src", "")) for image in case.images)]
    known = _addresses_in(case.material) if case.may_link else set()
    return _none(address or "an empty one" for address in found if address not in known)


@rule("the language that was asked for, in every paragraph")
def same_language(case: DraftCase) -> Finding:
    language = primary(case.language)
    texts = [block.seen.text for block in case.blocks if _is_telling(block, case.language)]
    other = next((text for text in [case.prose, *texts] if not could_be(language, text)), None)
    return other is None, language if other is None else f"{likely_language(other)}: “{other[:60]}”"


@rule("no HTML, unsafe address or template tag")
def only_markdown(case: DraftCase) -> Finding:
    tokens = [token for block in case.blocks for token in block.tokens]
    inline = [child for token in tokens for child in token.children or []]
    html = [token.content for token in (*tokens, *inline) if token.type in ("html_inline", "html_block")]
    return _none([*html, *unsafe_in(_whole(case))])


@rule("no control, zero-width or direction characters")
def no_hidden_characters(case: DraftCase) -> Finding:
    return _none(f"U+{ord(character):04X}" for character in hidden_characters(_whole(case)))


@rule(f"at most {MOST_SHARED} % of its runs of {SHINGLE_WORDS} words stand in any one article we have")
def unlike_archive(case: DraftCase) -> Finding:
    own, nearest, most = shingles(case.prose), "", 0.0
    for title, body in case.archive:
        shared = 100 * len(own & shingles(body)) / max(1, len(own))
        if shared > most:
            nearest, most = title, shared
    return most <= MOST_SHARED, f"{most:.0f} %" + (f", most of “{nearest[:60]}”" if nearest else "")


def shingles(text: str) -> set[tuple[str, ...]]:
    """Every run of five words; of five characters where a script has no spaces."""
    found = words(text.casefold())
    return {tuple(found[start : start + SHINGLE_WORDS]) for start in range(len(found) - SHINGLE_WORDS + 1)}


def _is_covered(point: str, case: DraftCase) -> bool:
    wanted = stems(point)
    if not wanted:
        return point.casefold() in case.prose.casefold()
    return any(100 * len(wanted & stems(section)) >= LEAST_COVERED * len(wanted) for section in case.sections)


def _is_telling(block: ParsedBlock, language: str) -> bool:
    return block.kind == "paragraph" and count_words(block.seen.text, language) >= FEWEST_WORDS_TO_TELL


def _whole(case: DraftCase) -> str:
    return f"{case.title}\n{case.description}\n{case.body}"


def _seen(case: DraftCase) -> str:
    return f"{case.title}\n{case.description}\n{case.prose}"


def _none(found: Iterable[str]) -> Finding:
    items = sorted(set(found))
    return not items, ", ".join(item.strip() for item in items)[:80] or "none"


def _addresses_in(material: str) -> set[str]:
    """Whole ones, linked or bare: part of one leads elsewhere."""
    return {link.href for link in links(material)} | {found.rstrip(".,;:!?") for found in _ADDRESS.findall(material)}
