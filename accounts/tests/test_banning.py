"""Whoever goes on failing is refused everywhere for a while, and never a proxy of ours, our own people, or Stripe."""

from datetime import timedelta
from ipaddress import ip_network
from uuid import uuid4

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client, RequestFactory
from django.utils import timezone

from accounts import banning
from accounts.models import Ban, RateWindow
from accounts.tests.given import signed_in
from audit.actors import SYSTEM
from audit.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static", "few_tries")]
HERE, THERE, HERE6, NEXT_DOOR6 = "198.41.0.4", "199.7.83.42", "2001:500:2::c", "2001:500:2::d"


@pytest.fixture
def few_tries(settings):
    settings.BAN_FAILURES, settings.BAN_SECONDS = 3, 600
    cache.delete(banning.KNOWN)
    yield
    cache.delete(banning.KNOWN)


def probe(client: Client, times: int) -> list[int]:
    """Orders that are not there, one after the other."""
    return [client.get(f"/orders/{uuid4()}/").status_code for _ in range(times)]


def test_the_last_of_many_failures_begins_a_ban_from_everything():
    client = Client(REMOTE_ADDR=HERE)

    assert probe(client, 4) == [404, 404, 404, 429]
    for path in ("/", "/accounts/sign-in/", "/admin/login/", "/api/v1/articles"):
        refused = client.get(path)
        assert refused.status_code == 429 and 590 < int(refused["Retry-After"]) <= 600, path
    assert client.get("/api/v1/articles").json()["code"] == "banned"
    assert Client(REMOTE_ADDR=THERE).get("/").status_code == 200


def test_it_ends_by_itself():
    client = Client(REMOTE_ADDR=HERE)
    probe(client, 3)
    assert client.get("/").status_code == 429

    with time_machine.travel(timezone.now() + timedelta(seconds=601)):
        assert client.get("/").status_code == 200
        assert probe(client, 2) == [404, 404]


def test_the_next_ban_of_a_network_is_told_by_the_same_row():
    client = Client(REMOTE_ADDR=HERE)
    probe(client, 3)
    Ban.objects.update(ends_at=timezone.now())
    cache.delete(banning.KNOWN)

    probe(client, 3)

    assert client.get("/").status_code == 429
    assert [(ban.times, ban.kind) for ban in Ban.objects.all()] == [(2, "order")]


@pytest.mark.parametrize(
    ("fail", "kind"),
    [
        (lambda c: c.get(f"/orders/{uuid4()}/?access=ord_x.1.forged"), "access token"),
        (lambda c: c.get(f"/orders/{uuid4()}/"), "order"),
        (lambda c: c.get(f"/api/v1/purchase/status/{uuid4()}", headers={"Authorization": "Bearer ord_x"}), "order"),
        (lambda c: c.get("/api/owner/queues", headers={"Authorization": "Bearer own_x"}), "API token"),
        (lambda c: c.post("/admin/login/", {"username": "nobody@copydesk.example", "password": "x"}), "password"),
    ],
)
def test_each_kind_of_failure_counts(fail, kind):
    client = Client(REMOTE_ADDR=HERE)

    for _ in range(3):
        assert fail(client).status_code != 429

    assert fail(client).status_code == 429
    assert Ban.objects.get().kind == kind


def test_a_wrong_sign_in_code_counts():
    client = Client(REMOTE_ADDR=HERE)
    client.post("/accounts/sign-in/", {"email": "ada@customer.example"})

    for _ in range(3):
        client.post("/accounts/sign-in/code/", {"code": "000000"})

    assert Ban.objects.get().kind == "sign-in code"
    assert client.get("/").status_code == 429


def test_what_succeeds_or_is_only_missing_does_not_count():
    client = Client(REMOTE_ADDR=HERE)

    for _ in range(5):
        assert client.get("/articles/no-such-article/").status_code == 404
        assert client.get("/").status_code == 200

    assert not RateWindow.objects.filter(scope=banning.SCOPE).exists()


def test_neighbours_of_one_ipv6_network_are_banned_together():
    probe(Client(REMOTE_ADDR=HERE6), 3)

    assert Client(REMOTE_ADDR=NEXT_DOOR6).get("/").status_code == 429


@pytest.mark.parametrize("address", ["127.0.0.1", "10.0.0.7", "192.168.1.1", "fd00::1", "unix:", ""])
def test_an_address_that_a_proxy_of_ours_may_have_is_never_banned(address):
    client = Client(REMOTE_ADDR=address)

    assert probe(client, 5) == [404] * 5
    assert not Ban.objects.exists()


def test_behind_a_proxy_the_client_is_banned_and_the_proxy_is_not(settings):
    settings.TRUSTED_PROXIES = 1
    client = Client(REMOTE_ADDR=THERE, HTTP_X_FORWARDED_FOR=HERE)

    probe(client, 3)

    assert client.get("/").status_code == 429
    assert Client(REMOTE_ADDR=THERE, HTTP_X_FORWARDED_FOR="9.9.9.9").get("/").status_code == 200
    assert probe(Client(REMOTE_ADDR=THERE), 5) == [404] * 5  # it did not come the whole way: the address is the proxy's


def test_our_own_people_are_never_banned(settings):
    settings.STAFF_NETWORKS = [ip_network(f"{HERE}/32")]

    assert probe(Client(REMOTE_ADDR=HERE), 5) == [404] * 5


def test_with_nought_nobody_is_banned(settings):
    settings.BAN_FAILURES = 0

    assert probe(Client(REMOTE_ADDR=HERE), 5) == [404] * 5


def test_monitors_and_stripe_are_answered_all_the_same():
    client = Client(REMOTE_ADDR=HERE)
    probe(client, 3)

    assert client.get("/healthz").status_code == 200
    assert client.get("/readyz").status_code in (200, 503)
    for webhook in ("/api/v1/purchase/webhook", "/api/v1/purchase/webhook/"):
        assert client.post(webhook, b"{}", content_type="application/json").status_code == 400


def test_the_address_is_kept_nowhere():
    probe(Client(REMOTE_ADDR=HERE), 3)

    ban = Ban.objects.get()
    assert (ban.masked_ip, len(ban.who)) == ("198.41.0.0", 64)
    assert HERE not in str(list(Ban.objects.values()) + list(RateWindow.objects.values()))
    entry = AuditEntry.objects.get(action="network.banned")
    assert entry.after["network"] == "198.41.0.0" and HERE not in str(entry.after)


def test_an_owner_sees_it_and_lifts_it_with_a_reason():
    stranger, desk = Client(REMOTE_ADDR=HERE), signed_in("owner")
    probe(stranger, 3)
    ban = Ban.objects.get()
    shown = desk.get("/admin/accounts/ban/").content.decode()
    assert "198.41.0.0" in shown and "as CSV" not in shown
    assert "Lift the ban" in desk.get(f"/admin/accounts/ban/{ban.pk}/change/").content.decode()

    assert desk.post(f"/admin/accounts/ban/{ban.pk}/lift/", {"reason": " "}).status_code == 303
    assert stranger.get("/").status_code == 429
    assert desk.post(f"/admin/accounts/ban/{ban.pk}/lift/", {"reason": "It is the library."}).status_code == 303

    assert stranger.get("/").status_code == 200
    lifted = AuditEntry.objects.get(action="network.ban_lifted")
    assert (lifted.reason, lifted.target_id) == ("It is the library.", str(ban.pk))
    assert "Lift the ban" not in desk.get(f"/admin/accounts/ban/{ban.pk}/change/").content.decode()


def test_an_editor_may_not():
    probe(Client(REMOTE_ADDR=HERE), 3)
    ban = Ban.objects.get()

    assert signed_in("editor").post(f"/admin/accounts/ban/{ban.pk}/lift/", {"reason": "Why not?"}).status_code == 403
    assert Ban.objects.get().lifted_at is None


def test_a_ban_that_ended_cannot_be_lifted():
    probe(Client(REMOTE_ADDR=HERE), 3)
    Ban.objects.update(ends_at=timezone.now())

    with pytest.raises(banning.NotBanned):
        banning.lift(ban_id=Ban.objects.get().pk, actor=SYSTEM, reason="late")
    assert not AuditEntry.objects.filter(action="network.ban_lifted").exists()


def test_bans_are_forgotten_as_sign_ins_are(settings):
    probe(Client(REMOTE_ADDR=HERE), 3)
    assert banning.forget_ended() == 0

    Ban.objects.update(ends_at=timezone.now() - settings.SIGN_IN_RETENTION - timedelta(seconds=1))
    assert banning.forget_ended() == 1


def test_no_request_asks_the_database_by_itself(django_assert_num_queries):
    request = RequestFactory().get("/", REMOTE_ADDR=HERE)
    banning.seconds_left(banning.bannable(request))

    with django_assert_num_queries(0):
        assert banning.seconds_left(banning.bannable(request)) == 0
