"""Over real SMTP, through the real executor: what was sent, how often, and what is known of it."""

import email as mime
from email.message import EmailMessage as Message
from email.policy import default

import pytest
from aiosmtpd.smtp import Envelope
from django.core import mail as outbox

from mail.delivery import deliver
from mail.models import EmailLog, State
from mail.transport import Transport
from queues.draining import drain
from queues.models import DeadLetter, Job

pytestmark = pytest.mark.django_db(transaction=True)


def only() -> EmailLog:
    return EmailLog.objects.get()


def read(envelope: Envelope) -> Message:
    assert isinstance(envelope.content, bytes)
    return mime.message_from_bytes(envelope.content, policy=default)


def test_an_email_arrives_as_text_and_html_with_the_link_that_is_stored_nowhere(owe, server):
    owed = owe()

    outcomes = drain()

    assert outcomes == [("send-email", "SUCCESS")]
    row = only()
    assert (row.state, row.attempts, row.error, row.provider_id) == (State.SENT, 1, "", "OK")
    assert row.sending_at is not None
    assert row.sent_at is not None
    assert row.queued_at <= row.sending_at <= row.sent_at
    [envelope] = server.taken
    assert (envelope.mail_from, envelope.rcpt_tos) == ("desk@copydesk.example", ["ada@example.com"])
    message = read(envelope)
    assert message["Message-ID"] == owed.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Subject"].strip() == "With our editor now: your link in “Salt & <Stone>”"
    text, html = (part.get_content() for part in message.iter_parts())
    assert "https://desk.example/orders/41/?a=s3cret" in text
    assert 'href="https://desk.example/orders/41/?a=s3cret"' in html
    stored = [*EmailLog.objects.values_list(), *Job.objects.values_list()]
    assert "s3cret" not in repr(stored)


def test_a_sent_email_is_not_sent_again(owe, server):
    owed = owe()
    drain()

    deliver(owed.id)

    assert (len(server.taken), only().attempts) == (1, 1)


def test_a_server_that_is_away_costs_no_attempt_and_the_email_goes_when_it_is_back(owe, nobody_listens, request):
    owe()

    assert drain() == [("send-email", "RETRY")]
    row, job = only(), Job.objects.get()
    assert (row.state, job.attempt) == (State.QUEUED, 0)
    assert row.error.startswith("No connection to the mail server")

    server = request.getfixturevalue("server")
    assert drain(advance=True) == [("send-email", "SUCCESS")]
    assert (only().state, only().error, len(server.taken)) == (State.SENT, "", 1)


@pytest.mark.parametrize("answers", ["rcpt_answers", "data_answers"])
def test_not_now_is_tried_again(owe, server, answers):
    getattr(server, answers).append("451 try again later")
    owe()

    assert drain() == [("send-email", "RETRY")]
    assert (only().state, only().error) == (State.QUEUED, "SMTP 451: try again later")
    assert drain(advance=True) == [("send-email", "SUCCESS")]
    assert (only().state, only().attempts, Job.objects.get().rescues) == (State.SENT, 2, 0)


@pytest.mark.parametrize("answers", ["rcpt_answers", "data_answers"])
def test_never_is_final(owe, server, answers):
    getattr(server, answers).append("550 no such person")
    owe()

    assert drain(only="send-email") == [("send-email", "FAILURE")]
    assert (only().state, only().error) == (State.FAILED, "SMTP 550: no such person")
    assert DeadLetter.objects.count() == 1
    assert drain(only="send-email", advance=True) == []


def test_a_line_that_breaks_before_the_message_was_handed_over_leaves_no_doubt(owe, server):
    server.rcpt_answers.append(None)
    owe()

    assert drain() == [("send-email", "RETRY")]
    assert only().state == State.QUEUED
    assert drain(advance=True) == [("send-email", "SUCCESS")]
    assert (only().state, len(server.taken)) == (State.SENT, 1)


def test_a_line_that_breaks_after_it_leads_to_one_more_under_the_same_id_and_stays_uncertain(owe, server):
    server.data_answers.append(None)
    owe()

    assert drain() == [("send-email", "RETRY")]
    assert only().state == State.SENDING
    assert drain(advance=True) == [("send-email", "SUCCESS")]

    row = only()
    assert (row.state, row.attempts, len(server.taken)) == (State.UNCERTAIN, 2, 2)
    assert row.sent_at is not None
    assert [read(envelope)["Message-ID"] for envelope in server.taken] == [row.message_id] * 2


def test_broken_twice_after_handing_over_it_is_left_to_staff(owe, server):
    server.data_answers += [None, None]
    owe()

    outcomes = drain(only="send-email", advance=True)

    assert outcomes == [("send-email", "RETRY"), ("send-email", "SUCCESS")]
    row = only()
    assert (row.state, row.sent_at, len(server.taken)) == (State.UNCERTAIN, None, 2)
    assert row.error.startswith("The line broke after the message was handed over")


def test_a_rescue_that_finds_it_sending_sends_once_more_and_says_so(owe, server):
    owe()
    EmailLog.objects.update(state=State.SENDING, attempts=1)  # the worker was killed here

    assert drain() == [("send-email", "SUCCESS")]

    assert (only().state, only().attempts, len(server.taken)) == (State.UNCERTAIN, 2, 1)


def test_a_rescue_of_the_rescue_sends_nothing(owe, server):
    owe()
    EmailLog.objects.update(state=State.UNCERTAIN, attempts=2)

    assert drain() == [("send-email", "SUCCESS")]

    assert (only().state, only().attempts, len(server.taken)) == (State.UNCERTAIN, 2, 0)


def test_a_rescue_that_meets_a_server_that_is_away_still_sends_its_one_more(owe, nobody_listens, request):
    owe()
    EmailLog.objects.update(state=State.SENDING, attempts=1)

    assert drain() == [("send-email", "RETRY")]
    assert only().state == State.SENDING
    server = request.getfixturevalue("server")
    assert drain(advance=True) == [("send-email", "SUCCESS")]

    assert (only().state, len(server.taken)) == (State.UNCERTAIN, 1)


def test_an_email_that_cannot_be_rendered_was_never_half_sent(owe, server, monkeypatch):
    owe()
    monkeypatch.setattr("mail.links.LINKS", {})

    outcomes = drain(only="send-email", advance=True)

    assert outcomes == [("send-email", "RETRY")] * 4 + [("send-email", "FAILURE")]
    assert (only().state, only().attempts, len(server.taken)) == (State.FAILED, 0, 0)


def test_a_word_of_farewell_that_fails_changes_nothing(owe, server, monkeypatch):
    def hang_up(self):
        raise TimeoutError("no answer to QUIT")

    monkeypatch.setattr(Transport, "close", hang_up)
    owe()

    assert drain() == [("send-email", "SUCCESS")]
    assert only().state == State.SENT


def test_any_backend_of_django_will_do(owe, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    owe()

    drain()

    assert [message.to for message in outbox.outbox] == [["ada@example.com"]]
    assert only().state == State.SENT
