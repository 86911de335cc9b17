"""Pieces by the offline writer: every word is the article's own, or it declines."""

import pytest

from simulators.openai.writer import pieces
from simulators.openai.writer.search import optimised
from simulators.openai.writer.task import BadTask, Declined

TEXT = """Most gardeners save their first seed by accident. A pod is missed, and it rattles in October.

## Beans and peas first of all

Beans and peas ask the least of all plants. Leave the lowest pods on a few healthy plants until they are brown and dry.

## Tomatoes in a jar

Tomato seed comes wrapped in a jelly that stops it from sprouting. The simplest way to remove it is to let it ferment.
"""
ARTICLE = {"title": "Saving seed", "text": TEXT}
SECTIONS = {"subject": "Tomatoes", "sections": [{"number": n, "heading": ""} for n in range(3)]}


def test_everything_is_the_articles_own():
    said = [
        *pieces.summary(ARTICLE, "")["points"],
        pieces.excerpt(ARTICLE, "")["description"],
        *pieces.section({**ARTICLE, **SECTIONS}, "")["text"].split("\n\n"),
        *(item["answer"] for item in pieces.questions(ARTICLE, "")["questions"]),
        *pieces.headlines(ARTICLE, "")["headlines"],
    ]

    assert len(said) == 13
    assert [text for text in said if text not in TEXT] == []


def test_a_section_goes_behind_what_it_comes_from():
    assert pieces.section({**ARTICLE, **SECTIONS}, "")["after"] == 2


def test_it_declines_what_it_cannot_do_honestly():
    with pytest.raises(Declined, match="cannot translate"):
        pieces.translation({**ARTICLE, "into": "de"}, "")
    with pytest.raises(Declined, match="too little"):
        pieces.summary({"title": "Empty", "text": "## Only headings\n"}, "")
    with pytest.raises(BadTask):
        pieces.summary({"title": "No text"}, "")


def test_a_page_for_search_engines_has_the_keyword_before_its_own_words():
    given = {
        "keyword": "vegetable seed",
        "title": "Saving your own",
        "description": "How to save seed.",
        "slug": "saving",
        "slug_is_fixed": False,
        "headings": [{"id": 2, "level": 2, "text": "Beans"}],
        "paragraphs": [{"id": 3, "text": "A winter garden keeps little of its seed."}],
        "articles": [{"id": 7, "title": "The winter commuter bike"}],
    }

    made = optimised(given, "")

    assert (made["title"], made["slug"]) == ("Vegetable seed: Saving your own", "vegetable-seed-saving-your-own")
    assert made["headings"] == [{"id": 2, "text": "Beans: vegetable seed"}]
    assert made["links"] == [{"paragraph_id": 3, "words": "winter", "article_id": 7}]
    assert optimised({**given, "slug_is_fixed": True}, "")["slug"] == "saving"
