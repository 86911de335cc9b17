"""Somebody who guesses sign-in codes: at once, from many browsers, from many networks. Nothing past the limits counts.

What counts is how often digits were compared at all: a refusal in words could hide a comparison that was made.
"""

from collections.abc import Iterator
from itertools import count

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import otp
from accounts.models import OtpCode, RateWindow, SignIn, User
from accounts.tests.sign_in import CODE, SIGN_IN, asked, browser, read_code, signed_in, wrong
from queues.models import Job
from queues.tests.given import at_once

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plain_static")]

AT_ONCE = 20
ADDRESS = "ada@example.com"


@pytest.fixture
def compared(monkeypatch) -> list[str]:
    """The digits that were compared with a code's, by whoever tried them."""
    seen: list[str] = []
    compare = otp.constant_time_compare

    def noted(held: str, typed: str) -> bool:
        seen.append(typed)
        return compare(held, typed)

    monkeypatch.setattr(otp, "constant_time_compare", noted)
    return seen


def with_the_same_cookie(client: Client, ip: str = "203.0.113.7") -> Client:
    twin = browser(ip)
    twin.cookies["asked_for_code"] = client.cookies["asked_for_code"].value
    return twin


def nobody_is_signed_in() -> bool:
    return not any(model.objects.exists() for model in (User, SignIn, Session))


def test_twenty_tries_at_once_are_five(compared):
    client = asked(browser())
    code = read_code()
    twins = [with_the_same_cookie(client) for _ in range(AT_ONCE)]

    pages = at_once(*[lambda twin=twin: twin.post(CODE, {"code": wrong(code)}) for twin in twins])

    assert [page.status_code for page in pages] == [422] * AT_ONCE
    assert len(compared) == OtpCode.objects.get().tries == 5
    assert sum(b"tried too often" in page.content for page in pages) > AT_ONCE - 5
    assert client.post(CODE, {"code": code}).status_code == 422
    assert nobody_is_signed_in()


def test_the_right_digits_among_twenty_let_one_in_at_the_most(compared):
    client = asked(browser())
    code = read_code()
    twins = [with_the_same_cookie(client) for _ in range(AT_ONCE)]

    pages = at_once(*[lambda twin=twin: twin.post(CODE, {"code": code}) for twin in twins])

    assert sorted(page.status_code for page in pages) == [303] + [422] * (AT_ONCE - 1)
    assert len(compared) <= 5
    assert SignIn.objects.count() == 1


def test_of_one_address_no_more_is_guessed_from_ten_browsers_in_ten_networks_than_five_codes_allow(compared):
    attackers = [browser(f"198.51.100.{number}") for number in range(10)]

    answers = [attacker.post(SIGN_IN, {"email": ADDRESS}).status_code for attacker in attackers]
    for attacker in attackers:
        for _ in range(7):
            attacker.post(CODE, {"code": "000000"})

    assert answers == [303] * 5 + [429] * 5
    assert len(compared) == 5 * 5
    assert (OtpCode.objects.count(), Job.objects.count()) == (5, 5)
    assert nobody_is_signed_in()


def test_twenty_codes_asked_at_once_for_an_address_are_five():
    attackers = [browser(f"198.51.100.{number}") for number in range(AT_ONCE)]

    answers = at_once(*[lambda one=one: one.post(SIGN_IN, {"email": ADDRESS}).status_code for one in attackers])

    assert sorted(answers) == [303] * 5 + [429] * (AT_ONCE - 5)
    assert (OtpCode.objects.count(), Job.objects.count()) == (5, 5)


def test_from_one_network_sixty_are_compared_whomever_they_are_for(compared):
    everybody = [asked(browser(), f"somebody{number}@example.com") for number in range(14)]

    statuses = [client.post(CODE, {"code": "000000"}).status_code for client in everybody for _ in range(5)]

    assert statuses == [422] * 60 + [429] * 10
    assert len(compared) == 60


@pytest.mark.parametrize("header", ["X-Forwarded-For", "X-Real-Ip", "Forwarded", "True-Client-Ip"])
def test_another_network_is_not_claimed_by_a_header(header, monkeypatch, compared):
    monkeypatch.setattr(otp, "TRIES_PER_NETWORK", 3)
    client = asked(browser())

    for number in range(5):
        client.post(CODE, {"code": "000000"}, headers={header: f"192.0.2.{number}"})

    assert len(compared) == 3
    assert RateWindow.objects.filter(scope="otp-tries").count() == 1


def test_whoever_invents_the_cookie_tries_nothing(compared):
    asked(browser())
    inventors = iter_of_cookies()

    for cookie, _ in zip(inventors, range(10), strict=False):
        inventor = browser("198.51.100.9")
        inventor.cookies["asked_for_code"] = cookie
        assert inventor.post(CODE, {"code": read_code() if cookie == "" else "000000"})["Location"] == SIGN_IN

    assert compared == []
    assert (OtpCode.objects.get().tries, nobody_is_signed_in()) == (0, True)


def iter_of_cookies() -> Iterator[str]:
    """What somebody might think of: nothing, the row's id, the stored hash itself, and guesses."""
    code = OtpCode.objects.get()
    yield from ("", str(code.pk), code.browser, "%00", "ä" * 43)
    yield from (f"guess-{number}" for number in count())


def test_a_code_of_one_address_signs_nobody_in_as_another(compared):
    """The address is the row's, never the request's."""
    client = asked(browser(), "eve@example.com")

    client.post(f"{CODE}?email={ADDRESS}", {"code": read_code(), "email": ADDRESS, "address": ADDRESS})

    assert signed_in(client)
    assert [user.email for user in User.objects.all()] == ["eve@example.com"]
