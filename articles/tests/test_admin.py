"""What staff see of articles, and the little they may change."""

import pytest

from accounts.models import User
from accounts.roles import Role
from articles.models import AiEventLog, Article
from articles.tests.given import BODY, approved, go_live, published_article, sold, with_link
from audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]

EMPTY_INLINES: dict[str, object] = {
    f"{inline}-{count}_FORMS": 0 for inline in ("versions", "placements") for count in ("TOTAL", "INITIAL")
}


@pytest.fixture
def editor(client):
    client.force_login(User.objects.create_user("editor@copydesk.example", Role.EDITOR))
    return client


def form(article: Article, **changed: object) -> dict[str, object]:
    facts: dict[str, object] = {
        "title": article.title,
        "description": article.description,
        "topic": article.topic,
        "price_minor": article.price_minor,
        "currency": article.currency,
    }
    return facts | EMPTY_INLINES | changed


def test_the_list_shows_price_and_live_links(editor):
    article = published_article()
    go_live(approved(article, with_link(BODY)), sold())

    answer = editor.get("/admin/articles/article/")

    assert "$49.00" in answer.content.decode()
    assert [row.live_links for row in answer.context["cl"].result_list] == [1]


@pytest.mark.parametrize(
    ("chosen", "listed"),
    [
        ("", ["Drafted", "Hot tea at home"]),
        ("?status__exact=draft", ["Drafted"]),
        ("?status__exact=archived", ["Put away"]),
        ("?status__exact=every", ["Put away", "Drafted", "Hot tea at home"]),
    ],
)
def test_what_was_put_away_is_listed_for_whoever_asks(editor, chosen, listed):
    Article.objects.filter(pk=published_article().pk).update(title="Hot tea at home")
    for slug, title, status in (("drafted", "Drafted", "draft"), ("away", "Put away", "archived")):
        Article.objects.create(slug=slug, title=title, status=status, price_minor=4900)

    answer = editor.get(f"/admin/articles/article/{chosen}")

    assert [row.title for row in answer.context["cl"].result_list] == listed


def test_an_article_shows_its_versions_and_its_paid_links(editor):
    article = published_article()
    go_live(approved(article, with_link(BODY)), sold())

    html = editor.get(f"/admin/articles/article/{article.pk}/change/").content.decode()

    assert "superseded" in html.lower()
    assert "https://brew.example/guide" in html


def test_a_new_price_is_kept_and_said_by_whom(editor):
    article = published_article()

    answer = editor.post(f"/admin/articles/article/{article.pk}/change/", form(article, price_minor=7900))

    article.refresh_from_db()
    entry = AuditEntry.objects.latest("id")
    assert (answer.status_code, article.price_minor) == (302, 7900)
    assert (entry.action, entry.actor_label) == ("article.described", "editor@copydesk.example")
    assert (entry.before, entry.after) == ({"price_minor": 4900}, {"price_minor": 7900})


@pytest.mark.parametrize(("field", "value"), [("price_minor", 0), ("currency", "dollars"), ("title", "")])
def test_nonsense_is_refused_with_a_reason(editor, field, value):
    article = published_article()

    answer = editor.post(f"/admin/articles/article/{article.pk}/change/", form(article, **{field: value}))

    assert answer.status_code == 200
    assert answer.context["errors"]
    article.refresh_from_db()
    assert (article.price_minor, article.currency, article.title) == (4900, "usd", "How tea is made")


def test_nothing_else_can_be_changed(editor):
    article = published_article()

    editor.post(f"/admin/articles/article/{article.pk}/change/", form(article, slug="x", status="draft", language="de"))

    article.refresh_from_db()
    assert (article.slug != "x", article.status, article.language) == (True, "published", "en")


@pytest.mark.parametrize("model", ["article", "articleversion", "aieventlog"])
def test_nothing_is_added_by_hand(editor, model):
    assert editor.get(f"/admin/articles/{model}/add/").status_code == 403


def test_a_version_shows_its_source_as_text_and_its_certificate(editor):
    version = approved(published_article(), BODY + "\n<script>alert(1)</script>\n")

    html = editor.get(f"/admin/articles/articleversion/{version.pk}/change/").content.decode()

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in html
    assert "No check was run on this text." in html
    assert version.sha256 in html
    assert editor.post(f"/admin/articles/articleversion/{version.pk}/change/", {"status": "x"}).status_code == 403


def test_an_unknown_cost_is_not_shown_as_nothing(editor):
    AiEventLog.objects.create(purpose="weave_link", model_asked="m", cost_micro=None)
    AiEventLog.objects.create(purpose="weave_link", model_asked="m", cost_micro=1234)

    html = editor.get("/admin/articles/aieventlog/").content.decode()

    assert "unknown" in html
    assert "$0.001234" in html


def test_a_customer_sees_none_of_it(client):
    client.force_login(User.objects.create_user("customer@shop.example", Role.CUSTOMER))

    for model in ("article", "articleversion", "aieventlog"):
        assert client.get(f"/admin/articles/{model}/").status_code == 302


def test_a_price_that_cannot_be_charged_in_its_currency_is_refused(editor):
    article = published_article()

    answer = editor.post(
        f"/admin/articles/article/{article.pk}/change/", form(article, price_minor=4905, currency="kwd")
    )

    article.refresh_from_db()
    assert (answer.status_code, article.price_minor, article.currency) == (200, 4900, "usd")
    assert "must be a multiple of 10" in answer.content.decode()


def test_only_what_readers_can_open_leads_to_the_site(editor):
    live, draft = published_article(), Article.objects.create(slug="a-draft", title="A draft", price_minor=4900)

    pages = [editor.get(f"/admin/articles/article/{article.pk}/change/").content.decode() for article in (live, draft)]

    assert [live.get_absolute_url() in pages[0], "a-draft/" in pages[1], "/admin/r/" in pages[1]] == [
        True,
        False,
        False,
    ]
