"""The access log: who read what is not everybody's to read."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.access import record_access
from audit.actors import Actor
from audit.masking import MASK
from audit.models import AccessEntry
from audit.origin import Origin, coming_from

OWNER = Actor(type="user", id="1", label="owner@copydesk.example")
LIST = reverse("admin:audit_accessentry_changelist")


@pytest.fixture
def entry(db):
    with coming_from(Origin(request_id="req-12345678", masked_ip="203.0.113.0")):
        return record_access(actor=OWNER, action="payload.read", target=("job", "41"), what=" redacted ")


def refused(statement: str) -> str:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
    return str(refusal.value)


def test_an_entry_says_who_read_what_and_from_where(entry):
    entry.refresh_from_db()

    assert entry.at is not None
    assert (entry.actor_type, entry.actor_id, entry.actor_label) == ("user", "1", "owner@copydesk.example")
    assert (entry.action, entry.target_type, entry.target_id, entry.what) == ("payload.read", "job", "41", "redacted")
    assert (entry.request_id, entry.masked_ip) == ("req-12345678", "203.0.113.0")


@pytest.mark.django_db
def test_what_was_shown_is_told_without_secrets():
    entry = record_access(actor=OWNER, action="payload.read", target=("job", "41"), what="with sk_live_0123456789")

    entry.refresh_from_db()
    assert entry.what == f"with sk_{MASK}"


@pytest.mark.parametrize(
    ("verb", "statement"),
    [("UPDATE", "UPDATE audit_accessentry SET what = 'nothing'"), ("DELETE", "DELETE FROM audit_accessentry")],
)
def test_a_change_in_sql_is_refused_and_changes_nothing(entry, verb, statement):
    assert f"{verb} of audit_accessentry refused" in refused(statement)

    assert AccessEntry.objects.get().what == "redacted"


def test_emptying_the_table_is_refused(entry):
    with connection.cursor() as cursor:  # the test runner switches this one guard off, to empty tables between tests
        cursor.execute("ALTER TABLE audit_accessentry ENABLE TRIGGER audit_accessentry_no_truncate")

    assert "TRUNCATE of audit_accessentry refused" in refused("TRUNCATE audit_accessentry")

    assert AccessEntry.objects.count() == 1


def test_an_owner_finds_and_reads_an_entry_but_has_no_way_to_change_it(entry, client, plain_static):
    client.force_login(User.objects.create_user("owner@copydesk.example", Role.OWNER))

    found = client.get(LIST, {"q": "41"})
    page = client.get(reverse("admin:audit_accessentry_change", args=[entry.pk]))

    assert [row.pk for row in found.context["cl"].result_list] == [entry.pk]
    assert (page.status_code, b'name="_save"' in page.content) == (200, False)
    assert client.post(reverse("admin:audit_accessentry_delete", args=[entry.pk]), {"post": "yes"}).status_code == 403
    assert client.post(reverse("admin:audit_accessentry_add")).status_code == 403
    assert AccessEntry.objects.count() == 1


def test_editors_do_not_see_it(entry, client, plain_static):
    client.force_login(User.objects.create_user("editor@copydesk.example", Role.EDITOR))

    assert client.get(LIST).status_code == 403
