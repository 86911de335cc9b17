"""What an article's page says to search engines and where it is shared."""

import json
import re

import pytest

from articles.models import Presentation
from articles.tests.given import BODY, approved, go_live, live_version, published_article

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
HOSTILE = "</script><script>alert(1)</script><!-- & \u2028"


def page(client, slug="tea"):
    answer = client.get(f"/articles/{slug}/")
    assert answer.status_code == 200
    return answer.content.decode()


def structured(html):
    [block] = re.findall(r'<script type="application/ld\+json">(.*?)</script>', html, re.DOTALL)
    return json.loads(block)


def test_an_article_says_what_it_is(client, settings):
    settings.SITE_URL, settings.SITE_NAME = "https://paper.example", "Paper"
    article = published_article(slug="tea")
    first = live_version(article).published_at
    second = go_live(approved(article, BODY + "\nMore.\n")).published_at

    html = page(client)

    publisher = {"@type": "Organization", "name": "Paper", "url": "https://paper.example/"}
    assert structured(html) == {
        "@context": "https://schema.org",
        "@type": "Article",
        "headline": "How tea is made",
        "description": "Slowly.",
        "inLanguage": "en",
        "url": "https://paper.example/articles/tea/",
        "mainEntityOfPage": {"@type": "WebPage", "@id": "https://paper.example/articles/tea/"},
        "datePublished": first.isoformat(),
        "dateModified": second.isoformat(),
        "author": publisher,
        "publisher": publisher,
        "articleSection": "Tea",
    }
    assert '<meta name="description" content="Slowly.">' in html
    assert '<meta property="og:description" content="Slowly.">' in html


def test_what_was_accepted_for_search_engines_is_said(client):
    article = published_article(slug="tea")
    Presentation.objects.create(
        article=article,
        schema_type="TechArticle",
        keywords=["tea", "brewing"],
        share_title="Tea, slowly",
        share_description="How to wait for a cup.",
        set_by_label="editor",
    )

    html = page(client)

    said = structured(html)
    assert (said["@type"], said["keywords"], said["headline"]) == ("TechArticle", ["tea", "brewing"], "How tea is made")
    assert '<meta property="og:title" content="Tea, slowly">' in html
    assert '<meta property="og:description" content="How to wait for a cup.">' in html


def test_no_words_of_an_article_end_the_block(client):
    article = published_article(slug="tea")
    article.title = article.description = HOSTILE
    article.save(update_fields=["title", "description"])

    html = page(client)

    assert structured(html)["description"] == HOSTILE
    assert "<script>alert" not in html
    assert html.count("</script>") == html.count("<script ")
