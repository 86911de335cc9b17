"""Who may open the owner's pages, and what is kept of who may not."""

import pytest

from accounts.models import User
from audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


def signed_in(client, role):
    user = User.objects.create_user(f"{role}@copydesk.example", role)
    client.force_login(user)
    return user


def test_a_visitor_is_sent_to_sign_in_and_back(client):
    answer = client.get("/admin/queues/?x=1")

    assert (answer.status_code, answer["Location"]) == (302, "/admin/login/?next=/admin/queues/%3Fx%3D1")
    assert AuditEntry.objects.count() == 0
