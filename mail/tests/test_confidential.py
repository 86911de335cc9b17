"""What an email says and nobody keeps."""

import pytest
from django.core import mail as outbox

from mail import confidential
from mail.confidential import register_confidential
from mail.links import LINKS
from mail.models import EmailLog, State
from mail.sending import give_up, owe_again, send_email, write_email
from mail.tests.samples import SIGN_IN
from queues.draining import drain
from queues.models import Job


@pytest.fixture
def told(monkeypatch):
    """The code of subject 41 is 041592."""
    monkeypatch.setattr(confidential, "CONFIDENTIAL", {})
    monkeypatch.setitem(LINKS, "thing", lambda subject_id: "https://desk.example/there/")
    register_confidential("sign_in_code", ("code",), lambda subject_id: {"41": {"code": "041592"}}[subject_id])


def owed(verb=write_email) -> EmailLog:
    return verb(kind="sign_in_code", to="ada@example.com", subject=("thing", "41"), cause="", context=SIGN_IN)


@pytest.mark.django_db(transaction=True)
def test_it_is_in_the_email_and_in_no_row(told):
    owed(send_email)

    assert drain() == [("send-email", "SUCCESS")]

    [message] = outbox.outbox
    assert "041592" in message.body
    assert "041592" in message.alternatives[0].content
    assert "041592" not in repr([*EmailLog.objects.values_list(), *Job.objects.values_list()])


@pytest.mark.django_db
def test_the_preview_covers_it(told, client, plain_static):
    from accounts.models import User

    client.force_login(User.objects.create_user("owner@copydesk.example", "owner"))

    page = client.get(f"/admin/mail/emaillog/{owed().pk}/change/").content.decode()

    assert "041592" not in page
    assert "••••••" in page


def test_twice_for_a_kind_is_a_mistake(told):
    with pytest.raises(ValueError, match="sign_in_code are registered twice"):
        register_confidential("sign_in_code", ("code",), dict)


@pytest.mark.django_db
def test_what_another_queue_delivers_enqueues_nothing_here_and_is_one_row(told):
    assert owed().pk == owed().pk

    assert (EmailLog.objects.count(), Job.objects.count()) == (1, 0)


@pytest.mark.django_db
def test_given_up_and_owed_again(told):
    email = owed()

    give_up(("thing", "41"), "too late")
    email.refresh_from_db()
    assert (email.state, email.error) == (State.FAILED, "too late")

    owe_again(("thing", "41"))
    email.refresh_from_db()
    assert email.state == State.QUEUED
