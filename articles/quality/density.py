"""How many paid links an article may carry, and whether it links to a host already.

It must never be asked twice in different words: the sale and the battery count with the same functions.
"""

from urllib.parse import urlsplit

import idna

from articles.markdown.links import Link
from articles.markdown.parser import parsed_blocks, prose_of
from articles.markdown.words import count_words

WORDS_PER_PAID_LINK = 400
MOST_PAID_LINKS = 3


def article_words(body: str, language: str) -> int:
    """Words a reader reads: headings, paragraphs, lists, quotes and tables; not code."""
    return count_words(prose_of(parsed_blocks(body)), language)


def slots_for(words: int) -> int:
    """How many paid links an article of so many words may carry."""
    return min(MOST_PAID_LINKS, words // WORDS_PER_PAID_LINK)


def host_of(url: str) -> str:
    """The host a URL leads to, as the DNS knows it and without `www.`; empty for a relative or malformed URL."""
    try:
        return plain_host(urlsplit(url).hostname or "")
    except ValueError:
        return ""


def plain_host(host: str) -> str:
    """One spelling for all that lead to one place: Unicode or punycode, ideographic dots, capitals (UTS 46)."""
    try:
        host = idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        host = host.lower()
    return host.rstrip(".").removeprefix("www.")


def links_to_host(links: list[Link], host: str) -> list[Link]:
    host = plain_host(host)
    return [link for link in links if host and host_of(link.href) == host]
