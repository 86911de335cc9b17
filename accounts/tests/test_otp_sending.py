"""How a code is handed over: once, in time, to the right people, and written down nowhere."""

import io
import logging
import re
from datetime import timedelta

import pytest
from django.core import mail as outbox
from django.core.management import call_command
from django.utils import timezone

from accounts import otp
from accounts.models import OtpCode, User
from accounts.roles import Role
from accounts.tests.sign_in import CODE, asked, browser, read_code, signed_in, wrong
from mail.models import EmailLog, State
from queues.draining import drain
from queues.errors import ReplayRefused
from queues.models import DeadLetter, Job
from queues.models import State as JobState
from queues.services import redis_client
from queues.showing import shown_payload

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plain_static")]


@pytest.fixture
def ada():
    return asked(browser())


def sent_again_by_an_owner() -> None:
    Job.objects.update(state=JobState.WAITING, attempt=0)


def test_the_email_reaches_the_address_and_the_row_says_when(ada):
    code = read_code()

    row, email = OtpCode.objects.get(), EmailLog.objects.get()
    [message] = outbox.outbox
    assert message.to == ["ada@example.com"]
    assert message.subject == "Your sign-in code for Copydesk"
    assert code == otp.digits(row.pk)
    assert "from Firefox on Windows, network 203.0.113.0" in message.body
    assert "203.0.113.7" not in message.body
    assert (email.kind, email.state, email.attempts) == ("sign_in_code", State.SENT, 1)
    assert row.sent_at is not None
    assert list(Job.objects.values_list("name", "state")) == [("send-otp", JobState.COMPLETED)]


def test_a_job_that_runs_again_sends_nothing_more(ada):
    drain()
    sent_again_by_an_owner()

    assert drain() == [("send-otp", "SUCCESS")]
    assert (len(outbox.outbox), EmailLog.objects.count()) == (1, 1)


def test_nor_one_whose_worker_died_between_the_email_and_its_verdict(ada):
    drain()
    OtpCode.objects.update(sent_at=None)
    sent_again_by_an_owner()

    drain()

    assert (len(outbox.outbox), EmailLog.objects.get().attempts) == (1, 1)
    assert OtpCode.objects.get().sent_at is not None


def test_a_job_that_comes_too_late_is_cancelled_and_sends_nothing(ada):
    Job.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    drain()

    assert (outbox.outbox, EmailLog.objects.count(), Job.objects.get().state) == ([], 0, JobState.CANCELLED)


@pytest.mark.parametrize("change", [{"expires_at": timezone.now() - timedelta(seconds=1)}, {"used_at": timezone.now()}])
def test_a_code_that_is_of_no_use_any_more_is_not_sent(ada, change):
    OtpCode.objects.update(**change)

    assert drain() == [("send-otp", "SUCCESS")]
    assert (outbox.outbox, EmailLog.objects.count()) == ([], 0)


def test_nor_one_that_is_forgotten(ada):
    OtpCode.objects.all().delete()

    assert drain() == [("send-otp", "SUCCESS")]
    assert outbox.outbox == []


@pytest.mark.parametrize("role", [Role.OWNER, Role.EDITOR])
def test_staff_are_told_to_use_their_password(ada, role):
    User.objects.create_user("Ada@example.com", role)

    drain()

    [message] = outbox.outbox
    assert message.subject == "Sign in to Copydesk with your password"
    assert otp.digits(OtpCode.objects.get().pk) not in message.body + message.alternatives[0].content


def test_whoever_is_switched_off_hears_nothing(ada):
    User.objects.filter(pk=User.objects.create_user("ada@example.com", Role.CUSTOMER).pk).update(is_active=False)

    assert drain() == [("send-otp", "SUCCESS")]
    assert (outbox.outbox, EmailLog.objects.count()) == ([], 0)


def test_a_server_that_says_never_ends_in_a_dead_letter_that_is_only_replayed_in_time(ada, monkeypatch):
    from accounts import wiring
    from mail.delivery import Unsent

    def refuse(message):
        raise Unsent("SMTP 550: no such person", final=True)

    monkeypatch.setattr("mail.delivery._transmit", refuse)

    assert drain(only="send-otp") == [("send-otp", "FAILURE")]

    job = Job.objects.get(name="send-otp")
    assert EmailLog.objects.get().state == State.FAILED
    assert DeadLetter.objects.get().name == "send-otp"
    wiring.code_owed_again(job)
    assert EmailLog.objects.get().state == State.QUEUED
    OtpCode.objects.update(expires_at=timezone.now())
    with pytest.raises(ReplayRefused, match="ask for another"):
        wiring.code_owed_again(job)


def test_owners_see_neither_payload_nor_words_of_the_job(ada):
    assert shown_payload("send-otp", Job.objects.get().payload) is None


def test_the_digits_are_in_the_email_and_nowhere_else(ada, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    code = read_code()
    ada.post(CODE, {"code": wrong(code)})
    rows = io.StringIO()
    call_command("dumpdata", stdout=rows)
    assert "ada@example.com" in rows.getvalue()
    assert code not in without_numbers_of_ours(rows.getvalue())

    ada.post(CODE, {"code": code})

    assert signed_in(ada)
    call_command("dumpdata", stdout=rows)
    assert code not in without_numbers_of_ours(rows.getvalue())
    assert all(code not in str(value) for value in ada.session.values())
    assert code not in caplog.text
    assert code not in "".join(capfd.readouterr())
    with redis_client() as redis:
        kept = [redis.dump(key) or b"" for key in redis.keys("*")]
    assert all(code.encode() not in value for value in kept)


def without_numbers_of_ours(dump: str) -> str:
    """Ids, hashes and microseconds hold six digits in a row by themselves."""
    return re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}|[0-9a-f]{32,}|:\d\d\.\d+", "", dump)
