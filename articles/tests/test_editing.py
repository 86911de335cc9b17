"""The desk's own texts: nobody's work is passed over, no paid link is lost, and nothing is live before it was read."""

import pytest

from articles import editing
from articles.models import Article, ArticleVersion
from articles.publishing import BaseMoved, BreaksPaidLink, HashMismatch
from articles.tests.given import (
    BODY,
    EDITOR,
    SENTENCE,
    approved,
    candidate,
    go_live,
    published_article,
    sold,
    with_link,
)
from audit.models import AuditEntry

pytestmark = pytest.mark.django_db
NEWER = BODY.replace(SENTENCE, "Hot water.", 1)


def saved(article: Article, body: str = NEWER, seen: editing.Seen | None = None) -> ArticleVersion:
    start = editing.start_of(article)
    return editing.save(
        article=article, body=body, seen=seen or editing.seen_of(article), began_with=start, actor=EDITOR
    )


def live(version: ArticleVersion) -> None:
    editing.put_live(version=version, body_sha256=version.sha256, expected_published_id=version.base_id, actor=EDITOR)


def written() -> tuple[int, int]:
    return ArticleVersion.objects.count(), AuditEntry.objects.count()


def with_paid_link() -> Article:
    article = published_article()
    go_live(approved(article, with_link(BODY)), sold())
    article.refresh_from_db()
    return article


def test_a_save_is_a_new_candidate_and_readers_see_it_once_it_was_published():
    article = published_article()
    version = saved(article)

    assert (version.status, version.number, version.body) == ("candidate", 2, NEWER)
    assert version.author_label == "edited by editor@copydesk.example"
    live(version)
    article.refresh_from_db()
    assert article.published_version == version


def test_line_endings_of_a_browser_become_those_of_the_text():
    article = published_article()

    assert saved(article, NEWER.replace("\n", "\r\n")).body == NEWER


def test_what_a_browser_sends_back_unchanged_is_no_new_version():
    article = published_article()
    before = written()

    with pytest.raises(editing.NothingChanged):
        saved(article, BODY.replace("\n", "\r\n"))
    assert written() == before


def test_the_second_of_two_editors_is_told_and_nothing_is_written():
    article = published_article()
    seen = editing.seen_of(article)
    first = saved(article)
    before = written()

    with pytest.raises(editing.SavedMeanwhile) as refused:
        saved(article, BODY + "\nMine.\n", seen)

    assert refused.value.newer == first
    assert written() == before
    assert saved(article, BODY + "\nMine.\n").number == 3  # after looking at theirs


def test_a_link_that_went_live_meanwhile_is_not_passed_over():
    article = published_article()
    seen = editing.seen_of(article)
    version = approved(article, with_link(BODY))
    go_live(version, sold())

    with pytest.raises(editing.SavedMeanwhile) as refused:
        saved(article, NEWER, seen)
    assert refused.value.newer == version


def test_an_orders_candidate_is_nobodys_to_edit_and_keeps_nobody_from_saving():
    article = published_article()
    seen = editing.seen_of(article)
    candidate(article, with_link(BODY))

    assert editing.start_of(article) == article.published_version
    assert saved(article, NEWER, seen).number == 3


@pytest.mark.parametrize("broken", [BODY, with_link(with_link(BODY), paragraph=6)])
def test_a_text_that_breaks_a_paid_link_is_not_saved(broken):
    article = with_paid_link()
    before = written()

    with pytest.raises(BreaksPaidLink) as refused:
        saved(article, broken)
    assert refused.value.hrefs == ["https://brew.example/guide"]
    assert written() == before


@pytest.mark.parametrize("body", ["", " \n", "Text\0.", "x" * (editing.LONGEST + 1)])
def test_what_cannot_be_kept_is_refused_in_words(body):
    article = published_article()
    before = written()

    with pytest.raises(editing.Unkeepable):
        saved(article, body)
    assert written() == before


def test_only_what_was_read_goes_live():
    version = saved(published_article())
    before = written()

    with pytest.raises(HashMismatch):
        editing.put_live(version=version, body_sha256="0" * 64, expected_published_id=version.base_id, actor=EDITOR)
    assert written() == before
    version.refresh_from_db()
    assert version.status == "candidate"


def test_a_text_made_before_the_live_one_is_not_put_over_it_and_its_changes_can_be_carried_over():
    article = published_article()
    version = saved(article)
    go_live(approved(article, with_link(BODY)), sold())
    before = written()

    with pytest.raises(BaseMoved):
        live(version)

    assert written() == before
    version = ArticleVersion.objects.select_related("article__published_version", "base").get(pk=version.pk)
    assert editing.carried_over(version) == with_link(BODY).replace(SENTENCE, "Hot water.", 1)


def test_an_earlier_text_comes_back_as_a_new_version_on_what_is_live():
    article = published_article()
    first = editing.start_of(article)
    assert first is not None
    live(saved(article))

    again = editing.bring_back(version=first, actor=EDITOR)
    live(again)

    article.refresh_from_db()
    assert (article.published_version, again.number, again.body) == (again, 3, BODY)
    with pytest.raises(editing.NothingChanged):
        editing.bring_back(version=first, actor=EDITOR)


def test_a_text_that_was_never_live_is_not_brought_back():
    with pytest.raises(editing.NeverLive):
        editing.bring_back(version=saved(published_article()), actor=EDITOR)


def test_an_earlier_text_without_a_paid_link_does_not_come_back():
    article = with_paid_link()
    before = written()

    with pytest.raises(BreaksPaidLink):
        editing.bring_back(version=article.versions.get(number=1), actor=EDITOR)
    assert written() == before
