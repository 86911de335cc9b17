"""How an email comes to be owed."""

import threading

import pytest
from django.core.exceptions import ValidationError
from django.db import connection, transaction

from mail.kinds import UnfitContext, UnknownKind
from mail.models import EmailLog, State
from mail.sending import send_email
from mail.tests.samples import CONTEXT
from queues.models import Job


@pytest.mark.django_db
def test_an_email_is_a_row_and_a_job_that_knows_only_its_id(owe, settings):
    settings.DEFAULT_FROM_EMAIL = "Copydesk <desk@copydesk.example>"

    email = owe(kind="revision_ready", cause="version-9")

    assert (email.state, email.to, email.kind, email.cause) == (
        State.QUEUED,
        "ada@example.com",
        "revision_ready",
        "version-9",
    )
    assert email.message_id == f"<{email.id}@copydesk.example>"
    job = Job.objects.get()
    assert (job.name, job.queue, job.payload) == ("send-email", "email.send", {"email_id": str(email.id)})
    assert (job.subject_type, job.subject_id) == ("email", str(email.id))


@pytest.mark.django_db
def test_the_same_kind_and_cause_is_one_email_as_it_was_first_written(owe):
    first = owe(reason="first words")

    again = owe(reason="second thoughts", to="other@example.com")

    assert (again.id, again.to, again.context["reason"]) == (first.id, "ada@example.com", "first words")
    assert (EmailLog.objects.count(), Job.objects.count()) == (1, 1)


@pytest.mark.django_db
def test_another_cause_or_kind_is_another_email(owe):
    owe(kind="revision_ready", cause="1")
    owe(kind="revision_ready", cause="2")
    owe(kind="submitted", cause="2")

    assert (EmailLog.objects.count(), Job.objects.count()) == (3, 3)


@pytest.mark.django_db(transaction=True)
def test_what_is_rolled_back_owes_nothing(owe):
    with transaction.atomic():
        owe()
        transaction.set_rollback(True)

    assert (EmailLog.objects.count(), Job.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_two_at_once_owe_one_email(owe):
    ids = []

    def other():
        ids.append(owe().id)
        connection.close()

    thread = threading.Thread(target=other)
    with transaction.atomic():
        ids.append(owe().id)
        thread.start()
        thread.join(0.3)  # it waits for the row
        assert thread.is_alive()
    thread.join(10)

    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert (EmailLog.objects.count(), Job.objects.count()) == (1, 1)


@pytest.mark.django_db
@pytest.mark.parametrize("to", ["", "ada", "ada@example.com\nBcc: all@example.com", "ada@example.com, bob@example.com"])
def test_what_is_no_address_is_refused(owe, to):
    with pytest.raises(ValidationError):
        owe(to=to)

    assert (EmailLog.objects.count(), Job.objects.count()) == (0, 0)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kind", "context", "refusal", "words"),
    [
        ("unheard_of", CONTEXT, UnknownKind, "unheard_of"),
        ("submitted", {"order_ref": "7F3A21"}, UnfitContext, "article_title"),
        ("submitted", {**CONTEXT, "access_token": "ord_1"}, UnfitContext, "access_token"),
    ],
)
def test_an_unfit_email_is_refused_by_name(kind, context, refusal, words):
    with pytest.raises(refusal, match=words):
        send_email(kind=kind, to="ada@example.com", subject=("order", "41"), cause="1", context=context)

    assert (EmailLog.objects.count(), Job.objects.count()) == (0, 0)
