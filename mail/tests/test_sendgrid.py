"""Over HTTP, through the real executor: what SendGrid is told, and what its answers mean."""

import logging
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from mail import delivery
from mail.delivery import deliver
from mail.models import EmailLog, State
from mail.tests.sendgrid import Answer, SendGrid
from mail.verdicts import Unsent
from queues.draining import drain
from queues.models import DeadLetter, Job

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.filterwarnings("ignore::anymail.exceptions.AnymailNotSupportedWarning"),
]

KEY = "SG.a-key-of_these.tests-only0123456789"


@pytest.fixture
def sendgrid(settings):
    running = SendGrid(KEY)
    running.start()
    settings.EMAIL_BACKEND = "mail.clients.sendgrid.SendGrid"
    settings.SENDGRID_API_KEY, settings.SENDGRID_API_BASE = KEY, running.base
    settings.EMAIL_TIMEOUT = 2
    settings.DEFAULT_FROM_EMAIL = "Copydesk <desk@copydesk.example>"
    yield running
    running.stop()


def only() -> EmailLog:
    return EmailLog.objects.get()


def test_it_is_told_the_email_with_our_names_for_it_and_answers_with_its_own(owe, sendgrid):
    owed = owe()

    assert drain() == [("send-email", "SUCCESS")]

    [taken] = sendgrid.taken
    row = only()
    assert (row.state, row.attempts, row.provider_id, row.error) == (State.SENT, 1, taken.id, "")
    told = taken.message
    assert told["personalizations"] == [{"to": [{"email": "ada@example.com"}]}]
    assert told["from"] == {"email": "desk@copydesk.example", "name": "Copydesk"}
    assert told["subject"] == "With our editor now: your link in “Salt & <Stone>”"
    assert told["custom_args"] == {"email_id": str(owed.pk)}
    assert told["headers"] == {
        "Message-ID": owed.message_id,
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
    }
    assert [part["type"] for part in told["content"]] == ["text/plain", "text/html"]
    assert all("https://desk.example/orders/41/?a=s3cret" in part["value"] for part in told["content"])


def test_nobody_watches_who_reads_or_follows_a_link(owe, sendgrid):
    owe()
    drain()

    settings = sendgrid.taken[0].message["tracking_settings"]
    assert settings == {
        "open_tracking": {"enable": False},
        "click_tracking": {"enable": False, "enable_text": False},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False},
    }


@pytest.mark.parametrize("status", [429, 500, 503])
def test_not_now_costs_no_attempt_and_is_tried_when_it_says(owe, sendgrid, status):
    sendgrid.answers.append(Answer(status, {"Retry-After": "120"}, "too many requests"))
    owe()

    assert drain() == [("send-email", "RETRY")]
    row, job = only(), Job.objects.get()
    assert (row.state, row.error, job.attempt) == (State.QUEUED, f"SendGrid {status}: too many requests", 0)
    assert 110 < (job.run_at - datetime.now(UTC)).total_seconds() <= 120
    assert drain(advance=True) == [("send-email", "SUCCESS")]
    assert (only().state, only().attempts, len(sendgrid.taken)) == (State.SENT, 2, 1)


@pytest.mark.parametrize(
    "headers",
    [
        {"Retry-After": format_datetime(datetime.now(UTC) + timedelta(days=3650), usegmt=True)},
        {"X-RateLimit-Reset": str(int(time.time()) + 315_360_000)},
        {"Retry-After": "soon"},
        {},
    ],
)
def test_the_wait_is_read_as_a_date_or_a_reset_and_nonsense_is_none(owe, sendgrid, headers):
    sendgrid.answers.append(Answer(429, headers, "slow down"))
    email = owe()

    with pytest.raises(Exception, match="SendGrid 429: slow down") as refused:
        deliver(email.pk)

    cause = refused.value.__cause__
    assert isinstance(cause, Unsent)
    is_told = "soon" not in headers.values() and bool(headers)
    assert (cause.after_seconds is not None and cause.after_seconds > 300_000_000) is is_told
    assert not cause.final


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (Answer(400, message="The from email does not contain a valid address."), "SendGrid 400: The from email does"),
        (Answer(403, message="The from address does not match a verified Sender Identity."), "SendGrid 403: The from"),
        (Answer(413, message="Too large"), "SendGrid 413: Too large"),
        (Answer(302, {"Location": "https://elsewhere.example/v3/mail/send"}), "SendGrid's address leads elsewhere"),
    ],
)
def test_never_is_final_and_says_why(owe, sendgrid, answer, words):
    sendgrid.answers.append(answer)
    owe()

    assert drain(only="send-email") == [("send-email", "FAILURE")]

    assert only().state == State.FAILED
    assert only().error.startswith(words)
    assert DeadLetter.objects.count() == 1
    assert Job.objects.get(name="send-email").error.endswith(only().error)
    assert (sendgrid.asked, sendgrid.taken) == (1, [])
    assert drain(only="send-email", advance=True) == []


def test_a_key_that_is_refused_is_final_and_told_to_nobody(owe, sendgrid, settings, caplog, capfd):
    settings.SENDGRID_API_KEY = wrong = "SG.another-key.9876543210"
    owe()

    with caplog.at_level(logging.DEBUG):
        assert drain(only="send-email") == [("send-email", "FAILURE")]

    assert only().error == "SendGrid 401: The provided authorization grant is invalid, expired, or revoked"
    kept = [*EmailLog.objects.values_list(), *Job.objects.values_list(), *DeadLetter.objects.values_list()]
    shown = repr(kept) + caplog.text + "".join(capfd.readouterr())
    assert wrong not in shown
    assert sendgrid.taken == []


def test_nobody_there_leaves_no_doubt(owe, sendgrid, settings):
    settings.SENDGRID_API_BASE = "http://127.0.0.1:9"
    owe()

    assert drain() == [("send-email", "RETRY")]
    assert (only().state, Job.objects.get().attempt) == (State.QUEUED, 0)
    assert only().error.startswith("No connection to SendGrid")


@pytest.mark.parametrize(
    "silence",
    [
        Answer(drop=True, taken=True),
        Answer(504, message="gateway timeout"),
        Answer(wait_seconds=3),
    ],
)
def test_silence_after_it_was_handed_over_leads_to_one_more_and_stays_uncertain(owe, sendgrid, silence):
    sendgrid.answers += [silence, Answer(500, message="down"), silence]
    owe()

    outcomes = drain(advance=True)

    assert outcomes == [("send-email", "RETRY"), ("send-email", "RETRY"), ("send-email", "SUCCESS")]
    assert (only().state, only().sent_at) == (State.UNCERTAIN, None)
    assert sendgrid.asked == 3
    assert drain(advance=True) == []


class Killed(BaseException):
    """Nothing catches it: as good as the process gone."""


def test_killed_between_its_answer_and_our_commit_it_arrives_twice_at_most_under_one_name(owe, sendgrid, monkeypatch):
    email = owe()
    with monkeypatch.context() as dying:
        dying.setattr("mail.delivery._send", _killed_after(dying))
        with pytest.raises(Killed):
            deliver(email.pk)
    assert (only().state, len(sendgrid.taken)) == (State.SENDING, 1)

    deliver(email.pk)
    deliver(email.pk)
    drain(advance=True)

    assert (only().state, only().attempts) == (State.UNCERTAIN, 2)
    assert [one.message["headers"]["Message-ID"] for one in sendgrid.taken] == [email.message_id] * 2
    assert [one.message["custom_args"] for one in sendgrid.taken] == [{"email_id": str(email.pk)}] * 2


def _killed_after(dying):
    """Sends, and then the process is gone before a row could be written."""
    send, move = delivery._send, delivery.move

    def sent_then_killed(*args, **kwargs):
        def no_more(*moved, **fields):
            raise Killed

        dying.setattr(delivery, "move", no_more)
        try:
            send(*args, **kwargs)
        finally:
            dying.setattr(delivery, "move", move)

    return sent_then_killed
