"""The public pages, as a reader's browser and a search engine get them."""

import re

import pytest
from django.test import Client

from articles.importing import import_article
from articles.models import Article, Placement
from articles.queries import CATALOGUE_PAGE
from articles.tests.given import BODY, BREW, EDITOR, approved, candidate, go_live, published_article, sold, with_link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]

AMPERSANDS = "https://brew.example/guide?a=1&b=2"


def page(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return str(answer.content.decode())


def published(title: str, language: str = "en", topic: str = "") -> Article:
    source = f"---\ntitle: {title}\nlanguage: {language}\ntopic: {topic}\n---\n\nShort.\n"
    return import_article(source_bytes=source.encode(), actor=EDITOR, publishing=True).article


def titles(html: str) -> list[str]:
    return re.findall(r'<h2><a href="[^"]+" lang="[^"]+">([^<]+)</a></h2>', html)


def test_the_catalogue_shows_what_is_published_newest_first_with_its_price(client):
    published_article(slug="tea")
    published("Short")
    candidate(import_article(source_bytes=b"# A draft\n", actor=EDITOR).article, BODY)

    html = page(client, "/")

    assert titles(html) == ["Short", "How tea is made"]
    assert html.count("Takes a link") == html.count("$49.00") == html.count("No room for a link") == 1


def test_an_empty_catalogue_says_so(client):
    assert "No article is published yet" in page(client, "/")


def test_the_search_looks_for_every_word_and_says_when_nothing_matches(client):
    published("Rivers of Europe", topic="Travel")
    published("Rivers of ink", topic="Writing")

    assert titles(page(client, "/?q=travel+RIVERS")) == ["Rivers of Europe"]
    nothing = page(client, "/?q=%3Cb%3Elakes")
    assert "Nothing matches “&lt;b&gt;lakes”" in nothing
    assert titles(nothing) == []


def test_the_language_filter_names_languages_as_their_speakers_do(client):
    published("Rivers")
    published("Flüsse", "de")

    html = page(client, "/?language=de")

    assert titles(html) == ["Flüsse"]
    assert '<option value="de" selected>Deutsch</option>' in html


def test_pages_follow_each_other_without_loss_and_keep_the_filter(client):
    for number in range(CATALOGUE_PAGE + 3):
        published(f"Article {number:02}")

    first = page(client, "/?q=article")
    [following] = re.findall(r'<a class="button quiet" href="([^"]+)" rel="next">', first)
    second = page(client, following.replace("&amp;", "&"))

    shown = titles(first) + titles(second)
    assert shown == [f"Article {number:02}" for number in reversed(range(CATALOGUE_PAGE + 3))]
    assert "q=article" in following
    assert 'rel="next"' not in second


def test_a_nul_in_a_filter_is_no_error(client):
    published("Rivers")

    assert titles(page(client, "/?q=riv%00ers&language=%00&cursor=%00")) == ["Rivers"]


@pytest.mark.parametrize("cursor", ["x", "-1", "1e3", "9" * 30, "²"])
def test_a_made_up_cursor_is_no_page(client, cursor):
    assert client.get(f"/?cursor={cursor}").status_code == 404


def test_the_catalogue_asks_the_database_little(client, django_assert_max_num_queries):
    for number in range(CATALOGUE_PAGE):
        published(f"Article {number}")

    with django_assert_max_num_queries(7):
        page(client, "/")
    with django_assert_max_num_queries(7):
        page(client, "/?q=article&topic=Tea&language=en&room=1&sort=cheapest")


def test_an_article_is_shown_with_its_one_title_and_address(client, settings):
    settings.SITE_URL = "https://paper.example"
    published_article(slug="tea")

    html = page(client, "/articles/tea/")

    assert html.count("<h1") == 1
    assert '<link rel="canonical" href="https://paper.example/articles/tea/">' in html
    assert '<meta property="og:title" content="How tea is made">' in html
    assert '<a class="button" href="/articles/tea/link/">Place a link in this article</a>' in html


def test_a_text_that_brings_its_own_title_gets_no_second_one(client):
    published_article("# How rivers run\n\nText.\n", slug="rivers")

    html = page(client, "/articles/rivers/")

    assert re.findall(r"<h1[^>]*>(.*?)</h1>", html) == ["How rivers run"]


def test_no_paid_link_no_notice(client):
    published_article(slug="tea")

    assert "This article contains" not in page(client, "/articles/tea/")


def test_a_live_paid_link_is_disclosed_and_qualified(client):
    article = published_article(slug="tea")
    go_live(approved(article, with_link(BODY, AMPERSANDS)), sold(AMPERSANDS))

    html = page(client, "/articles/tea/")

    assert "This article contains a paid link." in html
    assert "“brewing guide” leads to brew.example" in html
    links = re.findall(r'<a [^>]*href="https://brew\.example[^>]*>', html)
    assert links == ['<a href="https://brew.example/guide?a=1&amp;b=2" rel="sponsored noopener">']


def test_the_notice_comes_from_the_placements_and_goes_with_them(client):
    article = published_article(slug="tea")
    version = go_live(approved(article, with_link(BODY)), sold())
    Placement.objects.update(ended_at=version.published_at)

    assert "This article contains" not in page(client, "/articles/tea/")


def test_readers_see_what_is_published_and_not_what_is_proposed(client):
    article = published_article(slug="tea")
    approved(article, with_link(BODY))

    assert BREW not in page(client, "/articles/tea/")


def test_a_new_version_is_seen_at_once(client):
    article = published_article(slug="tea")
    page(client, "/articles/tea/")

    go_live(approved(article, BODY + "\nA last word.\n"))

    assert "A last word." in page(client, "/articles/tea/")


def test_an_article_asks_the_database_little(client, django_assert_max_num_queries):
    published_article(slug="tea")

    with django_assert_max_num_queries(2):
        page(client, "/articles/tea/")


def test_nothing_on_a_page_is_inline(client):
    published_article("---\ntitle: Sly\n---\n\nA <script>alert(1)</script><b style='x' onclick='y'>b</b>\n", slug="sly")

    for path in ("/", "/articles/sly/", "/nowhere/"):
        html = client.get(path).content.decode()
        html = html.replace('<script type="application/ld+json">', "")  # data, which no browser runs
        assert not re.search(r"<script(?![^>]*src=)|<style|\sstyle=|\son\w+=", html)


@pytest.mark.parametrize("path", ["/articles/nothing/", "/articles/a-draft/", "/nowhere/"])
def test_what_is_not_there_is_a_page_that_leads_on(client, path):
    import_article(source_bytes=b"# A draft\n", actor=EDITOR)

    answer = client.get(path)

    assert answer.status_code == 404
    assert '<a class="button" href="/">See all articles</a>' in answer.content.decode()


def test_pages_are_only_read(client):
    published_article(slug="tea")

    assert client.post("/").status_code == client.post("/articles/tea/").status_code == 405
