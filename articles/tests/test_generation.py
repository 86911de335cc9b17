"""From a brief to a candidate, through the offline writer over HTTP: what is kept, told, refused and left alone."""

import pytest

from articles import commissioning, drafting
from articles.commissioning import AlreadyPublished, AlreadyWriting, Wanted, order_article, write_again
from articles.generation import keep
from articles.models import AiEventLog, Article, ArticleVersion, Brief
from articles.tests.draft_cases import BODY, POINTS
from articles.tests.given import EDITOR, go_live
from articles.versions import approve
from mail.models import EmailLog
from queues.draining import drain
from queues.models import Job, State

pytestmark = pytest.mark.django_db

TOPIC = "Saving seed from your own vegetables"


def wanted(**different):
    asked = {"topic": TOPIC, "keyword": "saving seed", "points": list(POINTS), "words": 900, "sources": [BODY]}
    return Wanted(**{**asked, **different})


def asked(**different):
    return order_article(wanted=wanted(**different), actor=EDITOR, email="editor@copydesk.example")


def write():
    return drain(only="generate-article")


def test_a_brief_becomes_a_candidate_with_its_certificate_and_one_email(openai):
    brief = asked()

    assert write() == [("generate-article", "SUCCESS")]

    version = ArticleVersion.objects.get()
    article = Article.objects.get(pk=brief.article_id)
    assert (version.status, version.article, version.base) == ("candidate", article, None)
    assert version.body.startswith(f"---\ntitle: {TOPIC}\ndescription: ")
    assert all(result["passed"] for result in version.certificate if result["blocking"])
    assert [result["check"] for result in version.certificate][-1] == "internal_links"  # the SEO report's last
    assert [result["check"] for result in version.certificate][4:6] == ["length", "points_covered"]
    assert (article.status, article.published_version, article.title) == ("draft", None, TOPIC)
    email = EmailLog.objects.get()
    assert (email.kind, email.to, email.cause) == ("article_ready", "editor@copydesk.example", str(version.pk))
    assert AiEventLog.objects.get(purpose="write_article").subject_id == str(brief.pk)


def test_every_sentence_of_the_offline_writer_is_the_sources_own(openai):
    asked()
    write()

    body = ArticleVersion.objects.get().body.split("---\n", 2)[2]
    paragraphs = [text for text in body.strip().split("\n\n") if not text.startswith("## ")]
    assert len(paragraphs) > len(POINTS)
    assert all(text.strip() in BODY for text in paragraphs)


def test_without_sources_only_an_outline_is_written_and_kept_for_an_editor(openai):
    asked(sources=[])

    assert write() == [("generate-article", "FAILURE")]

    version = ArticleVersion.objects.get()
    failed = {result["check"] for result in version.certificate if not result["passed"]}
    assert version.status == "qc_failed"
    assert "not publishable" in version.body
    assert {"length", "no_placeholders"} <= failed
    assert AiEventLog.objects.filter(purpose="write_article").count() == drafting.ATTEMPTS
    assert not EmailLog.objects.filter(kind="article_ready").exists()
    assert Job.objects.get(name="generate-article").attempt == 1  # trying again cannot help


def test_a_draft_is_told_what_the_last_one_failed(openai, monkeypatch):
    asked_for = []
    real = drafting.ask

    def listening(**call):
        asked_for.append(call["document"]["failed_checks"])
        return real(**call)

    monkeypatch.setattr(drafting, "ask", listening)
    asked(sources=[])
    write()

    assert asked_for[0] == []
    assert [{"length", "no_placeholders"} <= {told["check"] for told in failed} for failed in asked_for[1:]] == [
        True,
        True,
    ]
    assert set(asked_for[1][0]) == {"check", "measured", "limit"}


def test_an_outage_waits_and_keeps_nothing(openai):
    brief = asked()
    openai.tell(mode="500")

    write()

    assert Job.objects.get(subject_id=str(brief.pk)).state == State.DELAYED
    assert not ArticleVersion.objects.exists()


def test_one_draft_at_a_time_and_none_for_what_is_live(openai):
    brief = asked()
    with pytest.raises(AlreadyWriting):
        write_again(brief=brief, actor=EDITOR)
    write()

    write_again(brief=brief, actor=EDITOR)
    write()

    first, second = ArticleVersion.objects.order_by("id")
    assert first.body != second.body
    assert EmailLog.objects.filter(kind="article_ready").count() == 2
    go_live(approve(version=second, body_sha256=second.sha256, actor=EDITOR))
    with pytest.raises(AlreadyPublished):
        write_again(brief=brief, actor=EDITOR)
    assert Job.objects.filter(name="generate-article").count() == 2


def test_a_near_copy_of_the_archive_is_refused(openai):
    first = asked()
    write()
    version = ArticleVersion.objects.get()
    go_live(approve(version=version, body_sha256=version.sha256, actor=EDITOR))

    second = asked()

    assert second.article.slug == f"{first.article.slug}-2"
    assert write() == [("generate-article", "FAILURE")]
    certificate = ArticleVersion.objects.get(article=second.article).certificate
    failed = [result for result in certificate if result["blocking"] and not result["passed"]]
    assert [result["check"] for result in failed] == ["unlike_archive"]
    assert failed[0]["measured"].endswith(f"most of “{TOPIC}”")


def test_what_was_kept_is_rolled_back_with_its_email(openai):
    brief = asked()
    made = drafting.draft(
        Brief.objects.get(pk=brief.pk), subject=("brief", "1"), variation="1", progress=lambda *told: None
    )
    assert made.certificate.passed
    assert not ArticleVersion.objects.exists()

    keep(made)

    assert (ArticleVersion.objects.count(), EmailLog.objects.count()) == (1, 1)


def test_two_of_one_topic_at_once_get_two_addresses(monkeypatch):
    first = commissioning.commission(wanted=wanted(), asked_by="somebody")
    answers = iter([first.article.slug, f"{first.article.slug}-2"])
    monkeypatch.setattr(commissioning, "_free_slug", lambda topic: next(answers))

    second = commissioning.commission(wanted=wanted(), asked_by="somebody else")

    assert second.article.slug == f"{first.article.slug}-2"
    assert Brief.objects.count() == 2
