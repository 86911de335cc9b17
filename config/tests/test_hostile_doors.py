"""Every address of a customer's, found in the URLconf: forged, framed, cached, redirected or by a wrong method.

The browser in these tests is signed in as a customer and knows an order: what it could do, nobody may do through it.
"""

import os
import subprocess
import sys
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from backlinks.access import token_for
from backlinks.models import Order
from backlinks.tests.conftest import no_names  # noqa: F401
from backlinks.tests.given import article_for_sale, quoted
from config.tests.walking import Address, addresses
from queues.tests.calling import everything

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]

WEBHOOK = "/api/v1/purchase/webhook"  # lets in what is signed, and has no browser behind it
INGEST = "/api/analytics/ingest"  # counts whoever comes; a browser that says it was sent by another site is refused
NOT_READY = "/readyz"  # says so with 503: no worker runs here
CSRF_BY_DRF = "CSRF Failed"
EVIL = ("https://evil.example/", "/\\evil.example")  # more of the kind in accounts' own tests
ODD = ("PUT", "PATCH", "DELETE", "TRACE", "CONNECT", "PROPFIND")


@pytest.fixture(autouse=True)
def no_stripe(settings):
    """It cannot be reached: whoever gets as far as the till is sent back."""
    settings.STRIPE_API_BASE, settings.STRIPE_SECRET_KEY = "http://127.0.0.1:1", "sk_test_of_these_tests"


@pytest.fixture
def order():
    return quoted(article_for_sale(), email="customer@example.com")


@pytest.fixture
def customer(order):
    made = User.objects.create_user("customer@example.com", Role.CUSTOMER)
    Order.objects.filter(pk=order.pk).update(customer=made)
    return made


@pytest.fixture
def ways(order, customer) -> list[Address]:
    return addresses(slug=order.article.slug, order_id=order.pk)


def signed_in(customer: User, order: Any, **how: Any) -> Client:
    """Customer and guest at once: signed in, and with the order in the session."""
    client = Client(**how)
    client.force_login(customer)
    client.get(f"/orders/{order.pk}/", {"access": token_for(order)})
    client.get("/accounts/")
    return client


def test_the_walk_sees_the_addresses_that_change_something(ways):
    names = {way.name for way in ways}

    assert {"order_form", "pay", "regenerate", "submit", "withdraw", "sign_in", "enter_code", "sign_out"} <= names
    assert {"end_sign_in", "end_other_sign_ins", "api-quote", "api-checkout", "api-submit-for-review"} <= names


def test_a_forged_post_to_any_of_them_is_refused_and_changes_nothing(ways, customer, order):
    client = signed_in(customer, order, enforce_csrf_checks=True)
    before = everything()

    answers = {way.path: client.post(way.path, {"version": "1", "email": "eve@example.com"}) for way in ways}
    json = {
        way.path: client.post(way.path, "{}", content_type="application/json")
        for way in ways
        if way.path.startswith("/api/")
    }

    let_in = {path for path, answer in {**answers, **json}.items() if answer.status_code not in (403, 405)}
    assert {path.rstrip("/") for path in let_in} == {WEBHOOK, INGEST}
    for door in (WEBHOOK, INGEST):
        assert answers[door].status_code == json[door].status_code == 400
    assert everything() == before


def test_it_was_refused_for_being_forged_and_for_nothing_else(ways, customer, order):
    """The same browser without the check is let in by every one of them."""
    client = signed_in(customer, order)
    refused = [
        way.path
        for way in ways
        if (answer := client.post(way.path)).status_code == 403 or CSRF_BY_DRF in answer.content.decode()
    ]

    assert refused == []


def test_no_address_leads_away_whatever_next_says(ways, customer, order):
    for client in (signed_in(customer, order), Client()):
        for evil in EVIL:
            for way in ways:
                asked = [client.get(way.path, {"next": evil})]
                if way.name != "sign_out":
                    asked.append(client.post(f"{way.path}?next={evil}", {"next": evil}))
                for answer in asked:
                    assert leads_here(answer.headers.get("Location", "/")), (way.path, evil, answer.headers["Location"])
    assert leads_here(signed_in(customer, order).post("/accounts/sign-out/", {"next": EVIL[0]})["Location"])


def leads_here(location: str) -> bool:
    """As a browser reads it, which takes a backslash for a slash."""
    parts = urlsplit(location.replace("\\", "/"))
    return (not parts.scheme and not parts.netloc) or parts.netloc == "testserver"


def test_what_is_private_is_kept_by_no_cache_and_what_is_public_differs_by_cookie(ways, customer, order):
    client = signed_in(customer, order)

    for way in ways:
        answer = client.get(way.path)
        kept = answer.headers.get("Cache-Control", "")
        if way.is_private and answer.status_code != 405:
            assert "no-store" in kept or answer.status_code in (301, 302, 303, 404), (way.path, kept)
        elif answer.status_code == 200 and answer["Content-Type"].startswith("text/html"):
            assert "no-store" in kept or "Cookie" in answer["Vary"], (way.path, answer.headers.get("Vary"))
        assert "public" not in kept, way.path


@pytest.mark.parametrize(
    "path", ["/accounts/", "/orders/{0.pk}/", "/orders/{0.pk}/live/", "/api/v1/purchase/status/{0.pk}"]
)
def test_what_is_shown_to_its_customer_is_kept_by_no_cache(path, customer, order):
    answer = signed_in(customer, order).get(path.format(order))

    assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)


def test_no_page_may_be_framed_sniffed_or_run_a_script_of_another_site(ways, customer, order):
    client = signed_in(customer, order)

    for answer in (*(client.get(way.path) for way in ways), client.get("/nothing-here/"), client.put("/")):
        policy = answer["Content-Security-Policy"]
        assert answer["X-Frame-Options"] == "DENY"
        assert "frame-ancestors 'none'" in policy and "base-uri 'self'" in policy and "object-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Referrer-Policy"] in ("strict-origin-when-cross-origin", "no-referrer")


def test_no_method_but_post_changes_anything_and_none_is_an_error_of_ours(ways, customer, order):
    client = signed_in(customer, order)
    before = everything()

    answers = {
        (method, way.path): client.generic(method, way.path, "{}", content_type="application/json").status_code
        for way in ways
        for method in ("GET", "HEAD", "OPTIONS", *ODD)
    }

    ours = {asked for asked, status in answers.items() if status >= 500}
    assert ours == {("GET", NOT_READY), ("HEAD", NOT_READY)}
    odd = {asked: status for asked, status in answers.items() if asked[0] in ODD}
    assert {asked: status for asked, status in odd.items() if status not in (403, 404, 405)} == {}
    assert everything() == before


@pytest.mark.parametrize("disguise", ["header", "field", "query"])
def test_a_get_in_the_guise_of_a_post_is_a_get(disguise, ways, customer, order):
    client = signed_in(customer, order)
    before = everything()

    for way in ways:
        query = {"_method": "POST", "method": "POST"} if disguise != "header" else {}
        headers = {"X-HTTP-Method-Override": "POST", "X-Method-Override": "POST"} if disguise == "header" else {}
        client.get(way.path, {**query, "email": "eve@example.com", "version": "1"}, headers=headers)

    assert everything() == before


def test_cookies_are_for_the_server_and_this_site_only(customer, order):
    client = signed_in(customer, order)
    client.get(f"/articles/{order.article.slug}/link/")

    flags = {name: (cookie["samesite"], bool(cookie["httponly"])) for name, cookie in client.cookies.items()}
    assert flags == {"sessionid": ("Lax", True), "csrftoken": ("Lax", False)}  # DRF's and htmx's forms bring the second


def test_behind_https_every_cookie_is_secure_and_the_browser_is_told_to_stay_there():
    read = (
        "from config import settings as s; "
        "print(s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS)"
    )
    said = subprocess.run(
        [sys.executable, "-c", read],
        env={**os.environ, "SITE_URL": "https://copydesk.example"},
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    assert said.stdout.split() == ["True", "True", "True", "31536000"]
