"""An article for search engines, from its own words: the keyword put where it is missing, links on words that stand
there.

It must never claim anything: titles and descriptions are the article's own, with the keyword before them.
"""

import re
import unicodedata
from typing import Any

from simulators.openai.writer.pieces import PLAIN, spoken
from simulators.openai.writer.relevance import shared_words
from simulators.openai.writer.task import BadTask

LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_SLUG, MOST_LINKS, SHORTEST_LINKED = 60, 140, 60, 2, 6
# Long enough, and yet about nothing.
EMPTY_WORDS = (
    "about above across after around before behind below between during every other round through under until "
    "where which while within without your"
)
EMPTY = frozenset(EMPTY_WORDS.split())
WORD = re.compile(r"\w+")


def optimised(given: dict[str, Any], mode: str) -> dict[str, Any]:
    """Raises BadTask."""
    try:
        keyword, headings, paragraphs = str(given["keyword"]), given["headings"], given["paragraphs"]
        title = _title(str(given["title"]), keyword)
        description = _description(str(given["description"]), keyword, [str(item["text"]) for item in paragraphs])
        slug = str(given["slug"]) if given["slug_is_fixed"] else _slug(title)
        links = _links(paragraphs, given["articles"])
        new_headings = _headings(headings, keyword)
    except (KeyError, TypeError, ValueError) as problem:
        raise BadTask(f"not an optimise_seo task: {type(problem).__name__} {problem}") from problem
    if mode == "bad_edit":
        title = f"{title} <script>alert(1)</script>"
    return {
        "title": title,
        "description": description,
        "slug": slug,
        "headings": new_headings,
        "links": links,
        "schema_type": "Article",
        "keywords": [keyword],
        "share_title": title,
        "share_description": description,
    }


def _title(title: str, keyword: str) -> str:
    """The keyword before it where it is missing and fits."""
    with_keyword = f"{keyword[:1].upper()}{keyword[1:]}: {title}"
    return title if _has(title, keyword) or len(with_keyword) > LONGEST_TITLE else with_keyword


def _description(description: str, keyword: str, texts: list[str]) -> str:
    """A sentence with the keyword; without one what there is, as long as it is not cut off."""
    said = [one for text in texts for one in spoken(text) if len(one) <= LONGEST_DESCRIPTION and PLAIN.fullmatch(one)]
    named = [one for one in said if _has(one, keyword)]
    if named:
        return max(named, key=len)
    return description if 0 < len(description) <= LONGEST_DESCRIPTION or not said else max(said[:5], key=len)


def _headings(headings: list[dict[str, Any]], keyword: str) -> list[dict[str, Any]]:
    """The first below the title takes it, where none has it."""
    below = [item for item in headings if int(item["level"]) > 1]
    if not below or any(_has(str(item["text"]), keyword) for item in below):
        return []
    return [{"id": int(below[0]["id"]), "text": f"{below[0]['text']}: {keyword}"}]


def _links(paragraphs: list[dict[str, Any]], articles: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each article once, each paragraph once."""
    links, free = list[dict[str, Any]](), list(paragraphs)
    for article in articles:
        for paragraph in free:
            text = str(paragraph["text"])
            shared = [
                word
                for word in shared_words(str(article["title"]), text)
                if len(word) >= SHORTEST_LINKED and word not in EMPTY
            ]
            once = [word for word in shared if text.count(word) == 1 and re.search(rf"\b{re.escape(word)}\b", text)]
            if once and len(links) < MOST_LINKS:
                words = max(once, key=len)
                links.append({"paragraph_id": paragraph["id"], "words": words, "article_id": article["id"]})
                free.remove(paragraph)
                break
    return links


def _slug(title: str) -> str:
    plain = unicodedata.normalize("NFKD", title.casefold()).encode("ascii", "ignore").decode()
    return "-".join(WORD.findall(plain.replace("_", " ")))[:LONGEST_SLUG].strip("-") or "article"


def _has(text: str, keyword: str) -> bool:
    return set(WORD.findall(keyword.casefold())) <= set(WORD.findall(text.casefold()))
