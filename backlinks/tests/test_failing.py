import uuid
from typing import Any

import pytest

from audit.actors import Actor
from backlinks import failing, review
from backlinks.actors import customer_of
from backlinks.models import Order, Refund
from backlinks.tests.given import EDITOR, bought, history, versions_of, write, written
from mail.models import EmailLog
from queues import transitions
from queues.draining import drain
from queues.errors import ReplayRefused
from queues.models import DeadLetter, Job, State
from queues.replay import replay

pytestmark = pytest.mark.django_db
OWNER = Actor("user", "1", "owner@copydesk.example")


@pytest.fixture(autouse=True)
def no_refund(settings) -> Any:
    settings.REFUND_ON_FINAL_FAILURE = False


def job_of(order) -> Any:
    return Job.objects.filter(name="integrate-backlink", subject_id=str(order.pk)).order_by("-id").first()


def failed(stripe, openai) -> Any:
    order = bought(stripe)
    openai.tell(mode="401", count=1)
    assert write() == [("integrate-backlink", "FAILURE")]
    order.refresh_from_db()
    return order


def test_when_the_first_writing_dies_the_order_fails_and_the_customer_hears_once(stripe, openai):
    order = failed(stripe, openai)

    email = EmailLog.objects.get(kind="order_failed")
    assert history(order) == ["AWAITING_PAYMENT", "PROCESSING", "FAILED"]
    assert (email.context["refund"], email.context["price"]) == (False, "$49.00")
    assert not Refund.objects.exists()
    assert DeadLetter.objects.get().reaction_error == ""


def test_a_replay_brings_it_back_and_a_second_death_sends_no_second_email(stripe, openai):
    order = failed(stripe, openai)
    replay(job_id=job_of(order).pk, actor=OWNER, reason="The key is valid again.")
    order.refresh_from_db()
    assert order.status == "PROCESSING"
    openai.tell(mode="401", count=1)
    write()
    assert Order.objects.get().status == "FAILED"

    replay(job_id=job_of(order).pk, actor=OWNER, reason="Once more.")
    write()

    order.refresh_from_db()
    assert order.status == "QUALITY_CHECK"
    assert EmailLog.objects.filter(kind="order_failed").count() == 1
    assert EmailLog.objects.filter(kind="backlink_integrated").count() == 1


def test_staff_retry_a_failed_order_as_a_new_job(stripe, openai):
    order = failed(stripe, openai)

    failing.retry(order=order, actor=EDITOR, reason="The key is valid again.")
    write()

    order.refresh_from_db()
    assert (order.status, order.regeneration_count) == ("QUALITY_CHECK", 0)
    assert Job.objects.filter(name="integrate-backlink").count() == 2


def test_only_a_failed_order_can_be_retried(stripe, openai):
    order = written(stripe)

    with pytest.raises(failing.CannotResume, match="with the customer"):
        failing.retry(order=order, actor=EDITOR, reason="")

    assert Job.objects.filter(name="integrate-backlink").count() == 1


def test_with_the_setting_a_failure_starts_the_refund_and_closes_the_way_back(stripe, openai, settings):
    settings.REFUND_ON_FINAL_FAILURE = True
    order = failed(stripe, openai)
    assert EmailLog.objects.get(kind="order_failed").context["refund"] is True
    assert Refund.objects.get().reason == "final_failure"

    with pytest.raises(ReplayRefused, match="its refund is requested"):
        replay(job_id=job_of(order).pk, actor=OWNER, reason="Too late.")
    drain(only="refund-order")

    assert history(order) == ["AWAITING_PAYMENT", "PROCESSING", "FAILED", "REFUNDED"]
    with pytest.raises(failing.CannotResume):
        failing.retry(order=order, actor=EDITOR, reason="")
    assert job_of(order).state == State.DEAD


@pytest.mark.parametrize("end", ["dies", "is cancelled"])
def test_a_regeneration_that_ends_badly_loses_nothing(stripe, openai, end):
    order = written(stripe)
    review.regenerate(order=order, actor=customer_of(order))
    if end == "dies":
        openai.tell(mode="401", count=1)
        write()
    else:
        transitions.cancel(job_of(order), reason="Stopped by the owner")

    order.refresh_from_db()
    assert (order.status, len(versions_of(order))) == ("QUALITY_CHECK", 1)
    assert order.events.order_by("id").last().reason
    assert not EmailLog.objects.filter(kind="order_failed").exists()
    review.submit(order=order, actor=customer_of(order))
    assert Order.objects.get().status == "ADMIN_REVIEW"


def test_a_dead_regeneration_is_not_replayed_over_the_customers_choice(stripe, openai):
    order = written(stripe)
    review.regenerate(order=order, actor=customer_of(order))
    openai.tell(mode="401", count=1)
    write()

    with pytest.raises(ReplayRefused, match="with the customer"):
        replay(job_id=job_of(order).pk, actor=OWNER, reason="Why not.")


def test_a_job_cancelled_before_it_ran_fails_the_order(stripe):
    order = bought(stripe)

    transitions.cancel(job_of(order), reason="Stopped by the owner")

    order.refresh_from_db()
    assert (order.status, order.events.order_by("id").last().reason) == ("FAILED", "Stopped by the owner")
    failing.retry(order=order, actor=EDITOR, reason="A mistake.")
    assert job_of(order).state == State.WAITING


def test_news_of_a_job_that_is_over_changes_nothing(stripe, openai):
    order = written(stripe)

    failing.work_came_to_nothing(str(order.pk), reason="late")

    assert history(order) == ["AWAITING_PAYMENT", "PROCESSING", "QUALITY_CHECK"]
    with pytest.raises(Order.DoesNotExist):
        failing.work_came_to_nothing(str(uuid.uuid4()), reason="whose?")
