from typing import Any

import pytest

from articles.markdown.links import links
from articles.models import Article, ArticleVersion, Placement
from audit.models import AuditEntry
from backlinks import review
from backlinks.actors import customer_of
from backlinks.models import Order
from backlinks.moves import Disputed, NotYours, WrongState
from backlinks.rebasing import DoesNotApply
from backlinks.review import NoSuchCandidate, NotTheOneRead, Outcome, Read, ReasonMissing
from backlinks.tests.given import (
    EDITOR,
    approved,
    article_for_sale,
    bought,
    history,
    live_body,
    read_by_editor,
    republished,
    submitted,
    versions_of,
    write,
    written,
)
from mail.models import EmailLog
from queues.models import Job
from queues.tests.given import at_once

pytestmark = pytest.mark.django_db


def regenerated(order) -> Any:
    return review.regenerate(order=order, actor=customer_of(order))


def kinds() -> Any:
    return list(EmailLog.objects.order_by("id").values_list("kind", flat=True))


def far_from(version, article) -> Any:
    """The article with a change somewhere else than in the version's paragraph."""
    return article.published_version.body.rstrip("\n") + "\n\nAdded since, at the very end of the article.\n"


def inside(version, article) -> Any:
    """The article with a change in the version's own paragraph."""
    before = version.change["before"]
    return article.published_version.body.replace(before, "Rewritten since. " + before)


def test_approval_publishes_exactly_the_bytes_that_were_read(stripe, openai):
    article = article_for_sale()
    order = submitted(written(stripe, article))
    version = order.submitted_version

    approval = approved(order)

    order.refresh_from_db()
    article.refresh_from_db()
    live = article.published_version
    assert approval.outcome == Outcome.LIVE
    assert (live.pk, live.body, live.sha256) == (version.pk, version.body, version.sha256)
    assert order.status == "COMPLETED"
    placement = Placement.objects.get()
    assert (placement.href, placement.anchor, placement.subject_id) == (
        order.target_url,
        order.anchor_text,
        str(order.pk),
    )
    entry = AuditEntry.objects.get(action="order.approved")
    assert (entry.actor_label, entry.after["sha256"], entry.after["base_sha256"]) == (
        EDITOR.label,
        version.sha256,
        version.base.sha256,
    )
    assert kinds() == ["request_received", "backlink_integrated", "submitted", "article_live"]


@pytest.mark.parametrize("wrong", ["version_id", "body_sha256", "base_sha256"])
def test_what_was_not_read_is_not_approved(stripe, openai, wrong):
    article = article_for_sale()
    order = submitted(written(stripe, article))
    read = read_by_editor(order)
    other = {"version_id": read.version_id + 1, "body_sha256": "0" * 64, "base_sha256": "0" * 64}[wrong]

    with pytest.raises(NotTheOneRead):
        review.approve(order=order, read=Read(**{**vars(read), wrong: other}), actor=EDITOR)

    order.refresh_from_db()
    article.refresh_from_db()
    assert (order.status, article.published_version_id) == ("ADMIN_REVIEW", order.submitted_version.base_id)
    assert not Placement.objects.exists()


def test_an_approval_twice_is_refused_the_second_time(stripe, openai):
    order = submitted(written(stripe))
    read = read_by_editor(order)
    approved(order)

    with pytest.raises(WrongState):
        review.approve(order=order, read=read, actor=EDITOR)

    assert Placement.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_editors_at_once_one_approves(stripe, openai):
    order = submitted(written(stripe))
    read = read_by_editor(order)

    outcomes = at_once(*[lambda: review.approve(order=order, read=read, actor=EDITOR)] * 2)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Approval", "WrongState"]
    assert Placement.objects.count() == 1
    assert history(order)[-2:] == ["ADMIN_REVIEW", "COMPLETED"]


def test_when_the_article_moved_the_same_change_waits_for_another_look(stripe, openai):
    article = article_for_sale()
    order = submitted(written(stripe, article))
    old = order.submitted_version
    republished(article, far_from(old, article))

    approval = approved(order)

    order.refresh_from_db()
    article.refresh_from_db()
    old.refresh_from_db()
    new = approval.version
    assert approval.outcome == Outcome.NEEDS_ANOTHER_LOOK
    assert (order.status, order.submitted_version, new.base_id) == ("ADMIN_REVIEW", new, article.published_version_id)
    assert (old.status, new.status) == ("candidate", "submitted")
    assert new.change["after"] == old.change["after"]
    assert "Added since" in new.body
    assert new.backlink_metadata["base_article_version_id"] == article.published_version_id
    assert not Placement.objects.exists()

    assert approved(order).outcome == Outcome.LIVE
    assert Article.objects.get(pk=article.pk).published_version == new


def test_the_hashes_of_the_first_look_do_not_approve_the_second(stripe, openai):
    article = article_for_sale()
    order = submitted(written(stripe, article))
    read = read_by_editor(order)
    republished(article, far_from(order.submitted_version, article))
    review.approve(order=order, read=read, actor=EDITOR)

    with pytest.raises(NotTheOneRead):
        review.approve(order=order, read=read, actor=EDITOR)


def test_when_the_paragraph_itself_changed_the_customer_is_asked_again(stripe, openai):
    article = article_for_sale()
    order = submitted(written(stripe, article))
    old = order.submitted_version
    republished(article, inside(old, article))

    assert approved(order).outcome == Outcome.BACK_TO_CUSTOMER

    order.refresh_from_db()
    old.refresh_from_db()
    assert (order.status, old.status) == ("QUALITY_CHECK", "candidate")
    assert kinds()[-1] == "base_moved"
    with pytest.raises(NoSuchCandidate):
        submitted(order)
    regenerated(order)
    write()
    order.refresh_from_db()
    assert submitted(order).status == "ADMIN_REVIEW"
    assert approved(order).outcome == Outcome.LIVE


def test_two_customers_of_one_article_both_end_up_live(stripe, openai):
    article = article_for_sale()
    one, two = submitted(written(stripe, article)), submitted(written(stripe, article))

    approved(two)
    assert approved(one).outcome == Outcome.NEEDS_ANOTHER_LOOK
    approved(one)

    body = live_body(article)
    assert sorted(link.href for link in links(body) if link.is_paid) == sorted([one.target_url, two.target_url])
    assert Placement.objects.live().count() == 2


def test_the_newest_version_is_submitted_or_the_one_named(stripe, openai):
    order = written(stripe)
    regenerated(order)
    write()
    order.refresh_from_db()
    first, second = versions_of(order)

    assert submitted(order).submitted_version == second
    order.refresh_from_db()
    review.withdraw(order=order, actor=customer_of(order))
    named = review.submit(order=order, actor=customer_of(order), version_id=first.pk)

    second.refresh_from_db()
    assert (named.submitted_version, second.status) == (first, "candidate")
    assert history(order)[-3:] == ["ADMIN_REVIEW", "QUALITY_CHECK", "ADMIN_REVIEW"]


def test_versions_of_others_failed_ones_and_unknown_ones_cannot_be_submitted(stripe, openai):
    order, other = written(stripe), written(stripe)
    ArticleVersion.objects.filter(pk=versions_of(order)[0].pk).update(status="qc_failed")

    for version_id in (None, versions_of(order)[0].pk, versions_of(other)[0].pk, 10**9):
        with pytest.raises(NoSuchCandidate):
            review.submit(order=order, actor=customer_of(order), version_id=version_id)

    order.refresh_from_db()
    assert order.status == "QUALITY_CHECK"
    assert "submitted" not in kinds()


def test_a_submission_after_the_article_moved_is_the_same_change_on_the_new_text(stripe, openai):
    article = article_for_sale()
    order = written(stripe, article)
    (old,) = versions_of(order)
    republished(article, far_from(old, article))

    order = submitted(order)

    assert order.submitted_version.base_id == Article.objects.get(pk=article.pk).published_version_id
    assert order.submitted_version.change["after"] == old.change["after"]


def test_a_named_version_that_no_longer_fits_is_not_submitted(stripe, openai):
    article = article_for_sale()
    order = written(stripe, article)
    (old,) = versions_of(order)
    republished(article, inside(old, article))

    with pytest.raises(DoesNotApply):
        review.submit(order=order, actor=customer_of(order), version_id=old.pk)

    order.refresh_from_db()
    assert (order.status, len(versions_of(order))) == ("QUALITY_CHECK", 1)


def test_a_rejection_needs_a_reason_and_tells_it(stripe, openai):
    order = submitted(written(stripe))
    with pytest.raises(ReasonMissing):
        review.reject(order=order, actor=EDITOR, reason="  ")
    assert Order.objects.get().status == "ADMIN_REVIEW"

    review.reject(order=order, actor=EDITOR, reason="Too far from the subject.")

    order.refresh_from_db()
    email = EmailLog.objects.get(kind="changes_requested")
    assert (order.status, versions_of(order)[0].status) == ("REJECTED", "rejected")
    assert email.context["reason"] == "Too far from the subject."
    regenerated(order)
    write()
    order.refresh_from_db()
    assert order.status == "QUALITY_CHECK"


def test_a_regeneration_is_one_job_at_a_time(stripe, openai):
    order = written(stripe)

    job = regenerated(order)
    with pytest.raises(WrongState):
        regenerated(order)

    order.refresh_from_db()
    assert (order.status, order.regeneration_count) == ("PROCESSING", 1)
    assert job.payload == {"order_id": str(order.pk), "regeneration": 1}
    assert Job.objects.filter(name="integrate-backlink").count() == 2


@pytest.mark.django_db(transaction=True)
def test_regenerating_five_times_at_once_is_one_job(stripe, openai):
    order = written(stripe)

    outcomes = at_once(*[lambda: regenerated(order)] * 5)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["Job"] + ["WrongState"] * 4
    assert Order.objects.get().regeneration_count == 1
    assert Job.objects.filter(name="integrate-backlink").count() == 2


def test_nothing_can_be_decided_before_there_is_something_to_decide(stripe):
    order = bought(stripe)

    for decide in (submitted, regenerated):
        with pytest.raises(WrongState):
            decide(order)
    with pytest.raises(WrongState):
        review.reject(order=order, actor=EDITOR, reason="no")


def test_an_editor_does_not_decide_for_the_customer(stripe, openai):
    order = written(stripe)

    with pytest.raises(NotYours):
        review.submit(order=order, actor=EDITOR)
    with pytest.raises(NotYours):
        review.regenerate(order=order, actor=EDITOR)


def test_a_disputed_order_is_not_published(stripe, openai):
    order = submitted(written(stripe))
    Order.objects.update(disputed_at=order.created_at)

    with pytest.raises(Disputed):
        approved(order)

    assert not Placement.objects.exists()
