"""What a workflow can do with a version: have it read, keep the report, let it pass, and put what is due online.

A report speaks only of the hash it read; where a newer text came meanwhile, nothing passes.
"""

from datetime import timedelta
from typing import Annotated, Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from pydantic import Field

from articles.editing import start_of
from articles.models import Article, ArticleVersion, Brief, QualityReport, ScheduledPublication
from articles.publishing import BaseMoved, BreaksPaidLink, HashMismatch, IsCommissioned, NotApproved, publish
from articles.reviewing import Review, review
from articles.versions import VERSION, Status, approve
from audit.actors import Actor
from mail.sending import send_email, send_to_desk
from workflows.errors import StepFailed
from workflows.models import Workflow
from workflows.registry import At, Outcome, Params, Step, register_step
from workflows.running import STEP

DESK = Actor("system", "workflows", "Workflows")
AT_ONCE = 20
YES, NO = "yes", "no"
NEWER = "a newer text was saved meanwhile"
WHY_NOT: dict[type[Exception], str] = {
    BaseMoved: "another text went live meanwhile",
    BreaksPaidLink: "a paid link would not stand in it exactly once",
    HashMismatch: "it is another text than the one that was approved",
    IsCommissioned: "somebody ordered the article, and their text goes live first",
    NotApproved: "it cannot go live any more",
}
State = ScheduledPublication.State
Key = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]


class ReviewParams(Params):
    """Nothing to say."""


class ReportParams(Params):
    review: Key = "review"


class PassParams(Params):
    report: Key = "report"
    least_score: Annotated[int, Field(ge=0, le=100)] = 70
    publish_after_minutes: Annotated[int, Field(ge=0, le=525_600)] = 0


class FindParams(Params):
    at_once: Annotated[int, Field(ge=1, le=100)] = AT_ONCE


class PublishParams(Params):
    found: Key = "find"


def look(at: At, params: ReviewParams) -> Review:
    return review(_version(at), subject=at.subject)


def ai_review(at: At, params: ReviewParams) -> Outcome:
    seen: Review = at.prepared
    return Outcome({"version": seen.version_id, "sha256": seen.sha256, "score": seen.score, "remarks": seen.remarks,
                    "failed_checks": seen.failed_checks, "reviewer": seen.reviewer})  # fmt: skip


def store_quality_report(at: At, params: ReportParams) -> Outcome:
    seen = _output(at, params.review, "score")
    report = QualityReport.objects.create(
        version_id=seen["version"],
        sha256=seen["sha256"],
        score=seen["score"],
        remarks=seen["remarks"],
        failed_checks=seen["failed_checks"],
        reviewer=seen["reviewer"],
    )
    return Outcome({"report": report.pk, "score": report.score})


def update_status_if_pass(at: At, params: PassParams) -> Outcome:
    """Approve exactly the text the report read, and plan when it goes live."""
    report = QualityReport.objects.get(pk=_output(at, params.report, "report")["report"])
    Article.objects.select_for_update().get(versions=report.version_id)
    version = ArticleVersion.objects.select_for_update(of=("self",)).select_related("article").get(pk=report.version_id)
    if why_not := _why_not(version, report, params.least_score):
        return Outcome({"passed": False, "why_not": why_not}, branch=NO)
    approve(version=version, body_sha256=report.sha256, actor=DESK)
    publish_at = timezone.now() + timedelta(minutes=params.publish_after_minutes)
    ScheduledPublication.objects.create(version=version, publish_at=publish_at, planned_by=DESK.label)
    return Outcome({"passed": True, "version": version.pk, "publish_at": publish_at.isoformat()}, branch=YES)


def publish_by_themselves() -> bool:
    """Whether texts may go live that nobody but a workflow has let pass."""
    with_gate = Workflow.objects.filter(enabled=True, version__definition__icontains=update_status_if_pass.__name__)
    return with_gate.exists()


def find_scheduled_articles(at: At, params: FindParams) -> Outcome:
    due = ScheduledPublication.objects.filter(state=ScheduledPublication.State.PLANNED, publish_at__lte=timezone.now())
    found = list(due.order_by("publish_at", "pk").values_list("pk", flat=True)[: params.at_once])
    return Outcome({"publications": found, "count": len(found)})


def publish_and_notify(at: At, params: PublishParams) -> Outcome:
    """Each for itself: one that cannot go live is stopped with the reason, and keeps none of the others back."""
    found = _output(at, params.found, "publications")["publications"]
    planned = ScheduledPublication.objects.select_for_update(of=("self",)).filter(pk__in=found, state=State.PLANNED)
    done: dict[str, list[int]] = {"live": [], "stopped": []}
    for plan in planned.order_by("version__article_id", "publish_at", "pk"):  # articles by id, as everybody locks them
        note = _go_live(plan)
        state = State.STOPPED if note else State.LIVE
        ScheduledPublication.objects.filter(pk=plan.pk).update(state=state, note=note)
        if note:
            _tell_the_desk(at, plan, note)
        done[state].append(plan.version_id)
    return Outcome({**done, "count": len(done["live"])})


def _why_not(version: ArticleVersion, report: QualityReport, least_score: int) -> str:
    if version.sha256 != report.sha256:
        return "the report read another text"
    if version.status != Status.CANDIDATE:
        return f"the version is {version.get_status_display().lower()}"
    if version.subject_type == "order":
        return "its customer decides about it"
    if start_of(version.article) != version:
        return NEWER
    if report.failed_checks:
        return f"checks failed: {', '.join(report.failed_checks)}"
    return "" if report.score >= least_score else f"it scores {report.score}; {least_score} are needed"


def _go_live(plan: ScheduledPublication) -> str:
    """Why it did not; empty when it is live, or was before its time."""
    article = Article.objects.select_for_update(of=("self",)).get(versions=plan.version_id)
    version = ArticleVersion.objects.get(pk=plan.version_id)
    if version.published_at:
        return ""
    if article.published_version_id == version.base_id and start_of(article) != version:
        return NEWER
    try:
        publish(
            version=version,
            body_sha256=version.sha256,
            expected_published_id=version.base_id,
            placement=None,
            actor=DESK,
        )
    except tuple(WHY_NOT) as refusal:
        return WHY_NOT[type(refusal)]
    _tell(version)
    return ""


def _tell_the_desk(at: At, plan: ScheduledPublication, note: str) -> None:
    """That it did not go live, and why: readers still see what they saw."""
    article = plan.version.article
    texts = f"{settings.SITE_URL}{reverse('admin:articles_desk_texts', args=[article.pk])}"
    lines = [f"Version {plan.version.number} was to go live by itself and did not: {note}.", f"Its texts: {texts}"]
    send_to_desk(
        kind="workflow_note",
        subject=(STEP, str(at.execution_id)),
        cause=f"stopped {plan.pk}",
        context={"about_line": f"Not published: {article.title}", "text_lines": lines, "run": at.facts["run"]["id"]},
    )


def _tell(version: ArticleVersion) -> None:
    """Whoever asked for it and the desk, each once for this version."""
    article = Article.objects.get(pk=version.article_id)
    told: dict[str, Any] = {
        "kind": "article_published",
        "subject": ("article", str(article.pk)),
        "cause": str(version.pk),
        "context": {"article_title": article.title, "article_url": f"{settings.SITE_URL}{article.get_absolute_url()}"},
    }
    brief = Brief.objects.filter(article=article).first()
    if brief is not None and brief.email:
        send_email(to=brief.email, **told)
    else:
        send_to_desk(**told)


def _version(at: At) -> ArticleVersion:
    kind, key = at.subject
    version = ArticleVersion.objects.select_related("article").filter(pk=key).first() if kind == VERSION else None
    if version is None:
        raise StepFailed(f"this run is about {kind or 'nothing'}, not about a version of an article")
    return version


def _output(at: At, key: str, needed: str) -> dict[str, Any]:
    output = at.facts["steps"].get(key)
    if output is None or needed not in output:
        raise StepFailed(f"there is no step {key!r} before this one that says {needed}")
    return dict(output)


def register() -> None:
    """What this room's steps are, in its wiring."""
    register_step(
        Step("ai_review", "Has the model read the version", ReviewParams, ai_review, prepare=look, subject_type=VERSION)
    )
    register_step(Step("store_quality_report", "Keeps the review as a report", ReportParams, store_quality_report))
    register_step(
        Step("update_status_if_pass", "Approves what the report read, if it passes", PassParams, update_status_if_pass,
             branches=(YES, NO))
    )  # fmt: skip
    register_step(Step("find_scheduled_articles", "Looks for what is due", FindParams, find_scheduled_articles))
    register_step(Step("publish_and_notify", "Puts it online and says so", PublishParams, publish_and_notify))
