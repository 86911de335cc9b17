"""What becomes of an email when its job ends otherwise."""

import pytest

from mail.models import EmailLog, State
from mail.wiring import describe, on_cancelled, on_dead, on_replay
from queues.errors import ReplayRefused
from queues.models import Job


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
