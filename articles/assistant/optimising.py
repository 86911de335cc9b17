"""An article for search engines: title, description, address, headings, links to our own articles, how it is shared.

The model chooses among what it is offered; addresses and structured data are written by the program.
"""

from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from articles import archive
from articles.assistant import rules
from articles.assistant.answers import Optimised
from articles.assistant.recipes import Recipe, examine_edit, words_of
from articles.assistant.work import Work, facts_of
from articles.markdown.inserting import (
    PlaceNotFound,
    WordsToLink,
    linkable_paragraphs,
    plain_headings,
    reworded,
)
from articles.models import Article
from articles.quality.results import Certificate, CheckResult
from articles.seo import report as seo

MOST_PARAGRAPHS, MOST_OFFERED = 60, 20


@dataclass(frozen=True)
class Reports:
    before: seo.Report
    after: seo.Report


def reports(work: Work, answer: Optimised) -> Reports:
    """The SEO report of the page as it is and as it would be. Raises PlaceNotFound."""
    now, then = facts_of(work.article), facts_after(work.article, answer)
    return Reports(_report(work, now, work.base.body), _report(work, then, optimised_body(work, answer)))


def facts_after(article: Article, answer: Optimised) -> dict[str, str]:
    """An address that readers have does not change."""
    slug = article.slug if is_address_public(article) else answer.slug.strip() or article.slug
    return {"title": answer.title.strip(), "description": answer.description.strip(), "slug": slug}


def is_address_public(article: Article) -> bool:
    return article.published_version_id is not None or article.status != Article.Status.DRAFT


def optimised_body(work: Work, answer: Optimised) -> str:
    """Raises PlaceNotFound, also for an article that is not published, or is this one."""
    wanted = {link.article_id for link in answer.links}
    found = Article.objects.published().exclude(pk=work.article.pk).in_bulk(wanted)
    if missing := wanted - found.keys():
        raise PlaceNotFound(f"there is no published article {min(missing)}")
    links = [
        WordsToLink(link.paragraph_id, link.words, found[link.article_id].get_absolute_url()) for link in answer.links
    ]
    return reworded(work.base.body, {item.id: item.text.strip() for item in answer.headings}, links)


def _document(work: Work) -> dict[str, Any]:
    near = archive.nearest_articles(work.text, besides=work.article)[:MOST_OFFERED]
    paragraphs = list(linkable_paragraphs(work.base.body).items())[:MOST_PARAGRAPHS]
    return {
        "language": work.article.language,
        "keyword": work.wish,
        **facts_of(work.article),
        "slug_is_fixed": is_address_public(work.article),
        "headings": [vars(heading) for heading in plain_headings(work.base.body)],
        "paragraphs": [{"id": index, "text": source} for index, source in paragraphs],
        "articles": [{"id": article.pk, "title": article.title} for article in near],
    }


def _examine(work: Work, answer: Optimised) -> Certificate:
    lines = [answer.title, answer.description, answer.share_title, answer.share_description, *answer.keywords]
    headings = [item.text for item in answer.headings]
    words = words_of(work, "\n\n".join([*lines[:4], *headings]))
    found = [*rules.examined(words, rules.WORDS, [*lines, *headings, *(link.words for link in answer.links)])]
    edit = examine_edit(work, lambda: optimised_body(work, answer), rules.REWORDED)
    found += edit
    if all(result.passed for result in edit):
        measured = reports(work, answer)
        better = measured.after.score >= measured.before.score
        made = rules.links_made(work.base.body, optimised_body(work, answer), len(answer.links))
        score = rules.fits("score_not_lower", better, str(measured.after.score), f"at least {measured.before.score}")
        found += [made, score, *(_judged(work, result) for result in measured.after.results)]
    return Certificate(tuple(found))


def _judged(work: Work, result: CheckResult) -> CheckResult:
    """An address that cannot change any more is not the answer's fault."""
    return replace(result, blocking=False) if result.check == "slug" and is_address_public(work.article) else result


def _report(work: Work, facts: dict[str, str], body: str) -> seo.Report:
    free = not Article.objects.filter(slug=facts["slug"]).exclude(pk=work.article.pk).exists()
    host = urlsplit(settings.SITE_URL).netloc
    return seo.report(seo.Page(**facts, body=body, keyword=work.wish, is_slug_free=free, host=host))


RECIPE = Recipe("optimise_seo.v1", Optimised, _document, _examine, optimised_body)
