"""Where somebody is signed in: listed, ended, ended everywhere else."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.test import Client
from django.utils import timezone

from accounts import sessions
from accounts.models import SignIn, User
from accounts.roles import Role
from accounts.tests.sign_in import ACCOUNT, FIREFOX, SIGN_IN, signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
SAFARI = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1 Version/18.0 Mobile/15E148 Safari/604.1"
)
OTHERS = "/accounts/sign-ins/end-others/"


@pytest.fixture
def ada(db):
    return User.objects.create_user("ada@example.com", Role.CUSTOMER)


def browser_of(user: User, *, agent: str = FIREFOX, ip: str = "203.0.113.7") -> Client:
    client = Client(HTTP_USER_AGENT=agent, REMOTE_ADDR=ip)
    client.force_login(user)
    client.get(ACCOUNT)
    return client


def end(sign_in: SignIn) -> str:
    return f"/accounts/sign-ins/{sign_in.pk}/end/"


def shown(client: Client) -> list[tuple[str, str, bool]]:
    return [(row.device, row.masked_ip, this) for row, this in client.get(ACCOUNT).context["sign_ins"]]


def test_each_is_listed_with_device_and_network_the_last_seen_first(ada):
    browser_of(ada)
    telephone = browser_of(ada, agent=SAFARI, ip="2001:db8:77:1:2:3:4:5")

    assert shown(telephone) == [
        ("Safari on iPhone", "2001:db8:77::", True),
        ("Firefox on Windows", "203.0.113.0", False),
    ]
    page = telephone.get(ACCOUNT).content.decode()
    assert "203.0.113.7" not in page
    assert page.count("this browser") == 1


def test_one_that_is_ended_opens_nothing_from_that_moment(ada):
    laptop, telephone = browser_of(ada), browser_of(ada, agent=SAFARI)
    theirs = SignIn.objects.get(device="Safari on iPhone")

    answer = laptop.post(end(theirs), follow=True)

    assert b"That browser is signed out." in answer.content
    assert telephone.get(ACCOUNT)["Location"].startswith(SIGN_IN)
    assert "_auth_user_id" not in telephone.session
    assert shown(laptop) == [("Firefox on Windows", "203.0.113.0", True)]


def test_all_others_at_once_and_this_one_stays(ada):
    laptop, telephone, tablet = (browser_of(ada) for _ in range(3))

    answer = laptop.post(OTHERS, follow=True)

    assert b"2 other browsers are signed out." in answer.content
    assert [signed_in(client) for client in (laptop, telephone, tablet)] == [True, False, False]


def test_nobody_ends_what_is_somebody_elses(ada):
    eve = User.objects.create_user("eve@example.com", Role.CUSTOMER)
    hers, evil = browser_of(ada), browser_of(eve)

    assert evil.post(end(SignIn.objects.get(user=ada))).status_code == 404
    evil.post(OTHERS)

    assert signed_in(hers)
    assert not SignIn.objects.exclude(ended_at=None).exists()


def test_a_visitor_ends_nothing(ada):
    hers = browser_of(ada)

    assert Client().post(end(SignIn.objects.get()))["Location"] == SIGN_IN
    assert Client().post(OTHERS)["Location"] == SIGN_IN

    assert signed_in(hers)


def test_ending_takes_a_post(ada):
    hers = browser_of(ada)

    assert hers.get(end(SignIn.objects.get())).status_code == 405
    assert hers.get(OTHERS).status_code == 405


def test_a_session_key_that_changes_stays_the_same_sign_in(ada):
    hers = browser_of(ada)
    session = hers.session
    session.cycle_key()
    session.save()
    hers.cookies["sessionid"] = session.session_key

    assert signed_in(hers)
    assert SignIn.objects.count() == 1


def test_being_seen_is_noted_every_five_minutes_and_not_at_every_click(ada):
    hers = browser_of(ada)
    began = SignIn.objects.get().last_seen_at
    hers.get(ACCOUNT)
    assert SignIn.objects.get().last_seen_at == began

    SignIn.objects.update(last_seen_at=F("last_seen_at") - timedelta(minutes=6))
    hers.get(ACCOUNT, REMOTE_ADDR="198.51.100.9")

    assert SignIn.objects.get().last_seen_at > began
    assert SignIn.objects.get().masked_ip == "198.51.100.0"


def test_one_nobody_can_come_back_to_is_not_listed_and_is_forgotten(ada):
    browser_of(ada)
    SignIn.objects.update(last_seen_at=timezone.now() - timedelta(days=91))
    hers = browser_of(ada)

    assert len(shown(hers)) == 1
    assert sessions.forget_ended() == 1
    assert SignIn.objects.count() == 1


def test_whoever_is_switched_off_is_out_at_once(ada):
    hers = browser_of(ada)

    User.objects.filter(pk=ada.pk).update(is_active=False)

    assert not signed_in(hers)


def test_a_page_that_asks_nothing_about_the_visitor_costs_no_query(ada, django_assert_num_queries):
    hers = browser_of(ada)

    with django_assert_num_queries(0):
        hers.get("/healthz")


def test_every_click_costs_one_query_more_than_django(ada, django_assert_num_queries):
    hers = browser_of(ada)

    with django_assert_num_queries(3):  # the session, the account, the sign-in
        hers.get(SIGN_IN)
