"""The record as staff read it."""

import pytest
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from audit.actors import SYSTEM
from audit.recording import record

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
