"""The pages of signing in."""

import re

import pytest
import time_machine
from django.contrib.sessions.models import Session
from django.core import mail as outbox
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import OtpCode, SignIn, User
from accounts.roles import Role
from accounts.tests.sign_in import ACCOUNT, AGAIN, CODE, SIGN_IN, asked, browser, read_code, signed_in, wrong
from queues.models import Job

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plain_static")]


def entered(client: Client, code: str, **more: str):
    return client.post(CODE, {"code": code, **more})


def test_from_the_address_to_the_account_page():
    client = browser()
    page = client.get(SIGN_IN)
    assert (page.status_code, page["Cache-Control"]) == (
        200,
        "max-age=0, no-cache, no-store, must-revalidate, private",
    )
    answer = client.post(SIGN_IN, {"email": "ada@example.com"})
    assert (answer.status_code, answer["Location"]) == (303, CODE)
    page = client.get(CODE)
    assert b"ada@example.com" in page.content
    assert b'autocomplete="one-time-code"' in page.content

    answer = entered(client, read_code())

    assert (answer.status_code, answer["Location"]) == (303, ACCOUNT)
    assert b"Signed in as" in client.get(ACCOUNT).content
    assert client.get(SIGN_IN)["Location"] == ACCOUNT
    assert answer.cookies["asked_for_code"].value == ""


def test_the_cookie_is_for_the_server_only():
    cookie = browser().post(SIGN_IN, {"email": "ada@example.com"}).cookies["asked_for_code"]

    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["max-age"]) == (
        True,
        "Lax",
        "/accounts/",
        3600,
    )
    assert len(cookie.value) >= 43


@pytest.mark.parametrize("address", ["", "ada", "ada@", "a@b\nBcc: x@y.example"])
def test_what_is_no_address_is_told_and_nothing_is_sent(address):
    page = browser().post(SIGN_IN, {"email": address})

    assert page.status_code == 422
    assert b'aria-invalid="true"' in page.content
    assert (OtpCode.objects.count(), Job.objects.count()) == (0, 0)


def test_wrong_codes_are_told_with_the_tries_that_are_left():
    client = asked(browser())
    code = read_code()

    pages = [entered(client, wrong(code)) for _ in range(5)]

    assert [page.status_code for page in pages] == [422] * 5
    told = [re.search(r'class="errorlist"[^>]*><li>([^<]+)', page.content.decode())[1] for page in pages]
    assert told == [
        "That is not the code in the email. You may try 4 more times.",
        "That is not the code in the email. You may try 3 more times.",
        "That is not the code in the email. You may try 2 more times.",
        "That is not the code in the email. You may try once more.",
        "This code was tried too often and opens nothing any more. Have a new one sent.",
    ]
    page = entered(client, code)
    assert (page.status_code, b"tried too often" in page.content) == (422, True)
    assert not signed_in(client)
    assert (User.objects.count(), SignIn.objects.count(), Session.objects.count()) == (0, 0, 0)


@pytest.mark.parametrize("typed", ["", "12345", "1234567", "abcdef"])
def test_half_a_code_costs_no_try(typed):
    client = asked(browser())

    assert entered(client, typed).status_code == 422
    assert OtpCode.objects.get().tries == 0


def test_another_browser_is_sent_to_ask_for_its_own_even_with_the_right_code():
    asked(browser())
    other = browser("198.51.100.9")

    answer = entered(other, read_code())

    assert (answer.status_code, answer["Location"]) == (303, SIGN_IN)
    assert b"in which you asked for it" in other.get(SIGN_IN).content
    assert not signed_in(other)
    assert (OtpCode.objects.get().tries, User.objects.count()) == (0, 0)


def test_known_and_unknown_addresses_staff_and_switched_off_are_answered_byte_for_byte_alike():
    User.objects.create_user("knownknown@example.com", Role.CUSTOMER)
    User.objects.create_user("itsstaffer@example.com", Role.OWNER, "a long enough phrase")
    off = User.objects.create_user("switchdoff@example.com", Role.CUSTOMER)
    User.objects.filter(pk=off.pk).update(is_active=False)

    with time_machine.travel(timezone.now(), tick=False):  # the time is in a header
        answers = [everything_said_to(name) for name in ("knownknown", "unknownone", "itsstaffer", "switchdoff")]

    assert answers[0] == answers[1] == answers[2] == answers[3]
    assert [status for status, *_ in answers[0]] == [303, 200, 422, 303, 200]


def everything_said_to(name: str) -> list[tuple[object, ...]]:
    """Five answers, with what is random in them and the address itself taken out."""
    client, address = browser(), f"{name}@example.com"
    answers = [client.post(SIGN_IN, {"email": address}), client.get(CODE), entered(client, "000000")]
    answers += [client.post(AGAIN), client.get(CODE)]
    return [(answer.status_code, headers_of(answer), plain(answer.content.decode(), name)) for answer in answers]


def headers_of(answer) -> list[tuple[str, str]]:
    """What is left of the caller's own limit goes down with each of these, whoever the address is."""
    of_the_moment = ("X-Request-ID", "Server-Timing", "X-RateLimit-Remaining")
    return [(name, value) for name, value in answer.items() if name not in of_the_moment]


def plain(page: str, name: str) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", page).replace(name, "somebody")


def test_asking_does_the_same_work_for_every_address_and_looks_up_none():
    User.objects.create_user("ada@example.com", Role.CUSTOMER)
    work = []

    for address in ("ada@example.com", "nobody@example.com"):
        with CaptureQueriesContext(connection) as asked_for:
            browser().post(SIGN_IN, {"email": address})
        work.append([re.sub(r"'[^']*'", "", query["sql"]) for query in asked_for.captured_queries])

    assert work[0] == work[1]
    assert len(work[0]) >= 5
    assert not any("accounts_user" in sql for sql in work[0])


def test_a_new_code_replaces_the_earlier_one_and_says_so():
    client = asked(browser())
    first = read_code()

    answer = client.post(AGAIN)

    assert (answer.status_code, answer["Location"]) == (303, CODE)
    assert b"A new code is on its way." in client.get(CODE).content
    second = read_code()
    assert len(outbox.outbox) == 2
    if first != second:
        assert entered(client, first).status_code == 422
    assert entered(client, second).status_code == 303


def test_the_earlier_one_opens_nothing_with_the_earlier_cookie_either():
    client = asked(browser())
    first, cookie = read_code(), client.cookies["asked_for_code"].value
    client.post(AGAIN)
    client.cookies["asked_for_code"] = cookie

    page = entered(client, first)

    assert (page.status_code, b"has expired" in page.content) == (422, True)


def test_too_many_codes_are_refused_in_words_with_the_time_to_wait():
    for _ in range(5):
        asked(browser())
    before = Job.objects.count()

    page = browser().post(SIGN_IN, {"email": "ada@example.com"})

    assert page.status_code == 429
    assert 890 <= int(page["Retry-After"]) <= 900
    assert b"please try again in 15 minutes." in page.content
    assert b'value="ada@example.com"' in page.content
    assert Job.objects.count() == before


def test_too_many_new_codes_likewise_and_the_last_one_still_works():
    client = asked(browser())
    for _ in range(4):
        client.post(AGAIN)
    code = read_code()

    page = client.post(AGAIN)

    assert (page.status_code, b"Nothing was sent" in page.content, "Retry-After" in page) == (429, True, True)
    assert entered(client, code).status_code == 303


def test_the_session_that_somebody_knew_before_is_not_the_one_that_is_signed_in():
    client = asked(browser())
    session = client.session
    session["something"] = "of before"
    session.save()
    planted = session.session_key

    entered(client, read_code())

    assert client.session.session_key != planted
    assert client.session["something"] == "of before"
    attacker = browser("198.51.100.9")
    attacker.cookies["sessionid"] = planted
    assert not signed_in(attacker)
    assert not Session.objects.filter(pk=planted).exists()


def test_somebody_else_on_the_same_browser_gets_nothing_of_the_first_ones_session():
    client = asked(browser())
    entered(client, read_code())
    session = client.session
    session["orders"] = ["hers"]
    session.save()

    asked_again = client.post(SIGN_IN, {"email": "eve@example.com"})
    assert asked_again["Location"] == ACCOUNT  # she is signed in: out first
    client.post("/accounts/sign-out/")
    asked(client, "eve@example.com")
    entered(client, read_code())

    assert client.get(ACCOUNT).context["person"].email == "eve@example.com"
    assert "orders" not in client.session


@pytest.mark.parametrize("url", [SIGN_IN, CODE, AGAIN, "/accounts/sign-out/", "/accounts/sign-ins/end-others/"])
def test_without_its_csrf_token_nothing_is_done(url):
    careful = Client(enforce_csrf_checks=True)

    assert careful.post(url, {"email": "ada@example.com"}).status_code == 403
    assert (OtpCode.objects.count(), Job.objects.count()) == (0, 0)


def test_with_it_it_is():
    careful = Client(enforce_csrf_checks=True)
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', careful.get(SIGN_IN).content.decode())[1]

    assert careful.post(SIGN_IN, {"email": "ada@example.com", "csrfmiddlewaretoken": token}).status_code == 303


def test_whoever_wanted_a_page_of_ours_comes_back_to_it():
    client = browser()
    answer = client.post(SIGN_IN, {"email": "ada@example.com", "next": "/orders/?a=1&b=2"})
    assert answer["Location"] == f"{CODE}?next=%2Forders%2F%3Fa%3D1%26b%3D2"
    assert b'name="next" value="/orders/?a=1&amp;b=2"' in client.get(answer["Location"]).content

    assert entered(client, read_code(), next="/orders/?a=1&b=2")["Location"] == "/orders/?a=1&b=2"


@pytest.mark.parametrize(
    "elsewhere", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "http:///evil"]
)
def test_a_page_of_somebody_else_is_not_gone_to(elsewhere):
    client = asked(browser(), next=elsewhere)
    assert b"evil" not in client.get(f"{CODE}?next={elsewhere}").content

    assert entered(client, read_code(), next=elsewhere)["Location"] == ACCOUNT


def test_markup_in_an_address_stays_text():
    client = asked(browser(), '"<img/src=x>"@example.com')

    assert b"<img/src" not in client.get(CODE).content


def test_signing_out_ends_it():
    client = asked(browser())
    entered(client, read_code())
    kept = client.cookies["sessionid"].value

    assert client.get("/accounts/sign-out/").status_code == 405
    assert client.post("/accounts/sign-out/")["Location"] == "/"

    assert not signed_in(client)
    client.cookies["sessionid"] = kept
    assert not signed_in(client)
    assert SignIn.objects.get().ended_at is not None


def test_a_visitor_is_asked_to_sign_in_and_comes_back():
    assert browser().get(ACCOUNT)["Location"] == f"{SIGN_IN}?next=%2Faccounts%2F"
