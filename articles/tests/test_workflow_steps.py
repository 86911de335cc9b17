"""The quality gate and scheduled publishing, over a stand-in of the model: what passes goes live, and nothing newer."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from articles import versions
from articles.models import Article, ArticleVersion, QualityReport, ScheduledPublication
from articles.tests.given import BODY, candidate, go_live, published_article
from mail.models import EmailLog
from queues.draining import drain
from workflows import triggers
from workflows.models import Workflow, WorkflowRun

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("openai")]
NEWER = BODY + "\n\nOne more paragraph, that nobody has reviewed.\n"


@pytest.fixture(autouse=True)
def ready_made():
    call_command("ready_made_workflows", "--on", stdout=StringIO())


def saved(article: Article, body: str = NEWER) -> ArticleVersion:
    new = versions.NewVersion(body=body, author_label="an editor")
    return versions.propose(article=article, base=article.published_version, new=new)


def gate() -> WorkflowRun:
    return WorkflowRun.objects.get(version__workflow__slug="quality-gate")


def answer(run: WorkflowRun, key: str) -> dict[str, object]:
    run.refresh_from_db()
    return run.steps.get(key=key).output


def clock_strikes() -> None:
    assert triggers.start_due(timezone.now().timestamp()) == 1
    drain()


def test_a_version_that_passes_its_review_is_approved_by_its_hash_and_goes_live_at_its_time(settings):
    settings.DESK_EMAILS = ["desk@copydesk.example"]
    article = published_article()
    version = saved(article)
    drain(only="run-workflow")
    drain(only="execute-step")

    report = QualityReport.objects.get()
    assert (report.sha256, report.version) == (version.sha256, version) and report.score >= 70
    version.refresh_from_db()
    assert version.status == "approved"
    clock_strikes()

    article.refresh_from_db()
    assert article.published_version == version and article.published_version.body == NEWER
    assert ScheduledPublication.objects.get().state == "live"
    assert EmailLog.objects.filter(kind="article_published").count() == 1
    drain()
    assert set(WorkflowRun.objects.values_list("state", flat=True)) == {"done"}


def test_a_report_never_passes_a_newer_text():
    article = published_article()
    first = saved(article)
    drain(only="run-workflow")
    drain(only="execute-step", limit=2)
    newer = saved(article, NEWER + "\n\nAnd another.\n")

    drain(only="execute-step", limit=1)

    assert answer(WorkflowRun.objects.earliest("pk"), "gate") == {
        "passed": False, "why_not": "a newer text was saved meanwhile",
    }  # fmt: skip
    assert {first.status, newer.status} == {"candidate"}
    assert not ScheduledPublication.objects.exists()


def test_a_customers_text_and_one_that_failed_keep_no_editors_text_from_passing():
    article = published_article()
    version = saved(article)
    candidate(article, BODY + "\nA customer's.\n")
    failed = versions.NewVersion(body=BODY + "\nFailed.\n", author_label="offline writer")
    versions.keep_failed(article=article, base=article.published_version, new=failed)

    drain()

    assert answer(gate(), "gate")["passed"] is True
    clock_strikes()
    article.refresh_from_db()
    assert article.published_version == version


def test_a_planned_text_does_not_pass_over_a_newer_one(settings):
    settings.DESK_EMAILS = ["desk@copydesk.example"]
    article = published_article()
    planned = saved(article)
    drain()
    Workflow.objects.filter(slug="quality-gate").update(enabled=False)
    saved(article, NEWER + "\n\nA correction.\n")

    clock_strikes()

    article.refresh_from_db()
    plan = ScheduledPublication.objects.get(version=planned)
    assert (plan.state, plan.note) == ("stopped", "a newer text was saved meanwhile")
    assert article.published_version.number == 1
    assert EmailLog.objects.get().kind == "workflow_note"


def test_the_newest_of_two_that_were_planned_goes_live():
    article = published_article()
    first = saved(article)
    drain()
    second = saved(article, NEWER + "\n\nA correction.\n")
    drain()

    clock_strikes()

    states = {plan.version: plan.state for plan in ScheduledPublication.objects.all()}
    assert states == {first: "stopped", second: "live"}


def test_what_an_editor_put_live_before_its_time_is_live_and_nobody_is_told(settings):
    settings.DESK_EMAILS = ["desk@copydesk.example"]
    version = saved(published_article())
    drain()
    version.refresh_from_db()
    go_live(version)

    clock_strikes()

    assert ScheduledPublication.objects.get().state == "live"
    assert not EmailLog.objects.exists()


def test_what_does_not_pass_stays_a_candidate_with_the_reason():
    article = published_article()
    version = saved(article, "# Short\n\nToo little.\n")
    drain()

    version.refresh_from_db()
    assert version.status == "candidate"
    assert "are needed" in str(answer(gate(), "gate")["why_not"])
    assert QualityReport.objects.get().remarks[0].startswith("Measured by the offline reviewer")


def test_failed_checks_of_its_own_certificate_keep_it_back():
    article = published_article()
    failed = [{"check": "length", "passed": False, "measured": "1", "limit": "2", "blocking": True}]
    new = versions.NewVersion(body=NEWER, author_label="x", certificate=failed)
    versions.propose(article=article, base=article.published_version, new=new)
    drain()

    assert answer(gate(), "gate") == {"passed": False, "why_not": "checks failed: length"}


def test_what_cannot_go_live_is_stopped_with_the_reason_and_keeps_no_other_back(settings):
    settings.DESK_EMAILS = ["desk@copydesk.example"]
    moved, fine = published_article(slug="moved"), published_article(slug="fine")
    planned = {article.slug: saved(article) for article in (moved, fine)}
    drain()
    assert set(ScheduledPublication.objects.values_list("state", flat=True)) == {"planned"}
    ArticleVersion.objects.filter(article=moved, status="published").update(status="superseded")
    other = saved(moved, BODY + "\nOther.\n")
    Article.objects.filter(pk=moved.pk).update(published_version=other)

    clock_strikes()

    states = {slug: ScheduledPublication.objects.get(version=version).state for slug, version in planned.items()}
    assert states == {"moved": "stopped", "fine": "live"}
    stopped = ScheduledPublication.objects.get(state="stopped")
    assert stopped.note == "another text went live meanwhile"
    told = EmailLog.objects.get(kind="workflow_note")
    assert (told.to, told.context["about_line"]) == ("desk@copydesk.example", "Not published: How tea is made")
    assert stopped.note in told.context["text_lines"][0]
    assert f"/admin/articles/article/{moved.pk}/texts/" in told.context["text_lines"][1]


def test_articles_are_locked_by_their_ids_whichever_was_due_first():
    first, second = published_article(), published_article()
    later, sooner = saved(first), saved(second)
    drain()
    ScheduledPublication.objects.filter(version=sooner).update(publish_at=timezone.now() - timedelta(hours=1))

    clock_strikes()

    publishing = WorkflowRun.objects.get(version__workflow__slug="scheduled-publishing")
    assert answer(publishing, "publish")["live"] == [later.pk, sooner.pk]


def test_what_is_not_due_waits():
    saved(published_article())
    drain()
    ScheduledPublication.objects.update(publish_at=timezone.now() + timedelta(hours=1))

    clock_strikes()

    assert ScheduledPublication.objects.get().state == "planned"


@pytest.mark.parametrize("subject", ["order:7", "placement:7"])
def test_an_orders_version_and_what_goes_live_at_once_start_nothing(subject):
    article = published_article()
    new = versions.NewVersion(body=NEWER, author_label="x", subject=tuple(subject.split(":")))
    versions.propose(article=article, base=article.published_version, new=new, announced=subject.startswith("order"))

    assert not WorkflowRun.objects.exists()
