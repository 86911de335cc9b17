"""The record as staff read it."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.access import record_access
from audit.actors import SYSTEM
from audit.models import AccessEntry
from audit.recording import record
from audit.sealing import seal

CSV = reverse("admin:audit_auditentry_csv")
LIST = reverse("admin:audit_auditentry_changelist")


@pytest.fixture
def entry(db):
    return record(actor=SYSTEM, action="order.failed", target=("order", "41"), reason="three attempts")


@pytest.fixture(params=[Role.OWNER, Role.EDITOR])
def staff(request, db, client, plain_static):
    client.force_login(User.objects.create_user("staff@copydesk.example", request.param))
    return client


def test_staff_find_an_entry_by_what_it_is_about(entry, staff):
    page = staff.get(LIST, {"q": "41"})

    assert page.status_code == 200
    assert [row.pk for row in page.context["cl"].result_list] == [entry.pk]


def test_staff_read_an_entry_but_have_no_way_to_change_it(entry, staff):
    page = staff.get(reverse("admin:audit_auditentry_change", args=[entry.pk]))

    assert page.status_code == 200
    assert b"three attempts" in page.content
    assert b'name="_save"' not in page.content


@pytest.mark.parametrize("verb", ["add", "delete"])
def test_nobody_adds_or_deletes(entry, staff, verb):
    args = [] if verb == "add" else [entry.pk]

    assert staff.post(reverse(f"admin:audit_auditentry_{verb}", args=args), {"post": "yes"}).status_code == 403


def test_customers_are_sent_to_the_sign_in(entry, client):
    client.force_login(User.objects.create_user("customer@copydesk.example", Role.CUSTOMER))

    page = client.get(LIST)

    assert (page.status_code, page["Location"]) == (302, f"/admin/login/?next={LIST}")


def test_staff_see_whether_an_entry_is_sealed(entry, staff):
    page = reverse("admin:audit_auditentry_change", args=[entry.pk])
    assert b"not yet; once a minute" in staff.get(page).content

    seal()

    assert b"number 1, " in staff.get(page).content
    assert b"Sealed up to number <strong>1</strong>" in staff.get(LIST).content


@pytest.fixture
def owner(db, client, plain_static):
    client.force_login(User.objects.create_user("owner@copydesk.example", Role.OWNER))
    return client


def test_an_owner_takes_away_what_is_listed_and_that_is_logged(entry, owner):
    after = {"status": "FAILED", "n": 1}
    found = record(actor=SYSTEM, action="order.paid", target=("order", "42"), reason='=HYPERLINK("x")', after=after)
    found.refresh_from_db()

    answer = owner.get(CSV, {"q": "order.paid"})

    heads, *rows = b"".join(answer.streaming_content).decode().splitlines()
    assert answer["Content-Disposition"] == 'attachment; filename="auditentry.csv"'
    assert heads == (
        "id,at,actor_type,actor_id,actor_label,action,target_type,target_id,reason,before,after,request_id,masked_ip"
    )
    assert rows == [
        f'{found.pk},{found.at.isoformat()},system,,Copydesk,order.paid,order,42,"\'=HYPERLINK(""x"")",,'
        '"{""n"": 1, ""status"": ""FAILED""}",,'
    ]
    logged = AccessEntry.objects.get()
    assert (logged.action, logged.actor_label, logged.what) == (
        "auditentry.exported",
        "owner@copydesk.example",
        "q=order.paid",
    )


def test_a_long_record_is_taken_away_whole(db, owner, monkeypatch):
    monkeypatch.setattr("audit.exporting.AT_ONCE", 2)
    made = [record(actor=SYSTEM, action="order.paid", target=("order", str(n))).pk for n in range(5)]

    rows = b"".join(owner.get(CSV).streaming_content).decode().splitlines()[1:]

    assert [int(row.partition(",")[0]) for row in rows] == made[::-1]


def test_the_access_log_is_taken_away_too(db, owner):
    record_access(actor=SYSTEM, action="payload.read", target=("job", "41"), what="in full")

    rows = b"".join(owner.get(reverse("admin:audit_accessentry_csv")).streaming_content).decode().splitlines()

    assert (rows[0].split(",")[-3:], len(rows)) == (["what", "request_id", "masked_ip"], 3)
    assert ",accessentry.exported,audit,accessentry,everything," in rows[1]


def test_a_filter_that_is_none_is_said_so(entry, owner):
    assert owner.get(CSV, {"at__gte": "yesterday"}).status_code == 400
    assert AccessEntry.objects.count() == 0


def test_editors_read_the_record_and_take_nothing_away(entry, client, plain_static):
    client.force_login(User.objects.create_user("editor@copydesk.example", Role.EDITOR))

    assert client.get(CSV).status_code == 403
    assert b"as CSV" not in client.get(LIST).content
    assert AccessEntry.objects.count() == 0
