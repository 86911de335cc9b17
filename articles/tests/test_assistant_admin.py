"""The assistant's page: asked, watched, read, accepted and declined by who may; refused, nothing moves."""

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from articles.assistant.asking import ask_for
from articles.importing import import_article
from articles.models import ArticleVersion, Suggestion
from articles.tests.given import EDITOR, approved, go_live, live_version
from articles.tests.test_assistant import SOURCE
from audit.models import AuditEntry
from queues.draining import drain
from queues.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


@pytest.fixture
def article(db):
    return import_article(source_bytes=SOURCE, actor=EDITOR, publishing=True).article


@pytest.fixture
def page(article):
    return f"/admin/articles/article/{article.pk}/assistant/"


def signed_in(email, role):
    client = Client()
    client.force_login(User.objects.create_user(email, role, "correct horse battery"))
    return client


@pytest.fixture
def desk(db):
    return signed_in("editor@copydesk.example", Role.EDITOR)


def ask_at(page):
    return page.replace("/assistant/", "/ask/")


def html(response):
    assert response.status_code == 200
    return response.content.decode()


def seen(shown):
    return shown.split('name="seen_sha256" value="')[1][:64]


def test_an_editor_asks_watches_reads_and_accepts(desk, article, page, openai):
    assert page in html(desk.get(f"/admin/articles/article/{article.pk}/texts/"))
    assert "Nothing was asked yet" in html(desk.get(page))

    assert desk.post(ask_at(page), {"kind": "seo", "wish": "vegetable seed"})["Location"] == page
    made = Suggestion.objects.get()
    waiting = html(desk.get(page))
    assert f'hx-get="/admin/articles/suggestion/{made.pk}/live/" hx-trigger="every 2s"' in waiting
    drain(only="optimize-seo")

    card = html(desk.get(f"/admin/articles/suggestion/{made.pk}/live/"))
    assert "hx-get" not in card
    assert "<ins>Vegetable seed: </ins>Saving seed from your own vegetables" in card
    assert "Behind “Saving seed is not difficult, but it rewards a little planning." in card
    assert "Before: 45 of 100" in card and "After: 75 of 100" in card
    answer = desk.post(f"/admin/articles/suggestion/{made.pk}/accept/", {"seen_sha256": seen(card)}, follow=True)

    version = ArticleVersion.objects.get(status="candidate")
    assert f"version {version.number} is a candidate now" in html(answer)
    assert AuditEntry.objects.get(action="suggestion.accepted").actor_label == "editor@copydesk.example"
    assert live_version(article).body.encode() == SOURCE


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"kind": "section"}, "Say what the section is to be about."),
        ({"kind": "translation", "wish": "German!"}, "Give a code like en, de or zh-Hans."),
        ({"kind": "translation", "wish": "en-GB"}, "The article is in that language already."),
        ({"kind": "seo", "wish": " "}, "Say what its readers search for."),
        ({"kind": "poem"}, "Select a valid choice."),
        ({"kind": "section", "wish": "x" * 201}, "at most 200 characters"),
    ],
)
def test_what_cannot_be_asked_is_said_and_nothing_is_kept(desk, page, sent, said):
    answer = desk.post(ask_at(page), sent)

    assert (answer.status_code, said in answer.content.decode()) == (422, True)
    assert (Suggestion.objects.count(), Job.objects.count()) == (0, 0)


def test_a_headline_is_chosen_and_an_excerpt_declined(desk, article, page, openai):
    for kind in ("headlines", "excerpt"):
        desk.post(ask_at(page), {"kind": kind})
    drain(only="generate-content")
    headlines, excerpt = Suggestion.objects.order_by("id")
    shown = html(desk.get(f"/admin/articles/suggestion/{headlines.pk}/live/"))

    desk.post(f"/admin/articles/suggestion/{headlines.pk}/accept/", {"seen_sha256": seen(shown), "choice": "2"})
    desk.post(f"/admin/articles/suggestion/{excerpt.pk}/decline/", {"reason": "Too dry."})

    article.refresh_from_db()
    excerpt.refresh_from_db()
    assert article.title == headlines.answer["headlines"][2]
    assert (excerpt.state, excerpt.note) == ("declined", "Too dry.")


def test_what_was_overtaken_is_said_and_not_accepted(desk, article, page, openai):
    desk.post(ask_at(page), {"kind": "summary"})
    drain(only="generate-content")
    made = Suggestion.objects.get()
    shown = html(desk.get(page))
    go_live(approved(article, live_version(article).body + "\nOne more.\n"))
    versions, entries = ArticleVersion.objects.count(), AuditEntry.objects.count()

    answer = desk.post(f"/admin/articles/suggestion/{made.pk}/accept/", {"seen_sha256": seen(shown)}, follow=True)

    assert "Nothing was done: somebody decided about it" in html(answer)
    assert "The article has changed since this was written." in html(answer)
    assert (ArticleVersion.objects.count(), AuditEntry.objects.count()) == (versions, entries)


def test_what_a_model_says_is_shown_and_does_nothing(desk, article, page, openai):
    desk.post(ask_at(page), {"kind": "section", "wish": "<img src=x onerror=alert(1)>"})
    made = Suggestion.objects.get()
    hostile = {"after": 0, "heading": "<script>alert(1)</script>", "text": "<img src=x onerror=alert(1)> Ignore it."}
    live = live_version(article)
    Suggestion.objects.update(state="proposed", base=live, base_sha256=live.sha256, answer=hostile, facts={})

    for shown in (html(desk.get(page)), html(desk.get(f"/admin/articles/suggestion/{made.pk}/live/"))):
        assert "alert(1)" in shown
        assert "<script>alert" not in shown and "<img src=x" not in shown


def test_only_who_may(article, page):
    made = ask_for(article=article, kind=Suggestion.Kind.SUMMARY, wish="", actor=EDITOR)
    own = f"/admin/articles/suggestion/{made.pk}/"
    writes = {ask_at(page): {"kind": "excerpt"}, f"{own}accept/": {}, f"{own}decline/": {}}
    customer, desk = signed_in("c@example.com", Role.CUSTOMER), signed_in("e@copydesk.example", Role.EDITOR)
    entries = AuditEntry.objects.count()

    for somebody in (customer, Client()):
        assert [somebody.get(path).status_code for path in (page, f"{own}live/", f"{own}change/")] == [302] * 3
        assert [somebody.post(path, sent).status_code for path, sent in writes.items()] == [302] * 3
    assert [desk.get(path).status_code for path in writes] == [303, 405, 405]
    assert desk.get(ask_at(page))["Location"] == page
    assert (Suggestion.objects.count(), Job.objects.count(), AuditEntry.objects.count()) == (1, 1, entries)


@pytest.mark.parametrize("missing", ["ask_suggestion", "decide_suggestion", "view_suggestion"])
def test_each_door_asks_for_its_own_permission(article, page, monkeypatch, missing):
    desk = signed_in("e@copydesk.example", Role.EDITOR)
    made = ask_for(article=article, kind=Suggestion.Kind.SUMMARY, wish="", actor=EDITOR)
    own = f"/admin/articles/suggestion/{made.pk}/"
    monkeypatch.setattr(User, "has_perm", lambda user, permission, obj=None: permission != f"articles.{missing}")

    answers = {
        "view_suggestion": [desk.get(page), desk.get(f"{own}live/"), desk.get(f"{own}change/")],
        "ask_suggestion": [desk.post(ask_at(page), {"kind": "faq"})],
        "decide_suggestion": [desk.post(f"{own}accept/"), desk.post(f"{own}decline/")],
    }

    assert {answer.status_code for answer in answers[missing]} == {403}
    assert Suggestion.objects.get(pk=made.pk).state == "asked"


def test_a_full_page_asks_the_database_little(desk, article, page, openai, django_assert_max_num_queries):
    for kind in ("summary", "excerpt", "headlines", "faq"):
        desk.post(ask_at(page), {"kind": kind})
    desk.post(ask_at(page), {"kind": "seo", "wish": "vegetable seed"})
    drain()

    with django_assert_max_num_queries(12):
        assert html(desk.get(page)).count('class="go"') == 5
