"""Where staff may come from: elsewhere their addresses, sessions and tokens open nothing; customers do not notice."""

from ipaddress import ip_network

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.test import Client

from accounts import tokens
from accounts.models import Scope
from accounts.roles import Role
from accounts.tests.given import signed_in
from audit.actors import SYSTEM
from config import env

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
OFFICE, OFFICE6, ELSEWHERE = "203.0.113.9", "2001:db8::9", "198.51.100.7"


@pytest.fixture(autouse=True)
def office_only(settings):
    settings.STAFF_NETWORKS = [ip_network("203.0.113.0/24"), ip_network("2001:db8::/48")]


@pytest.mark.parametrize("address", [OFFICE, OFFICE6])
def test_from_the_office_everything_is_as_ever(owner, address):
    client = Client(REMOTE_ADDR=address)
    client.force_login(owner)

    assert [client.get(path).status_code for path in ("/admin/", "/accounts/")] == [200, 200]


def test_from_elsewhere_not_even_the_sign_in_is_shown(owner):
    stranger = Client(REMOTE_ADDR=ELSEWHERE)

    for path in ("/admin/login/", "/admin/", "/api/owner/queues", "/accounts/second-step/"):
        assert stranger.get(path).status_code == 403, path
    assert stranger.post("/admin/login/", {"username": owner.email, "password": "x"}).status_code == 403


def test_a_session_of_theirs_is_nobodys_from_elsewhere(owner):
    client = Client(REMOTE_ADDR=ELSEWHERE)
    client.force_login(owner)

    assert client.get("/accounts/")["Location"].startswith("/accounts/sign-in/")
    assert client.get("/admin/").status_code == 403


def test_a_token_opens_nothing_from_elsewhere(owner):
    token = {"Authorization": f"Bearer {tokens.issue(user=owner, actor=SYSTEM, scope=Scope.READ).text}"}

    assert Client(REMOTE_ADDR=OFFICE).get("/api/owner/queues", headers=token).status_code == 200
    assert Client(REMOTE_ADDR=ELSEWHERE).get("/api/owner/queues", headers=token).status_code == 403
    assert Client(REMOTE_ADDR=ELSEWHERE).get("/api/v1/articles", headers=token).status_code in (200, 401)


def test_what_a_client_writes_of_itself_changes_nothing(owner):
    client = Client(REMOTE_ADDR=ELSEWHERE, HTTP_X_FORWARDED_FOR=OFFICE)

    assert client.get("/admin/login/").status_code == 403


def test_an_address_nobody_can_read_is_none_of_theirs():
    assert Client(REMOTE_ADDR="unix:").get("/admin/login/").status_code == 403


def test_customers_do_not_notice(settings):
    client = signed_in(Role.CUSTOMER)

    assert [client.get(path).status_code for path in ("/", "/accounts/", "/healthz")] == [200, 200, 200]


def test_a_list_that_is_none_is_refused_at_start(monkeypatch):
    monkeypatch.setenv("STAFF_NETWORKS", "203.0.113.0/24, 2001:db8::/48, 192.0.2.1")
    assert [str(network) for network in env.networks("STAFF_NETWORKS")] == [
        "203.0.113.0/24",
        "2001:db8::/48",
        "192.0.2.1/32",
    ]
    monkeypatch.setenv("STAFF_NETWORKS", "the office")
    with pytest.raises(ImproperlyConfigured, match="STAFF_NETWORKS: 'the office'"):
        env.networks("STAFF_NETWORKS")
