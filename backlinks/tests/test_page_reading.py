"""Our own page as a reader gets it: the link stands there as bought, or it is said why not."""

from dataclasses import replace

import pytest

from articles.models import Article, Placement
from backlinks.clients.web import Page
from backlinks.page_reading import ServedPage, read_page, understood
from backlinks.tests.aftermath import gone_live
from backlinks.tests.looking import plain_static  # noqa: F401

pytestmark = pytest.mark.django_db
EMPTY = Page("https://desk.example/", ("https://desk.example/",), 200, {}, b"", False)


@pytest.fixture
def served(stripe, openai, client):
    """The page of an article with a live link, as our own view makes it."""
    order = gone_live(stripe)
    return replace(EMPTY, body=client.get(order.article.get_absolute_url()).content)


def seen(page: Page) -> tuple[str, str]:
    return understood(page).shows(Placement.objects.get())


def test_the_page_our_view_makes_shows_the_link(served):
    assert seen(served) == ("right", "")


def test_a_page_without_the_link_with_it_twice_or_with_another_rel_is_wrong(served):
    body = served.body
    link = body[body.index(b'<a href="https://shop') :]
    link = link[: link.index(b"</a>") + 4]

    for changed in (body.replace(link, b""), body + link, body.replace(b"sponsored noopener", b"noopener")):
        assert seen(replace(served, body=changed))[0] == "wrong"


def test_a_page_nobody_finds_is_wrong(served):
    hidden = replace(served, body=served.body.replace(b"<head>", b'<head><meta name="robots" content="NOINDEX">'))

    assert seen(hidden)[0] == "wrong"
    assert seen(replace(served, headers={"x-robots-tag": "noindex"}))[0] == "wrong"
    assert seen(replace(served, status=404)) == ("wrong", "the page answers 404")


def test_a_page_that_cannot_be_read_says_nothing_of_the_link(served):
    assert seen(replace(served, status=503)) == ("not_read", "the page answers 503")
    assert read_page(Article.objects.get()) == ServedPage(unread="the name leads nowhere")
