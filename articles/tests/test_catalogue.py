"""Finding an article in the catalogue: by its words, its topic and language, in an order, page by page."""

import re

import pytest

from articles import promises
from articles.describing import Facts, describe
from articles.importing import import_article
from articles.models import Article
from articles.queries import Search, Sort, catalogue_page
from articles.tests.given import BODY, EDITOR, approved, go_live, live_version, published_article, sold, with_link

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


def published(title, text="Short.", language="en", topic="", price=4900) -> Article:
    facts = f"title: {title}\nlanguage: {language}\ntopic: {topic}\nprice_minor: {price}"
    source = f"---\n{facts}\n---\n\n{text}\n"
    return import_article(source_bytes=source.encode(), actor=EDITOR, publishing=True).article


def found(**search) -> list[str]:
    return [article.title for article in catalogue_page(Search(**search)).articles]


@pytest.mark.parametrize(
    ("q", "matches"),
    [
        ("otter", ["Rivers"]),
        ("OTTERS swim", ["Rivers"]),
        ("swimming", ["Rivers"]),
        ("swi", ["Rivers"]),
        ("wim", []),
        ("cold-wat", ["Rivers"]),
        ("cold-blooded", []),
        ("ive", ["Rivers"]),
        ("otters lions", []),
        ("Häuser", ["Städte"]),
        ("Haus", ["Städte"]),
        ("o'tter", []),
        ("':* | !", []),
        ("\\", []),
    ],
)
def test_words_are_found_in_the_text_too_in_the_forms_of_its_language(q, matches):
    published("Rivers", "Otters swim there, cold-water fans all.")
    published("Städte", "Dort stehen Häuser.", language="de")

    assert found(q=q) == found(q=q, sort=Sort.BEST) == matches


def test_what_is_published_anew_is_found_by_its_new_words_and_no_longer_by_the_old():
    article = published_article()
    describe(article=article, facts=Facts(**{**vars(Facts.of(article)), "title": "Coffee"}), actor=EDITOR)
    go_live(approved(Article.objects.get(pk=article.pk), BODY + "\nA word on marmalade.\n"))

    assert found(q="marmalade coffee") == ["Coffee"]

    go_live(approved(Article.objects.get(pk=article.pk), BODY))
    assert found(q="marmalade") == []
    assert live_version(article).number == 3


def test_best_match_puts_what_is_named_before_what_only_mentions_it_over_pages():
    for number in range(3):
        published(f"Otter {number}")
    for number in range(2):
        published(f"Rivers {number}", "An otter.")

    search, cursor, shown = Search(q="otter", sort=Sort.BEST), "", list[str]()
    for _ in range(5):
        page = catalogue_page(search, cursor=cursor, size=1)
        shown, cursor = [*shown, *(article.title for article in page.articles)], page.next

    assert shown == ["Otter 2", "Otter 1", "Otter 0", "Rivers 1", "Rivers 0"]
    assert cursor == ""


@pytest.mark.parametrize(
    ("sort", "order"),
    [(Sort.CHEAPEST, ["B", "D", "C", "A", "E"]), (Sort.DEAREST, ["E", "A", "D", "C", "B"])],
)
def test_prices_order_the_list_and_every_page_goes_on_where_the_last_ended(sort, order):
    for title, price in [("A", 900), ("B", 100), ("C", 500), ("D", 500), ("E", 10_000)]:
        published(title, price=price)
    Article.objects.filter(title="D").update(price_minor=500)

    cursor, shown = "", list[str]()
    for _ in range(3):
        page = catalogue_page(Search(sort=sort), cursor=cursor, size=2)
        shown, cursor = [*shown, *(article.title for article in page.articles)], page.next

    assert shown == order


def test_topic_and_room_narrow_the_list_and_the_address_says_so(client):
    roomy = published_article(slug="tea")
    published("Short tea", topic="Tea")
    published("Rivers", topic="Travel")

    html = client.get("/?topic=Tea&room=1").content.decode()

    assert re.findall(r"<h2><a[^>]*>([^<]+)</a>", html) == [roomy.title]
    assert '<option value="Tea" selected>Tea</option>' in html
    assert '<option value="1" selected>' in html
    assert "1 article matches." in " ".join(html.split())


def test_a_search_without_a_match_says_what_narrows_it_and_how_to_get_out(client):
    published("Rivers", topic="Travel")

    html = " ".join(client.get("/?q=otter&topic=Travel&sort=dearest").content.decode().split())

    assert "Nothing matches “otter”" in html
    assert "the topic is Travel" in html
    assert '<a class="button quiet" href="/">Show every article</a>' in html


def test_what_an_address_cannot_mean_is_left_out(client):
    published("Rivers")

    html = client.get("/?sort=best&room=yes&topic=&size=1").content.decode()

    assert '<option value="" selected>Newest first</option>' in html
    assert "Best match first" not in html
    assert "Rivers" in html


def test_a_first_search_puts_the_best_match_first_unless_asked_otherwise(client):
    published("Rivers")

    assert '<option value="" selected>Best match first</option>' in client.get("/?q=rivers&sort=").content.decode()
    assert '<option value="newest" selected>' in client.get("/?q=rivers&sort=newest").content.decode()


def test_places_that_are_sold_or_being_paid_for_are_not_free(client, monkeypatch):
    article = published_article()
    assert "2 places free" in client.get("/").content.decode()

    go_live(approved(article, with_link(BODY)), sold())
    assert "1 place free" in client.get("/").content.decode()

    monkeypatch.setattr(promises, "_counting", [lambda articles: {article.pk: 1}])
    html = client.get("/").content.decode()
    assert "No room for a link</span>" in html
    assert "Place a link" not in html


def test_room_counts_the_paragraphs_as_well_as_the_words():
    """Words for two links, and one paragraph that could take one."""
    quote = "> " + "A quoted line that nobody may change in any way at all. " * 60
    plain = "This is a plain paragraph of our own that reads well and has room for one more sentence in it. " * 3
    article = published("One", f"{quote}\n\n{plain}\n\n{quote}")

    assert (article.linkable_message, article.link_slots) == ("This article can take 1 more paid link.", 1)
