"""An email sent once more by hand: by whom, why, how often, and never a secret."""

import threading

import pytest
from django.db import connection
from django.urls import reverse

from accounts.models import User
from accounts.roles import PERMISSIONS, Role
from audit.actors import Actor
from audit.models import AuditEntry
from mail.confidential import CONFIDENTIAL
from mail.models import EmailLog, State
from mail.resending import AlreadyResent, NotResendable, ReasonMissing, resend
from queues.draining import drain
from queues.models import Job

OWNER = Actor(type="user", id="7", label="owner@copydesk.example")
ASKED = {"reason": "They deleted it", "sure": "on", "copies": "0"}


@pytest.fixture
def sent(owe, db):
    email = owe()
    EmailLog.objects.filter(pk=email.pk).update(state=State.SENT, attempts=1)
    Job.objects.all().delete()
    email.refresh_from_db()
    return email


@pytest.fixture
def signed_in(client, db, plain_static):
    def signed_in(role):
        client.force_login(User.objects.create_user(f"{role}@copydesk.example", role))
        return client

    return signed_in


def once_more(email) -> str:
    return reverse("admin:mail_emaillog_send_once_more", args=[email.pk])


def test_the_copy_is_a_row_of_its_own_to_the_same_address_and_on_record(sent):
    copy = resend(email=sent, actor=OWNER, reason="They deleted it", copies_seen=0)

    assert (copy.to, copy.kind, copy.context, copy.resend_of_id) == (sent.to, sent.kind, sent.context, sent.pk)
    assert (copy.state, copy.attempts, copy.cause) == (State.QUEUED, 0, f"copy 1 of {sent.pk}")
    assert copy.message_id == f"<{copy.pk}@{sent.message_id.partition('@')[2]}"
    assert [job.payload for job in Job.objects.all()] == [{"email_id": str(copy.pk)}]
    entry = AuditEntry.objects.get(action="email.resent")
    assert (entry.actor_label, entry.reason) == ("owner@copydesk.example", "They deleted it")
    assert (entry.target_type, entry.target_id) == ("email", str(sent.pk))
    assert entry.after == {"copy": str(copy.pk), "kind": "submitted"}


@pytest.mark.django_db(transaction=True)
def test_it_arrives_once_however_often_its_job_runs(owe, server):
    first = owe()
    drain()
    copy = resend(email=EmailLog.objects.get(), actor=OWNER, reason="Lost", copies_seen=0)

    drain()
    drain(advance=True)

    assert len(server.taken) == 2
    assert EmailLog.objects.get(pk=copy.pk).state == State.SENT
    assert EmailLog.objects.get(pk=first.pk).attempts == 1


def test_a_copy_of_a_copy_is_linked_to_the_first(sent):
    copy = resend(email=sent, actor=OWNER, reason="Lost", copies_seen=0)
    EmailLog.objects.filter(pk=copy.pk).update(state=State.FAILED)

    second = resend(email=copy, actor=OWNER, reason="Lost again", copies_seen=1)

    assert (second.resend_of_id, second.cause) == (sent.pk, f"copy 2 of {sent.pk}")


def refuses(sent, refusal, **different):
    asked = {"email": sent, "actor": OWNER, "reason": "Lost", "copies_seen": 0, **different}
    with pytest.raises(refusal):
        resend(**asked)
    assert (EmailLog.objects.count(), Job.objects.count(), AuditEntry.objects.count()) == (1, 0, 0)


def test_not_without_a_reason(sent):
    refuses(sent, ReasonMissing, reason="  ")


def test_the_same_click_twice_makes_one_copy(sent):
    refuses(sent, AlreadyResent, copies_seen=1)


@pytest.mark.parametrize("state", [State.QUEUED, State.SENDING])
def test_not_what_is_on_its_way(sent, state):
    EmailLog.objects.update(state=state)
    refuses(sent, NotResendable)


def test_not_a_kind_without_templates(sent):
    EmailLog.objects.update(kind="of_old")
    refuses(sent, NotResendable)


def test_never_what_is_told_once_only(sent):
    assert "sign_in_code" in CONFIDENTIAL
    EmailLog.objects.update(kind="sign_in_code")
    refuses(sent, NotResendable)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_make_one_copy(owe):
    owe()
    EmailLog.objects.update(state=State.SENT)
    email, outcomes = EmailLog.objects.get(), []

    def ask():
        try:
            outcomes.append(resend(email=email, actor=OWNER, reason="Lost", copies_seen=0).cause)
        except AlreadyResent:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)

    assert sorted(outcomes) == [f"copy 1 of {email.pk}", "refused"]
    assert EmailLog.objects.count() == 2


def test_an_owner_is_asked_first_then_sends_it_and_sees_the_copy(sent, signed_in):
    client = signed_in(Role.OWNER)

    page = client.get(once_more(sent))
    assert "ada@example.com" in page.content.decode()
    assert EmailLog.objects.count() == 1

    answer = client.post(once_more(sent), ASKED)

    copy = EmailLog.objects.get(resend_of=sent)
    assert (answer.status_code, answer["Location"]) == (303, reverse("admin:mail_emaillog_change", args=[copy.pk]))
    assert str(copy.pk) in client.get(reverse("admin:mail_emaillog_change", args=[sent.pk])).content.decode()
    assert AuditEntry.objects.get(action="email.resent").actor_label == "owner@copydesk.example"


@pytest.mark.parametrize("different", [{"reason": " "}, {"sure": ""}, {"copies": "1"}, {"copies": "x"}, {"copies": ""}])
def test_unsure_or_overtaken_nothing_is_sent(sent, signed_in, different):
    answer = signed_in(Role.OWNER).post(once_more(sent), {**ASKED, **different})

    assert answer.status_code == 303
    assert (EmailLog.objects.count(), Job.objects.count()) == (1, 0)
    assert not AuditEntry.objects.filter(action="email.resent").exists()


@pytest.mark.parametrize(("role", "status"), [(Role.EDITOR, 403), (Role.CUSTOMER, 302)])
def test_whoever_may_not_is_refused(sent, signed_in, role, status, monkeypatch):
    monkeypatch.setitem(PERMISSIONS, Role.EDITOR, PERMISSIONS[Role.EDITOR] - {"mail.resend_emaillog"})
    client = signed_in(role)

    assert client.get(once_more(sent)).status_code == status
    assert client.post(once_more(sent), ASKED).status_code == status
    assert (EmailLog.objects.count(), Job.objects.count()) == (1, 0)


def test_a_sign_in_code_is_not_offered(sent, signed_in):
    EmailLog.objects.update(kind="sign_in_code")
    client = signed_in(Role.OWNER)

    assert "It cannot be sent again." in client.get(once_more(sent)).content.decode()
    client.post(once_more(sent), ASKED)
    assert (EmailLog.objects.count(), Job.objects.count()) == (1, 0)


def test_not_from_another_site(sent, signed_in):
    client = signed_in(Role.OWNER)
    client.handler.enforce_csrf_checks = True

    assert client.post(once_more(sent), ASKED).status_code == 403
    assert (EmailLog.objects.count(), Job.objects.count()) == (1, 0)
