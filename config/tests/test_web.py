"""What every answer tells browsers and programs: policies, limits, and how much may be sent."""

import pytest
from django.core.checks import run_checks
from django.test import Client

from accounts.limits import counting, hit
from accounts.roles import Role
from accounts.tests.given import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]


@pytest.mark.parametrize("path", ["/", "/accounts/sign-in/", "/admin/login/", "/api/v1/articles", "/no-such-page"])
def test_every_answer_says_what_browsers_may_do(path):
    answer = Client().get(path)

    asked = answer["Permissions-Policy"].split(", ")
    assert {"camera=()", "geolocation=()", "payment=()"} <= set(asked)
    assert answer["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
    assert "'unsafe-inline'" not in answer["Content-Security-Policy"].replace("style-src 'self' 'unsafe-inline'", "")


def test_over_https_browsers_are_told_to_stay_there(settings):
    settings.SECURE_HSTS_SECONDS, settings.SECURE_HSTS_INCLUDE_SUBDOMAINS = 31_536_000, True

    assert Client().get("/", secure=True)["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_an_unknown_host_is_refused(settings):
    settings.ALLOWED_HOSTS = ["desk.example.com"]

    assert Client().get("/", headers={"Host": "evil.example"}).status_code == 400


@pytest.mark.parametrize(
    ("length", "status"),
    [("10485760", 200), ("10485761", 413), ("-1", 413), ("1e3", 413), ("9" * 20, 413)],
)
def test_what_is_too_much_is_refused_before_it_is_read(length, status):
    answer = Client().get("/", CONTENT_LENGTH=length)

    assert answer.status_code == status


def test_every_limited_address_tells_what_is_left():
    client = Client(REMOTE_ADDR="203.0.113.7")
    asked = [client.post("/accounts/sign-in/", {"email": f"{n}@example.com"}) for n in range(2)]
    tried = Client().post("/admin/login/", {"username": "owner@copydesk.example", "password": "wrong"})

    told = [(answer["X-RateLimit-Limit"], answer["X-RateLimit-Remaining"]) for answer in (*asked, tried)]
    assert told == [("20", "19"), ("20", "18"), ("60", "59")]
    assert "X-RateLimit-Limit" not in Client().get("/")


def test_what_is_told_is_the_callers_own_and_never_the_addresses():
    with counting() as counted:
        hit("network", "203.0.113.7", 20, 60)
        hit("address", "ada@example.com", 5, 60)

    assert (counted[0].limit, counted[0].remaining) == (20, 19)


def test_one_request_says_nothing_of_another():
    with counting():
        hit("network", "203.0.113.7", 20, 60)

    assert "X-RateLimit-Limit" not in signed_in(Role.CUSTOMER).get("/accounts/")


def test_the_deploy_checks_find_nothing_in_a_site_as_it_should_be(settings):
    settings.SITE_URL, settings.STAFF_SECOND_FACTOR = "https://desk.example.com", True
    settings.STRIPE_API_BASE, settings.OPENAI_BASE_URL = "https://api.stripe.com", "https://api.openai.com/v1"
    settings.STRIPE_CHECKOUT_ORIGIN = "https://checkout.stripe.com"
    settings.STRIPE_SECRET_KEY, settings.STRIPE_WEBHOOK_SECRETS, settings.OPENAI_API_KEY = "sk", ["whsec"], "sk"
    settings.AUDIT_SEAL_KEY = "a key of its own"
    settings.SECRET_KEY = "a long one of many different letters: 0123456789 abcdefghijklmnop"
    settings.SECURE_SSL_REDIRECT = settings.SESSION_COOKIE_SECURE = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_HSTS_SECONDS, settings.AUDIT_SEAL_KEY = 31_536_000, "a key of its own"

    found = [message.id for message in run_checks(include_deployment_checks=True) if not message.is_silenced()]

    assert found == []
