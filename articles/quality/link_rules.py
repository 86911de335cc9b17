"""The link is the one that was bought, marked as paid, and the article's other links are as they were.

These checks must never read the Markdown by pattern: only what the parser makes of it counts.
"""

import unicodedata

from articles.markdown.links import SPONSORED_REL
from articles.quality.case import LinkCase, identity
from articles.quality.density import (
    MOST_PAID_LINKS,
    WORDS_PER_PAID_LINK,
    article_words,
    host_of,
    links_to_host,
    slots_for,
)
from articles.quality.results import Finding, rule


@rule("exactly one new link")
def one_new_link(case: LinkCase) -> Finding:
    new = len(case.new_links)
    gone = len(case.base_links) + new - len(case.candidate_links)
    return new == 1 and gone == 0, f"{new} new" + (f", {gone} gone" if gone else "")


@rule("the address that was bought, byte for byte")
def href_exact(case: LinkCase) -> Finding:
    found = [link.href for link in case.new_links]
    return found == [case.href], ", ".join(found) or "no new link"


@rule("the words that were bought, character for character")
def anchor_exact(case: LinkCase) -> Finding:
    found = [unicodedata.normalize("NFC", link.text) for link in case.new_links]
    return found == [unicodedata.normalize("NFC", case.anchor)], ", ".join(found) or "no new link"


@rule(f'rel="{SPONSORED_REL}"')
def rel_sponsored(case: LinkCase) -> Finding:
    found = [link.rel for link in case.new_links]
    return found == [SPONSORED_REL], ", ".join(f'rel="{rel}"' for rel in found) or "no new link"


@rule("no attribute besides href and rel")
def no_other_attributes(case: LinkCase) -> Finding:
    added = sorted({name for link in case.new_links for name in link.other_attributes})
    return not added, ", ".join(added) or "none"


@rule("the article's own links as published, in order")
def earlier_links_identical(case: LinkCase) -> Finding:
    new = {id(link) for link in case.new_links}
    kept = [identity(link) for link in case.candidate_links if id(link) not in new]
    before = [identity(link) for link in case.base_links]
    return kept == before, f"{len(before)} before, {len(kept)} of them kept"


@rule(f"at most 1 paid link per {WORDS_PER_PAID_LINK} words and {MOST_PAID_LINKS} per article")
def density(case: LinkCase) -> Finding:
    words = article_words(case.base, case.language)
    paid = sum(link.is_paid for link in case.candidate_links)
    return paid <= slots_for(words), f"{paid} paid in {words} words"


@rule("an address the article does not link to yet")
def target_new(case: LinkCase) -> Finding:
    host = host_of(case.href)
    known = len(links_to_host(case.base_links, host))
    return not known, f"{known} earlier links to {host}" if known else f"no earlier link to {host}"
