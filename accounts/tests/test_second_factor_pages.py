"""Staff come in by password and second step, and by neither alone."""

import re
from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client

from accounts import second_factor
from accounts.models import RateWindow, SecondFactor, SignIn, User
from accounts.roles import Role
from accounts.tests.conftest import PASSWORD
from accounts.tests.test_second_factor import app_of, set_up

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static", "strict")]
LOGIN, STEP = "/admin/login/", "/accounts/second-step/"


def password_given(client: Client, user: User, password: str = PASSWORD, **more: str):
    return client.post(LOGIN, {"username": user.email, "password": password, **more})


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def test_the_password_alone_opens_no_page_and_no_api(owner, client):
    set_up(owner)

    answer = password_given(client, owner, next="/admin/queues/")

    assert (answer.status_code, answer["Location"]) == (303, f"{STEP}?next=%2Fadmin%2Fqueues%2F")
    assert client.get("/admin/")["Location"] == "/admin/login/?next=/admin/"
    assert client.get("/admin/login/?next=/admin/")["Location"] == f"{STEP}?next=%2Fadmin%2F"
    assert client.get("/admin/queues/").status_code == 302
    assert client.get("/api/owner/queues/").status_code in (401, 403)
    assert client.get("/accounts/")["Location"].startswith("/accounts/sign-in/")
    assert b"Your account" not in client.get("/").content


def test_password_and_app_open_it_under_a_new_session_key(owner, client, clock):
    set_up(owner)
    password_given(client, owner)
    planted = client.session.session_key
    clock.shift(timedelta(minutes=1))

    answer = client.post(STEP, {"code": app_of(owner).now(), "next": "/admin/queues/"})

    assert (answer.status_code, answer["Location"]) == (303, "/admin/queues/")
    assert is_in(client)
    assert client.session.session_key != planted
    thief = Client()
    thief.cookies["sessionid"] = planted
    assert not is_in(thief)


def test_a_recovery_code_does_too(owner, client):
    codes = set_up(owner)
    password_given(client, owner)

    assert client.post(STEP, {"code": codes[3]}).status_code == 303

    assert is_in(client)
    assert second_factor.recovery_codes_left(owner) == 9


def test_their_own_page_says_how_many_recovery_codes_are_left(owner, client):
    codes = set_up(owner)
    password_given(client, owner)
    client.post(STEP, {"code": codes[0]})

    page = client.get("/accounts/").content

    assert b"with 9 unused recovery codes" in page
    assert b"Your orders" not in page


def test_a_wrong_code_is_told_and_opens_nothing(owner, client):
    set_up(owner)
    password_given(client, owner)

    page = client.post(STEP, {"code": "000000"})

    assert (page.status_code, b"That is not what the app shows now" in page.content) == (422, True)
    assert not is_in(client)


def test_too_many_wrong_ones_are_slowed_down(owner, client):
    codes = set_up(owner)
    password_given(client, owner)
    for _ in range(9):
        client.post(STEP, {"code": "000000"})

    page = client.post(STEP, {"code": codes[0]})

    assert (page.status_code, b"Too many tries." in page.content) == (429, True)
    assert 890 <= int(page["Retry-After"]) <= 900
    assert not is_in(client)


def test_at_the_first_sign_in_an_app_is_set_up_and_the_recovery_codes_are_shown_once(editor, client, clock):
    password_given(client, editor)
    page = client.get(STEP)
    assert b"Set up the second step" in page.content
    assert b"data:image/svg+xml" in page.content
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")

    wrong = client.post(STEP, {"code": "000000"})
    assert (wrong.status_code, is_in(client)) == (422, False)
    shown = client.post(STEP, {"code": app_of(editor).now()})

    codes = re.findall(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>", shown.content.decode())
    assert (shown.status_code, len(codes)) == (200, 10)
    assert is_in(client)
    assert client.get(STEP).status_code == 303


def test_without_a_password_the_second_step_is_not_even_asked_for(owner, client):
    codes = set_up(owner)

    assert client.get(STEP)["Location"] == "/admin/login/"
    client.post(STEP, {"code": codes[0]})

    assert second_factor.recovery_codes_left(owner) == 10
    assert not is_in(client)


def test_a_customer_has_none(customer, client):
    client.force_login(customer)

    assert client.get(STEP)["Location"] == "/admin/login/"
    assert client.get("/accounts/").status_code == 200
    assert not SecondFactor.objects.exists()


def test_after_two_weeks_it_is_asked_for_again(owner, client):
    codes = set_up(owner)
    password_given(client, owner)
    client.post(STEP, {"code": codes[0]})

    SignIn.objects.update(second_factor_at=F("second_factor_at") - timedelta(days=14, seconds=1))

    assert not is_in(client)
    assert client.get(LOGIN)["Location"].startswith(STEP)


def test_taking_it_away_signs_out_everywhere(owner, client):
    codes = set_up(owner)
    password_given(client, owner)
    client.post(STEP, {"code": codes[0]})

    second_factor.take_away(user=owner, actor=second_factor.Actor.of(owner))

    assert not is_in(client)


def test_whoever_becomes_staff_needs_one_at_once(customer, client):
    client.force_login(customer)
    assert client.get("/accounts/").status_code == 200

    User.objects.filter(pk=customer.pk).update(role=Role.EDITOR)

    assert client.get("/accounts/").status_code == 303
    assert not is_in(client)


def test_a_next_of_somebody_else_is_not_gone_to(owner, client):
    codes = set_up(owner)
    password_given(client, owner, next="https://evil.example/")

    answer = client.post(STEP, {"code": codes[0], "next": "//evil.example/"})

    assert answer["Location"] == "/admin/"


def test_switched_off_for_a_demo_the_password_does(owner, client, settings):
    settings.STAFF_SECOND_FACTOR = False

    assert password_given(client, owner)["Location"] == "/admin/"
    assert is_in(client)


def test_ten_wrong_passwords_and_the_eleventh_is_not_looked_at_though_it_is_right(owner, client):
    for _ in range(10):
        assert password_given(client, owner, "wrong").status_code == 200

    page = password_given(client, owner)

    assert (page.status_code, b"Please try again in 15 minutes." in page.content) == (429, True)
    assert 890 <= int(page["Retry-After"]) <= 900
    assert "_auth_user_id" not in client.session
    assert SignIn.objects.count() == 0


def test_an_address_nobody_has_is_slowed_down_alike(db, client):
    stranger = User(email="nobody@copydesk.example")
    for _ in range(10):
        password_given(client, stranger, "wrong")

    assert password_given(client, stranger, "wrong").status_code == 429


def test_elsewhere_the_right_person_still_gets_in(owner, client):
    for _ in range(11):
        password_given(client, owner, "wrong")

    assert password_given(Client(REMOTE_ADDR="198.51.100.9"), owner).status_code == 303


def test_the_right_password_forgives_what_was_mistyped(owner, client):
    for _ in range(9):
        password_given(client, owner, "wrong")
    password_given(client, owner)

    assert password_given(Client(), owner, "wrong").status_code == 200
    assert not RateWindow.objects.filter(scope="password-both", hits__gt=1).exists()


def test_many_places_at_once_guess_at_one_account_fifty_times_an_hour(owner):
    for number in range(50):
        password_given(Client(REMOTE_ADDR=f"198.51.100.{number}"), owner, "wrong")

    assert password_given(Client(REMOTE_ADDR="192.0.2.1"), owner).status_code == 429


def test_the_admins_way_out_ends_the_sign_in(owner, client, settings):
    settings.STAFF_SECOND_FACTOR = False
    password_given(client, owner)

    client.post("/admin/logout/")

    assert SignIn.objects.get().ended_at is not None
    assert not is_in(client)


def test_a_second_sign_in_on_one_browser_replaces_the_first(owner, client, settings):
    settings.STAFF_SECOND_FACTOR = False
    password_given(client, owner)
    password_given(client, owner)

    assert SignIn.objects.filter(ended_at=None).count() == 1
