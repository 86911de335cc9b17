"""The second step: an app's codes and recovery codes, each once, none kept."""

import io
import re
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pyotp
import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import second_factor
from accounts.limits import TooMany
from accounts.models import RecoveryCode, SecondFactor, User
from accounts.second_factor import WrongSecondFactor
from audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def app_of(user: User) -> pyotp.TOTP:
    """What a telephone makes of the QR code."""
    parsed = pyotp.parse_uri(second_factor.address_of(SecondFactor.objects.get(user=user)))
    assert isinstance(parsed, pyotp.TOTP)
    return parsed


def set_up(user: User) -> list[str]:
    second_factor.enrolment(user)
    return second_factor.confirm(user=user, text=app_of(user).now())


def opens(user: User, text: str) -> bool:
    try:
        second_factor.prove(user=user, text=text)
    except WrongSecondFactor:
        return False
    return True


def test_an_app_reads_whose_it_is_from_the_picture(owner):
    factor = second_factor.enrolment(owner)

    app = app_of(owner)
    assert (app.name, app.issuer, app.secret) == (owner.email, "Copydesk", second_factor.secret_of(factor))
    assert len(app.secret) == 32
    assert not second_factor.is_enrolled(owner)


def test_until_it_is_confirmed_the_picture_stays_the_same_and_opens_nothing(owner, clock):
    first = second_factor.secret_of(second_factor.enrolment(owner))

    assert second_factor.secret_of(second_factor.enrolment(owner)) == first
    assert not opens(owner, app_of(owner).now())


def test_confirming_takes_the_right_code(owner, clock):
    second_factor.enrolment(owner)

    with pytest.raises(WrongSecondFactor):
        second_factor.confirm(user=owner, text="000000")

    assert not second_factor.is_enrolled(owner)
    assert (RecoveryCode.objects.count(), AuditEntry.objects.count()) == (0, 0)


def test_confirming_gives_ten_recovery_codes_and_is_on_record(owner, clock):
    codes = set_up(owner)

    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[a-z2-9]{5}-[a-z2-9]{5}", code) for code in codes)
    assert second_factor.is_enrolled(owner)
    assert second_factor.recovery_codes_left(owner) == 10
    assert list(AuditEntry.objects.values_list("action", "actor_label")) == [("second_factor.set_up", owner.email)]


def test_a_second_app_is_not_set_up_over_the_first(owner, clock):
    set_up(owner)

    with pytest.raises(second_factor.AlreadyEnrolled):
        second_factor.enrolment(owner)


def test_neither_secret_nor_recovery_codes_are_in_the_database(owner, clock):
    codes, dump = set_up(owner), io.StringIO()

    call_command("dumpdata", "accounts", "audit", stdout=dump)

    assert owner.email in dump.getvalue()
    for secret in [app_of(owner).secret, *codes, *(code.replace("-", "") for code in codes)]:
        assert secret not in dump.getvalue()


def test_a_code_of_the_app_opens_once(owner, clock):
    set_up(owner)
    assert not opens(owner, app_of(owner).now())  # the one it was confirmed with

    clock.shift(timedelta(seconds=30))

    assert opens(owner, app_of(owner).now())
    assert not opens(owner, app_of(owner).now())


@pytest.mark.parametrize(("seconds", "good"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_be_half_a_minute_wrong_and_no_more(owner, clock, seconds, good):
    set_up(owner)
    clock.shift(timedelta(minutes=5))

    code = app_of(owner).at(int(time.time()) + seconds)

    assert opens(owner, code) is good


def test_a_code_from_before_the_one_used_last_opens_nothing(owner, clock):
    set_up(owner)
    clock.shift(timedelta(minutes=5))
    earlier = app_of(owner).now()
    clock.shift(timedelta(seconds=30))
    assert opens(owner, app_of(owner).now())

    assert not opens(owner, earlier)


def test_a_recovery_code_opens_once_however_it_is_typed(owner, clock):
    codes = set_up(owner)

    assert opens(owner, f" {codes[0].upper()} ")
    assert not opens(owner, codes[0])
    assert opens(owner, codes[1].replace("-", ""))
    assert second_factor.recovery_codes_left(owner) == 8
    assert AuditEntry.objects.filter(action="recovery_code.used").count() == 2


def test_somebody_elses_codes_open_nothing(owner, editor, clock):
    theirs = set_up(editor)
    set_up(owner)
    clock.shift(timedelta(minutes=1))

    assert not opens(owner, theirs[0])
    assert not opens(owner, app_of(editor).now())


def test_ten_tries_in_a_quarter_of_an_hour_and_no_more_though_it_is_right(owner, clock):
    codes = set_up(owner)  # the first of them
    for _ in range(9):
        opens(owner, "000000")

    with pytest.raises(TooMany):
        second_factor.prove(user=owner, text=codes[0])

    assert second_factor.recovery_codes_left(owner) == 10


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("kind", ["app", "recovery"])
def test_one_code_used_twice_at_once_opens_once(owner, clock, kind):
    codes = set_up(owner)
    clock.shift(timedelta(minutes=1))
    code, together = app_of(owner).now() if kind == "app" else codes[0], Barrier(4)

    def one(_: int) -> bool:
        together.wait(10)
        try:
            return opens(owner, code)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        assert sorted(threads.map(one, range(4))) == [False, False, False, True]


def test_taken_away_at_the_terminal_the_next_sign_in_sets_up_another(owner, clock):
    old = set_up(owner)
    secret, printed = app_of(owner).secret, io.StringIO()

    call_command("take_away_second_factor", "OWNER@copydesk.example", stdout=printed)

    assert printed.getvalue() == "owner@copydesk.example sets up another app at the next sign-in.\n"
    assert not opens(owner, old[0])
    assert second_factor.secret_of(second_factor.enrolment(owner)) != secret
    assert AuditEntry.objects.filter(action="second_factor.taken_away").count() == 1
    with pytest.raises(CommandError, match="no account"):
        call_command("take_away_second_factor", "nobody@copydesk.example")
