"""The pages of the editors' desk, as an editor uses them."""

import html
import io
import zipfile
from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from accounts import roles
from accounts.roles import Role
from accounts.tests.given import signed_in
from articles.commissioning import Wanted, commission
from articles.models import Article, ArticleVersion, ScheduledPublication
from articles.tests.given import BODY, SENTENCE, approved, candidate, go_live, published_article, sold, with_link
from articles.versions import NewVersion, propose
from audit.models import AuditEntry
from queues.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
NEWER = BODY.replace(SENTENCE, "Hot <b>water</b>.", 1)
PAGES = ("texts", "compare", "edit", "publish", "preview", "export", "back", "unplan")
POSTED = ("back", "unplan")


@pytest.fixture
def editor():
    return signed_in(Role.EDITOR)


def url(article: Article, page: str) -> str:
    return f"/admin/articles/article/{article.pk}/{page}/"


def save(editor, article, body=NEWER, shown=None):
    shown = shown or editor.get(url(article, "edit"))
    sheet = shown.context["sheet"]
    sent = {"body": body, "newest": sheet.seen.newest, "live": sheet.seen.live, "began_with": sheet.began_with.number}
    return editor.post(url(article, "edit"), sent)


def publish(editor, article, version, **changed):
    sent = {"version": version.number, "body_sha256": version.sha256, "live": version.base_id, "have_read": "on"}
    return editor.post(url(article, "publish"), sent | changed)


def text_of(answer) -> str:
    return html.unescape(answer.content.decode())


def written() -> tuple[int, int, int]:
    return ArticleVersion.objects.count(), AuditEntry.objects.count(), Job.objects.count()


def test_from_the_list_of_texts_to_what_readers_see(editor, client):
    article = published_article()

    assert save(editor, article).status_code == 303
    version = article.versions.get(number=2)
    listed = text_of(editor.get(url(article, "texts")))
    assert "Version 2 (edited by editor@copydesk.example" in listed
    read = editor.get(url(article, "publish"), {"version": 2})
    assert "&lt;b&gt;water&lt;/b&gt;" in read.content.decode()
    assert publish(editor, article, version).status_code == 303

    assert "Hot <b>water</b>." in client.get(article.get_absolute_url()).content.decode()
    back = editor.post(url(article, "back"), {"version": 1})
    assert back["Location"].endswith("/publish/?version=3")


def test_a_plan_stands_beside_its_version_and_so_does_why_it_was_stopped(editor):
    article = published_article()
    save(editor, article)
    plan = ScheduledPublication.objects.create(
        version=article.versions.get(number=2), publish_at=datetime(2030, 5, 4, 8, tzinfo=UTC), planned_by="Workflows"
    )

    assert "Candidate, planned for 4 May, 08:00 UTC" in text_of(editor.get(url(article, "texts")))
    ScheduledPublication.objects.filter(pk=plan.pk).update(state="stopped", note="a newer text was saved meanwhile")

    listed = text_of(editor.get(url(article, "texts")))
    assert "was to go live on 4 May, 08:00 UTC: a newer text was saved meanwhile" in listed
    assert "planned for" not in listed


def test_a_plan_is_called_off_and_the_text_can_still_go_live_by_hand(editor):
    article = published_article()
    save(editor, article)
    version = article.versions.get(number=2)
    plan = ScheduledPublication.objects.create(
        version=version, publish_at=datetime(2030, 5, 4, 8, tzinfo=UTC), planned_by="Workflows"
    )

    answer = editor.post(url(article, "unplan"), {"version": 2}, follow=True)

    plan.refresh_from_db()
    assert (plan.state, plan.note) == ("stopped", "called off by editor@copydesk.example")
    listed = text_of(answer)
    assert "Version 2 does not go live by itself any more." in listed
    assert "was to go live on 4 May, 08:00 UTC: called off by editor@copydesk.example" in listed
    entry = AuditEntry.objects.get(action="article.unplanned")
    assert (entry.target_id, entry.before) == (str(article.pk), {"version": version.pk})
    assert publish(editor, article, version).status_code == 303
    article.refresh_from_db()
    assert article.published_version_id == version.pk


def test_what_went_live_by_hand_before_its_time_is_planned_no_more(editor):
    article = published_article()
    save(editor, article)
    version = article.versions.get(number=2)
    ScheduledPublication.objects.create(
        version=version, publish_at=datetime(2030, 5, 4, 8, tzinfo=UTC), planned_by="Workflows"
    )

    publish(editor, article, version)

    listed = text_of(editor.get(url(article, "texts")))
    assert "planned for" not in listed
    assert "Call off" not in listed


def test_who_edits_is_told_when_a_workflow_publishes_by_itself(editor):
    article = published_article()
    assert "a workflow does by itself" not in text_of(editor.get(url(article, "edit")))

    call_command("ready_made_workflows", "--on", stdout=io.StringIO())

    assert "a workflow does by itself" in text_of(editor.get(url(article, "edit")))


def test_what_is_not_planned_cannot_be_called_off(editor):
    article = published_article()
    save(editor, article)
    version = article.versions.get(number=2)
    ScheduledPublication.objects.create(
        version=version, publish_at=datetime(2030, 5, 4, 8, tzinfo=UTC), planned_by="Workflows", state="live"
    )

    said = [text_of(editor.post(url(article, "unplan"), {"version": number}, follow=True)) for number in (1, 2)]

    assert "version 1 is not planned, or went live already." in said[0]
    assert "version 2 is not planned, or went live already." in said[1]
    assert ScheduledPublication.objects.get().state == "live"
    assert not AuditEntry.objects.filter(action="article.unplanned").exists()


def test_what_is_typed_is_in_the_field_again_after_a_conflict_and_theirs_beside_it(editor):
    article = published_article()
    mine = editor.get(url(article, "edit"))
    save(editor, article)
    before = written()

    answer = save(editor, article, BODY + "\nMine.\n", shown=mine)

    assert answer.status_code == 409 and written() == before
    assert "Mine.\n</textarea>" in text_of(answer)
    assert "version 2 came while you were writing" in text_of(answer)
    assert not answer.context["sheet"].theirs.is_same
    assert save(editor, article, BODY + "\nMine.\n", shown=answer).status_code == 303


def test_a_save_without_the_paid_link_says_which_and_keeps_what_was_typed(editor):
    article = published_article()
    go_live(approved(article, with_link(BODY)), sold())
    before = written()

    answer = save(editor, article, BODY + "\nMine.\n")

    assert answer.status_code == 422 and written() == before
    assert "Mine.\n</textarea>" in text_of(answer) and "https://brew.example/guide" in text_of(answer)


@pytest.mark.parametrize("changed", [{"have_read": ""}, {"body_sha256": "0" * 64}, {"live": ""}, {"live": "9999999"}])
def test_what_was_not_read_does_not_go_live(editor, changed):
    article = published_article()
    save(editor, article)
    before = written()

    answer = publish(editor, article, article.versions.get(number=2), **changed)

    assert answer.status_code == 303 and written() == before
    article.refresh_from_db()
    assert article.published_version.number == 1


def test_what_went_live_meanwhile_is_not_called_refused(editor):
    """By the minute's plan, say, or by a second press."""
    article = published_article()
    save(editor, article)
    version = article.versions.get(number=2)
    publish(editor, article, version)
    before = written()

    answer = publish(editor, article, version)

    assert answer["Location"] == url(article, "texts")
    shown = text_of(editor.get(answer["Location"]))
    assert "Version 2 is live already" in shown and "Nothing was published" not in shown
    assert written() == before


def test_a_customers_text_is_not_published_here(editor):
    article = published_article()
    version = candidate(article, with_link(BODY))
    before = written()

    answer = publish(editor, article, version)

    assert answer["Location"].endswith("/texts/") and written() == before
    assert "Publish…" not in editor.get(url(article, "texts")).content.decode()
    shown = text_of(editor.get(url(article, "publish"), {"version": version.number}))
    assert "This text is a customer's." in shown and "have_read" not in shown


def test_an_ordered_article_waits_for_its_customers_text(editor):
    wanted = Wanted(topic="Saving seed", keyword="seed", points=["Dry it"], words=900)
    article = commission(wanted=wanted, asked_by="a customer", subject=("order", "7")).article
    ours = propose(article=article, base=None, new=NewVersion(body=BODY, author_label="an editor"))
    before = written()
    sent = {"body": NEWER, "newest": ours.pk, "live": 0, "began_with": ours.number}

    saved, published = editor.post(url(article, "edit"), sent), publish(editor, article, ours, live="")

    assert (
        saved.status_code == 422 and NEWER in text_of(saved) and "its customer's text goes live first" in text_of(saved)
    )
    shown = text_of(editor.get(published["Location"]))
    assert "Nothing was published: this article was ordered" in shown
    assert "Edit the text" not in text_of(editor.get(url(article, "texts")))
    article.refresh_from_db()
    assert (written(), article.published_version) == (before, None)


def test_a_preview_is_the_readers_page_and_counts_nothing(editor):
    article = published_article()
    save(editor, article)

    page = editor.get(url(article, "preview"), {"version": 2}).content.decode()

    assert '<meta name="robots" content="noindex">' in page and "Hot <b>water</b>." in page
    assert "<script" not in page and "canonical" not in page


def test_any_two_are_compared_and_an_unknown_one_is_not_there(editor):
    article = published_article()
    save(editor, article)

    page = editor.get(url(article, "compare"), {"before": 2, "after": 1}).content.decode()
    assert "<del>" in page and "<ins>" in page
    for number in ("3", "x", "1" * 20):
        assert editor.get(url(article, "compare"), {"after": number}).status_code == 404


def test_nobody_but_the_desk_comes_in(client):
    article = published_article()
    before = written()
    for browser, expected in ((client, 302), (signed_in(Role.CUSTOMER), 302)):
        for page in PAGES:
            asked = browser.post if page in POSTED else browser.get
            assert asked(url(article, page), {"version": 1}).status_code == expected
        assert browser.post("/admin/articles/article/import/").status_code == expected
    assert written() == before


def test_staff_without_the_permission_are_refused(editor, monkeypatch):
    article = published_article()
    before = written()
    monkeypatch.setattr(roles, "PERMISSIONS", {})

    for page in PAGES:
        asked = editor.post if page in POSTED else editor.get
        assert asked(url(article, page), {"version": 1}).status_code == 403
    assert editor.get("/admin/articles/article/import/").status_code == 403
    assert written() == before


def test_nothing_is_changed_by_looking(editor):
    article = published_article()
    before = written()

    for page in POSTED:
        assert editor.get(url(article, page), {"version": 1}).status_code == 405
    assert written() == before


def send(editor, what, *files):
    return editor.post("/admin/articles/article/import/", {"what": what, "markdown": files})


def md(name: str, source: bytes) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, source, "text/markdown")


def test_an_import_is_tried_without_a_trace_and_then_kept_byte_for_byte(editor):
    source = "\ufeff---\ntitle: Tee\nlanguage: de\n---\r\n\r\nMit  Umlaut: ü.\n\n".encode()
    before = (*written(), Article.objects.count())

    tried = send(editor, "try", md("tee.md", source), md("bad.md", b"\xff"))

    assert (*written(), Article.objects.count()) == before
    assert [line.is_refused for line in tried.context["lines"]] == [False, True]
    assert "byte 0xff at offset 0, line 1" in text_of(tried)
    send(editor, "keep", md("tee.md", source), md("bad.md", b"\xff"))
    article = Article.objects.get(slug="tee")
    assert (article.title, article.language, article.status) == ("Tee", "de", "draft")
    carried = editor.get(url(article, "export"), {"version": 1})
    assert carried.content == source
    assert carried["Content-Disposition"] == 'attachment; filename="tee.md"'
    assert "has these very bytes" in text_of(send(editor, "keep", md("tee.md", carried.content)))


def test_an_import_that_breaks_a_paid_link_is_refused_and_leaves_nothing(editor):
    article = published_article()
    go_live(approved(article, with_link(BODY)), sold())
    before = written()

    answer = send(editor, "keep", md(f"{article.slug}.md", BODY.encode() + b"\nMore.\n"))

    assert answer.context["lines"][0].is_refused and "brew.example" in text_of(answer)
    assert written() == before


def test_no_file_and_too_many_are_refused_by_name(editor):
    assert send(editor, "keep").status_code == 422
    answer = send(editor, "keep", *(md(f"a{n}.md", b"# A\n") for n in range(51)))
    assert answer.status_code == 422 and "At most 50 files at once" in text_of(answer)
    assert not Article.objects.exists()


def test_several_are_taken_away_as_one_archive(editor):
    first, second = published_article(slug="one"), published_article(slug="two")
    go_live(approved(second, with_link(BODY)), sold())

    answer = editor.post("/admin/articles/article/", {"action": "export", "_selected_action": [first.pk, second.pk]})

    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    assert {name: archive.read(name) for name in archive.namelist()} == {
        "one.md": BODY.encode(), "two.md": with_link(BODY).encode(),
    }  # fmt: skip
