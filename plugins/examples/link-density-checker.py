"""Markdown links for each so many words, and the paragraphs that hold more than two of them."""

import re

LINK = re.compile(r"(?<!!)\[[^\]]*\]\([^)]*\)")


def run(given):
    text = given["text"] if "text" in given else read_article()["body"]
    share = given.get("words_for_each_link", 100)
    paragraphs = [part for part in re.split(r"\n\s*\n", text) if part.strip()]
    words = len(text.split())
    links = len(LINK.findall(text))
    crowded = [number for number, part in enumerate(paragraphs, 1) if len(LINK.findall(part)) > 2]
    return {
        "words": words,
        "links": links,
        "passed": links * share <= words and not crowded,
        "crowded_paragraphs": crowded[:100],
    }
