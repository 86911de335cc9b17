import json
from typing import Any

import pytest
from django.db import transaction
from django.db.models.functions import Now

from articles.markdown.links import SPONSORED_REL, links, markdown_link
from articles.markdown.paragraphs import eligible_paragraphs
from articles.models import AiBreaker, AiEventLog, ArticleVersion
from backlinks import integration, review, weaving
from backlinks.actors import customer_of
from backlinks.models import Order
from backlinks.tests.given import (
    ONE_SLOT,
    approved,
    article_for_sale,
    bought,
    history,
    live_body,
    republished,
    submitted,
    versions_of,
    write,
    written,
)
from mail.models import EmailLog
from queues.draining import drain
from queues.models import Job, State

pytestmark = pytest.mark.django_db


def job_of(order) -> Any:
    return Job.objects.get(name="integrate-backlink", subject_id=str(order.pk))


def bought_links(version, order) -> Any:
    return version.body.count(markdown_link(order.target_url, order.anchor_text))


def outside(version, body) -> Any:
    """A text without the lines a version changed."""
    change = version.change
    lines = body.splitlines(keepends=True)
    added = change["after"].count("\n") - change["before"].count("\n")
    end = change["end"] + (added if body == version.body else 0)
    return lines[: change["start"]], lines[end:]


def test_the_first_version_is_the_published_text_with_one_link_in_one_paragraph(stripe, openai):
    article = article_for_sale()
    order = written(stripe, article)

    (version,) = versions_of(order)
    assert version.base == article.published_version
    assert outside(version, version.body) == outside(version, version.base.body)
    new = [link for link in links(version.body) if link.is_paid]
    assert [(link.href, link.text, link.rel) for link in new] == [(order.target_url, order.anchor_text, SPONSORED_REL)]
    assert version.status == ArticleVersion.Status.CANDIDATE
    assert all(result["passed"] for result in version.certificate if result["blocking"])
    assert version.backlink_metadata == {
        "target_url": order.target_url,
        "anchor_text": order.anchor_text,
        "customer_notes": order.customer_notes,
        "integration_type": "customer_backlink",
        "base_article_version_id": article.published_version_id,
        "regeneration_count": 0,
    }
    assert history(order) == ["AWAITING_PAYMENT", "PROCESSING", "QUALITY_CHECK"]
    job = job_of(order)
    assert (job.state, job.result) == (State.COMPLETED, {"version_id": version.pk})
    article.refresh_from_db()
    assert article.published_version_id == version.base_id


def test_the_customer_hears_once_with_the_change_and_no_access_link(stripe, openai):
    order = written(stripe)

    email = EmailLog.objects.get(kind="backlink_integrated")
    assert (email.to, email.cause) == (order.email, str(versions_of(order)[0].pk))
    assert order.anchor_text in email.context["after"]
    assert "https://" not in email.context["after"]
    assert email.context["checks"][0]["label"]
    assert "ord_" not in json.dumps(email.context)


def test_run_twice_it_writes_once(stripe, openai):
    order = written(stripe)

    with pytest.raises(integration.NothingToWrite):
        weaving.propose(str(order.pk), 0, progress=lambda percent, message: None)

    assert len(versions_of(order)) == 1


def test_a_regeneration_differs_and_starts_from_the_published_text(stripe, openai):
    article = article_for_sale()
    order = written(stripe, article)
    review.regenerate(order=order, actor=customer_of(order))

    write()

    first, second = versions_of(order)
    assert second.base == first.base == article.published_version
    assert (second.change["paragraph_id"], second.change["mode"]) != (
        first.change["paragraph_id"],
        first.change["mode"],
    )
    assert bought_links(second, order) == 1
    assert second.backlink_metadata["integration_type"] == "customer_backlink_regeneration"
    assert second.backlink_metadata["regeneration_count"] == 1
    assert list(EmailLog.objects.order_by("id").values_list("kind", flat=True))[1:] == [
        "backlink_integrated",
        "revision_ready",
    ]


def test_a_hundred_regenerations_do_not_drift(stripe, openai):
    article = article_for_sale(ONE_SLOT)
    order = written(stripe, article)

    for number in range(1, 101):
        Order.objects.filter(pk=order.pk).update(status="PROCESSING", regeneration_count=number)
        proposal = weaving.propose(str(order.pk), number, progress=lambda percent, message: None)
        with transaction.atomic():
            integration.keep(proposal)

    made = versions_of(order)
    base = article.published_version
    assert len(made) == 101
    assert {version.base_id for version in made} == {base.pk}
    assert all(outside(version, version.body) == outside(version, base.body) for version in made)
    assert {bought_links(version, order) for version in made} == {1}
    assert max(len(version.body) for version in made) < len(base.body) + 500


def test_the_model_sees_paragraphs_and_neither_notes_nor_address_nor_article(stripe):
    order = bought(stripe)
    task = weaving._task(integration.waiting_order(str(order.pk), 0), 0)

    document = task.document(1)

    text = json.dumps(document)
    assert set(document) == {
        "task",
        "language",
        "anchor",
        "target_topic",
        "paragraphs",
        "tried",
        "failed_checks",
        "variation",
    }
    assert "casinos" not in text
    assert "https://shop" not in text
    assert (document["anchor"], document["target_topic"]) == (order.anchor_text, "shop example guide")
    body = order.article.published_version.body
    assert all(set(shown) == {"id", "heading", "text", "following"} for shown in document["paragraphs"])
    assert all(shown["text"] in body for shown in document["paragraphs"])
    assert body[:80] not in text


def test_a_failed_edit_is_told_what_was_wrong_and_the_next_one_passes(stripe, openai):
    openai.tell(mode="bad_edit", count=1)

    order = written(stripe)

    assert order.status == "QUALITY_CHECK"
    assert [version.status for version in versions_of(order)] == ["candidate"]
    calls = AiEventLog.objects.filter(subject_id=str(order.pk)).order_by("opened_at")
    assert list(calls.values_list("purpose", flat=True)) == ["weave_link", "weave_link", "moderation", "review_edit"]


def test_what_failed_is_fed_back_by_name_measure_and_limit(stripe, openai):
    order = bought(stripe)
    task = weaving._task(integration.waiting_order(str(order.pk), 0), 0)
    openai.tell(mode="bad_edit", count=1)
    proposal = weaving._attempt(task, 1)

    task.failed = [result.feedback() for result in proposal.certificate.failed]

    assert {"no_superlatives", "no_prices", "sentences_kept"} <= {failed["check"] for failed in task.failed}
    assert all(failed["measured"] and failed["limit"] for failed in task.failed)
    assert task.document(2)["failed_checks"] == task.failed
    assert len(task.document(2)["tried"]) == 1


@pytest.mark.parametrize("mode", ["truncated", "bad_edit"])
def test_after_three_failed_edits_the_order_fails_and_the_best_is_kept_for_staff(stripe, openai, mode, settings):
    settings.REFUND_ON_FINAL_FAILURE = False
    order = bought(stripe)
    openai.tell(mode=mode, count=3)

    assert write() == [("integrate-backlink", "FAILURE")]

    order.refresh_from_db()
    assert order.status == "FAILED"
    assert AiEventLog.objects.filter(subject_id=str(order.pk)).count() == 3
    kept = [version.status for version in versions_of(order)]
    assert kept == (["qc_failed"] if mode == "bad_edit" else [])
    assert job_of(order).attempt == 1
    assert EmailLog.objects.filter(kind="order_failed").count() == 1


def test_a_model_that_will_not_is_a_matter_for_staff(stripe, openai, settings):
    settings.REFUND_ON_FINAL_FAILURE = False
    order = bought(stripe)
    openai.tell(mode="refusal", count=1)

    assert write() == [("integrate-backlink", "FAILURE")]

    order.refresh_from_db()
    assert order.status == "FAILED"
    assert AiEventLog.objects.filter(subject_id=str(order.pk)).count() == 1


def test_what_moderation_objects_to_is_for_staff_and_never_shown(stripe, openai):
    order = bought(stripe)
    openai.tell(mode="flagged")

    assert write() == [("integrate-backlink", "FAILURE")]

    order.refresh_from_db()
    assert order.status == "FAILED"
    assert job_of(order).error == "moderation objects to the text: illicit"
    assert versions_of(order) == []


@pytest.mark.parametrize("mode", ["429", "down", "nonsense", "insufficient_quota"])
def test_an_outage_of_the_model_fails_no_order(stripe, openai, mode):
    order = bought(stripe)
    openai.tell(mode=mode)

    for _ in range(4):
        Job.objects.filter(name="integrate-backlink", state=State.DELAYED).update(state=State.WAITING)
        assert write() == [("integrate-backlink", "RETRY")]

    order.refresh_from_db()
    job = job_of(order)
    assert (order.status, job.state, job.attempt, job.postponements) == ("PROCESSING", "delayed", 0, 4)
    assert not EmailLog.objects.filter(kind="order_failed").exists()
    openai.tell(mode="ok")
    AiBreaker.objects.filter(opened_at__isnull=False).update(trial_at=Now())
    drain(only="integrate-backlink", advance=True)
    order.refresh_from_db()
    assert order.status == "QUALITY_CHECK"


def test_when_the_article_is_republished_meanwhile_it_is_written_again_for_the_new_text(stripe, openai, monkeypatch):
    article = article_for_sale()
    order = bought(stripe, article)
    propose, calls = weaving.propose, []

    def while_somebody_edits(*args, **kwargs) -> Any:
        proposal = propose(*args, **kwargs)
        calls.append(proposal.base.pk)
        if len(calls) == 1:
            republished(article, proposal.base.body.replace("seed", "seeds", 1))
        return proposal

    monkeypatch.setattr(weaving, "propose", while_somebody_edits)

    assert write() == [("integrate-backlink", "SUCCESS")]

    (version,) = versions_of(order)
    article.refresh_from_db()
    assert version.base_id == article.published_version_id
    assert calls == [order.quoted_version_id, version.base_id]
    assert job_of(order).attempt == 1


def test_a_proposal_for_an_older_text_is_not_kept(stripe, openai):
    article = article_for_sale()
    order = bought(stripe, article)
    proposal = weaving.propose(str(order.pk), 0, progress=lambda percent, message: None)
    republished(article, proposal.base.body + "\n\nOne more paragraph.\n")

    with pytest.raises(integration.BaseMoved), transaction.atomic():
        integration.keep(proposal)

    assert versions_of(order) == []
    order.refresh_from_db()
    assert order.status == "PROCESSING"


def test_two_orders_are_written_into_different_paragraphs_and_both_go_live(stripe, openai):
    article = article_for_sale()
    one, two = written(stripe, article), written(stripe, article)
    assert versions_of(one)[0].change["before"] != versions_of(two)[0].change["before"]
    submitted(one)
    submitted(two)

    first, again, second = approved(one), approved(two), approved(two)

    assert [first.outcome, again.outcome, second.outcome] == ["live", "needs_another_look", "live"]
    body = live_body(article)
    assert {link.href for link in links(body) if link.is_paid} == {one.target_url, two.target_url}
    assert {order.status for order in Order.objects.all()} == {"COMPLETED"}
    assert article.placements.count() == 2


def test_a_paragraph_that_waits_to_carry_anothers_link_is_not_offered_while_others_are_free(stripe, openai):
    article = article_for_sale()
    taken = versions_of(written(stripe, article))[0].change["before"]
    other = bought(stripe, article)

    task = weaving._task(integration.waiting_order(str(other.pk), 0), 0)

    offered = [paragraph.source for paragraph in task.paragraphs.values()]
    assert taken not in offered
    assert len(offered) == len(eligible_paragraphs(task.base.body, language="en")) - 1


def test_progress_is_told_in_words_and_grows(stripe, openai):
    order = bought(stripe)
    told = []

    weaving.propose(str(order.pk), 0, progress=lambda percent, message: told.append((percent, message)))

    assert [percent for percent, _ in told] == sorted(percent for percent, _ in told)
    assert told[0] == (10, "Writing the link into a paragraph")
    assert told[-1] == (95, "Passed every check")
