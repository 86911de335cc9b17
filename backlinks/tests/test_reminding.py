"""A version that waits for its customer: one reminder for each step, none once they have decided."""

from datetime import timedelta

import pytest
from django.utils import timezone

from backlinks import review
from backlinks.actors import customer_of
from backlinks.models import Order, OrderEvent, Refund
from backlinks.reminding import remind_waiting
from backlinks.tests.given import submitted, write, written
from mail.models import EmailLog
from queues.draining import drain
from queues.models import Job
from queues.schedule import fire

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(monkeypatch):
    """So many days from now, by the clock."""
    began = timezone.now()

    def go(days):
        monkeypatch.setattr(timezone, "now", lambda: began + timedelta(days=days))

    return go


def reminders():
    return [email.context["days"] for email in EmailLog.objects.filter(kind="reminder").order_by("id")]


def test_once_for_each_step_however_often_the_job_runs(stripe, openai, later):
    order = written(stripe)
    later(2.9)
    remind_waiting()
    assert reminders() == []

    later(3.1)
    remind_waiting()
    remind_waiting()
    later(9)
    remind_waiting()
    assert reminders() == [3]

    later(10.1)
    remind_waiting()
    later(400)
    remind_waiting()
    assert reminders() == [3, 10]
    assert {email.to for email in EmailLog.objects.filter(kind="reminder")} == {order.email}
    assert Job.objects.filter(name="send-email", subject_type="email").count() == EmailLog.objects.count()


def test_two_beats_in_one_tick_remind_once(stripe, openai, later):
    written(stripe)
    later(3.1)

    assert (fire("remind-customers", now=7200.0), fire("remind-customers", now=7201.0)) == (True, False)
    assert drain(only="remind-customers") == [("remind-customers", "SUCCESS")]
    assert reminders() == [3]
    assert fire("remind-customers", now=10800.0)
    drain(only="remind-customers")
    assert reminders() == [3]


def test_steps_that_were_missed_are_not_made_up_for(stripe, openai, later):
    written(stripe)
    later(12.5)

    remind_waiting()

    assert reminders() == [12]


def test_nobody_is_reminded_of_what_they_submitted(stripe, openai, later):
    submitted(written(stripe))
    later(30)

    assert remind_waiting() == 0
    assert reminders() == []


def test_whoever_submits_while_reminders_are_written_is_not_reminded(stripe, openai, later, monkeypatch):
    order = written(stripe)
    later(3.1)
    found = Order.objects.filter(pk=order.pk)
    monkeypatch.setattr("backlinks.reminding._waiting_since", lambda moment: found)
    submitted(order)

    assert remind_waiting() == 0
    assert reminders() == []


def test_a_version_taken_back_or_written_anew_waits_anew(stripe, openai, later):
    order = written(stripe)
    later(3.1)
    remind_waiting()
    review.regenerate(order=order, actor=customer_of(order))
    assert remind_waiting() == 0
    write()

    remind_waiting()
    remind_waiting()

    assert OrderEvent.objects.filter(order=order, to_status="QUALITY_CHECK").count() == 2
    assert reminders() == [3, 3]


def test_nobody_is_reminded_while_the_bank_or_a_refund_decides(stripe, openai, later):
    disputed, going_back = written(stripe), written(stripe)
    Order.objects.filter(pk=disputed.pk).update(disputed_at=timezone.now())
    Refund.objects.create(order=going_back, reason="staff", amount_minor=4900, paid_minor=4900)
    later(30)

    assert remind_waiting() == 0
    assert reminders() == []


def test_no_days_no_reminders(stripe, openai, later, settings):
    settings.REVIEW_REMINDER_DAYS = []
    written(stripe)
    later(30)

    assert remind_waiting() == 0
    assert reminders() == []
