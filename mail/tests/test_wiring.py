"""What becomes of an email when its job ends otherwise, and which emails an alert makes."""

import pytest

from mail.links import action_link
from mail.models import EmailLog, State
from mail.wiring import describe, on_cancelled, on_dead, on_replay
from queues.alerts import raise_alert
from queues.errors import ReplayRefused
from queues.models import Alert, Job


@pytest.fixture
def job(owe, db):
    owe()
    job = Job.objects.get()
    job.error = "its worker died 4 times while running it"
    return job


def only() -> EmailLog:
    return EmailLog.objects.get()


@pytest.mark.parametrize(
    ("state", "then"),
    [
        (State.QUEUED, State.FAILED),
        (State.SENDING, State.UNCERTAIN),
        (State.UNCERTAIN, State.UNCERTAIN),
        (State.FAILED, State.FAILED),
        (State.SENT, State.SENT),
    ],
)
@pytest.mark.parametrize("reaction", [on_dead, on_cancelled])
def test_a_job_that_ends_leaves_no_email_waiting_for_ever(job, reaction, state, then):
    EmailLog.objects.update(state=state)

    reaction(job)

    assert only().state == then


def test_the_reason_stands_in_the_row(job):
    on_dead(job)

    assert only().error == "its worker died 4 times while running it"


@pytest.mark.parametrize("state", [State.FAILED, State.UNCERTAIN])
def test_a_replay_queues_it_again(job, state):
    EmailLog.objects.update(state=state)

    on_replay(job)

    assert only().state == State.QUEUED


@pytest.mark.parametrize("state", [State.SENT, State.QUEUED, State.SENDING])
def test_what_was_sent_or_is_on_its_way_is_not_replayed(job, state):
    EmailLog.objects.update(state=state)

    with pytest.raises(ReplayRefused):
        on_replay(job)

    assert only().state == state


def test_an_email_describes_itself(job):
    description = describe(str(only().id))

    assert description.label == "submitted to ada@example.com"
    assert description.url == f"/admin/mail/emaillog/{only().id}/change/"


@pytest.mark.django_db
def test_one_that_is_gone_says_so():
    assert describe("019a0000-0000-7000-8000-000000000000").label == "an email that is no longer kept"


@pytest.mark.django_db
def test_an_alert_is_one_email_for_each_address_and_window(settings):
    settings.ALERT_EMAILS = ["one@copydesk.example", "two@copydesk.example"]

    for _ in range(3):
        raise_alert(kind="no_worker", about="ai.seo", message="12 jobs in ai.seo, and no worker is running for it.")

    emails = EmailLog.objects.order_by("to")
    assert [(email.kind, email.to) for email in emails] == [
        ("queue_alert", "one@copydesk.example"),
        ("queue_alert", "two@copydesk.example"),
    ]
    assert {key: emails[0].context[key] for key in ("trouble", "about", "message", "times")} == {
        "trouble": "No worker",
        "about": "ai.seo",
        "message": "12 jobs in ai.seo, and no worker is running for it.",
        "times": 1,
    }
    assert Job.objects.filter(name="send-email").count() == 2


@pytest.mark.django_db
def test_the_next_window_is_another_email(settings):
    settings.ALERT_EMAILS = ["one@copydesk.example"]
    raise_alert(kind="no_worker", about="ai.seo", message="x")
    Alert.objects.update(quiet_until=Alert.objects.get().first_at)

    raise_alert(kind="no_worker", about="ai.seo", message="x")

    assert [email.context["times"] for email in EmailLog.objects.order_by("queued_at")] == [1, 2]


@pytest.mark.django_db
def test_with_no_address_there_is_no_email(settings):
    settings.ALERT_EMAILS = []

    raise_alert(kind="no_worker", about="ai.seo", message="x")

    assert (EmailLog.objects.count(), Alert.objects.count()) == (0, 1)


def test_an_alerts_button_leads_to_the_alerts(settings):
    settings.SITE_URL = "https://desk.example"

    assert action_link("alert", "7") == "https://desk.example/admin/queues/alerts/"
