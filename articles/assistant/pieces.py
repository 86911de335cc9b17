"""Pieces of text for an article: a section, a summary, an excerpt, headlines, questions and answers, a translation."""

from typing import Any

from articles.assistant import answers, rules
from articles.assistant.recipes import Recipe, examine_edit, words_of
from articles.assistant.work import Work
from articles.markdown.inserting import sections, with_ending, with_opening, with_section
from articles.markdown.parser import parsed_blocks
from articles.markdown.unlinking import without_link
from articles.models import Suggestion
from articles.quality import draft_rules
from articles.quality.draft_case import DraftCase
from articles.quality.results import Certificate, CheckResult

Kind = Suggestion.Kind
MOST_CHARACTERS = 60_000
PROSE = {"paragraph", "list", "table"}


def _article(work: Work) -> dict[str, Any]:
    return {
        "language": work.article.language,
        "title": work.article.title,
        "description": work.article.description,
        "text": work.text[:MOST_CHARACTERS],
    }


def _section_wanted(work: Work) -> dict[str, Any]:
    offered = [{"number": number, "heading": heading} for number, heading in enumerate(sections(work.base.body))]
    return {**_article(work), "subject": work.wish, "sections": offered}


def _section_body(work: Work, answer: answers.Section) -> str:
    return with_section(work.base.body, f"## {answer.heading.strip()}\n\n{answer.text.strip()}", after=answer.after)


def _section(work: Work, answer: answers.Section) -> Certificate:
    words = words_of(work, f"{answer.heading}\n\n{answer.text}")
    return Certificate((
        *rules.examined(words, rules.WORDS, [answer.heading]),
        _only_prose([answer.text]),
        *examine_edit(work, lambda: _section_body(work, answer), rules.ADDED),
    ))  # fmt: skip


def _summary_body(work: Work, answer: answers.Summary) -> str:
    return with_opening(work.base.body, "\n".join(f"- {point.strip()}" for point in answer.points))


def _summary(work: Work, answer: answers.Summary) -> Certificate:
    return Certificate((
        *rules.examined(words_of(work, "\n\n".join(answer.points)), rules.WORDS, answer.points),
        *examine_edit(work, lambda: _summary_body(work, answer), rules.ADDED),
    ))  # fmt: skip


def _excerpt(work: Work, answer: answers.Excerpt) -> Certificate:
    words = words_of(work, answer.description, description=answer.description)
    checks = (*rules.WORDS, draft_rules.description_given)
    return Certificate(tuple(rules.examined(words, checks, [answer.description])))


def _headlines(work: Work, answer: answers.Headlines) -> Certificate:
    lines = answer.headlines
    known = {line.strip().casefold() for line in lines} | {work.article.title.casefold()}
    lengths = [len(line) for line in lines]
    shortest, longest = draft_rules.SHORTEST_TITLE, draft_rules.LONGEST_TITLE
    return Certificate((
        *rules.examined(words_of(work, "\n\n".join(lines)), rules.WORDS, lines),
        rules.fits("each_new", len(known) == len(lines) + 1, f"{len(known) - 1} of {len(lines)}", "none said twice"),
        rules.fits("length", shortest <= min(lengths) and max(lengths) <= longest, f"{min(lengths)} to {max(lengths)}",
                   f"{shortest} to {longest} characters"),
    ))  # fmt: skip


def _faq_body(work: Work, answer: answers.Faq) -> str:
    asked = [f"### {item.question.strip()}\n\n{item.answer.strip()}" for item in answer.questions]
    return with_ending(work.base.body, "\n\n".join([f"## {answer.heading.strip()}", *asked]))


def _faq(work: Work, answer: answers.Faq) -> Certificate:
    lines = [answer.heading, *(item.question for item in answer.questions)]
    said = [item.answer for item in answer.questions]
    return Certificate((
        *rules.examined(words_of(work, "\n\n".join([*lines, *said])), rules.WORDS, lines),
        _only_prose(said),
        *examine_edit(work, lambda: _faq_body(work, answer), rules.ADDED),
    ))  # fmt: skip


def unsold_text(work: Work) -> str:
    """Without the links that were sold in this article: nobody bought them in its translation. Raises LinkNotFound."""
    text = work.text
    for link in work.paid:
        text = without_link(text, href=link.href, anchor=link.anchor, undo=None)
    return text


def _translation_wanted(work: Work) -> dict[str, Any]:
    return {**_article(work), "text": unsold_text(work)[:MOST_CHARACTERS], "into": work.wish}


def _translation(work: Work, answer: answers.Translation) -> Certificate:
    source = unsold_text(work)
    words = DraftCase(answer.title, answer.description, answer.body, "", (), source, 0, work.wish)
    before, after = _outline(source), _outline(answer.body)
    return Certificate((
        *rules.examined(words, rules.TRANSLATED, [answer.title, answer.description]),
        rules.fits("outline_kept", before == after, f"{len(after)} headings", f"the {len(before)} of the original"),
        rules.fits("whole", len(source) <= MOST_CHARACTERS, f"{len(source)} characters", f"{MOST_CHARACTERS} at most"),
    ))  # fmt: skip


def _outline(body: str) -> list[str]:
    return [block.tokens[0].tag for block in parsed_blocks(body) if block.kind == "heading"]


def _only_prose(texts: list[str]) -> CheckResult:
    kinds = {block.kind for text in texts for block in parsed_blocks(text.strip())} - PROSE
    return rules.fits("only_prose", not kinds, ", ".join(sorted(kinds)) or "yes", "paragraphs, lists and tables")


RECIPES = {
    Kind.SECTION: Recipe("write_section.v1", answers.Section, _section_wanted, _section, _section_body),
    Kind.SUMMARY: Recipe("write_summary.v1", answers.Summary, _article, _summary, _summary_body),
    Kind.EXCERPT: Recipe("write_excerpt.v1", answers.Excerpt, _article, _excerpt),
    Kind.HEADLINES: Recipe("write_headlines.v1", answers.Headlines, _article, _headlines),
    Kind.FAQ: Recipe("write_faq.v1", answers.Faq, _article, _faq, _faq_body),
    Kind.TRANSLATION: Recipe("translate_article.v1", answers.Translation, _translation_wanted, _translation),
}
