"""Sign-in codes: derived, few tries, one use, one browser."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from accounts import otp, people
from accounts.limits import TooMany
from accounts.models import OtpCode, User
from accounts.roles import Role
from accounts.tests.sign_in import wrong
from audit.models import AuditEntry
from queues.models import Job
from queues.tests.given import at_once

pytestmark = pytest.mark.django_db


def asker(browser: str = "ada's", network: str = "203.0.113.7") -> otp.Asker:
    return otp.Asker(browser=browser, network=network, masked_ip="203.0.113.0", device="Firefox on Windows")


def asked(address: str = "ada@example.com", **who: str) -> str:
    return otp.digits(otp.ask(address=address, asker=asker(**who)).pk)


def tried(text: str, **who: str) -> object:
    """The account, or what was raised."""
    try:
        return otp.prove(asker=asker(**who), text=text)
    except Exception as refusal:
        return refusal


def test_the_digits_are_six_and_always_the_same_for_one_code_under_one_key(settings):
    code = otp.ask(address="ada@example.com", asker=asker())
    digits = otp.digits(code.pk)

    assert len(digits) == 6
    assert digits.isdecimal()
    assert otp.digits(code.pk) == digits
    settings.SECRET_KEY = "another-key-only-for-this-test"
    assert otp.digits(code.pk) != digits


def test_asking_writes_a_row_and_a_job_that_know_no_digits_and_expire_together():
    digits = asked()

    code, job = OtpCode.objects.get(), Job.objects.get()
    assert (job.name, job.queue, job.payload, job.max_attempts) == (
        "send-otp",
        "otp.send",
        {"code_id": str(code.pk)},
        2,
    )
    assert job.expires_at == code.expires_at
    assert timedelta(minutes=9, seconds=50) < code.expires_at - code.created_at <= timedelta(minutes=10)
    assert (code.channel, code.address, code.sent_at, code.tries) == ("email", "ada@example.com", None, 0)
    assert digits not in repr([code.__dict__, job.payload])
    assert "ada's" not in code.browser
    assert User.objects.count() == 0


def test_the_right_digits_make_a_customer_of_an_address_nobody_had():
    user = otp.prove(asker=asker(), text=asked("Ada@Example.com"))

    assert (user.email, user.role, user.is_active, user.has_usable_password()) == (
        "Ada@example.com",
        Role.CUSTOMER,
        True,
        False,
    )
    assert list(AuditEntry.objects.values_list("action", "actor_label")) == [("user.added", "Ada@example.com")]


def test_the_right_digits_find_the_account_in_whatever_case():
    ada = User.objects.create_user("ada@example.com", Role.CUSTOMER)

    assert otp.prove(asker=asker(), text=asked("ADA@example.com")) == ada
    assert (User.objects.count(), AuditEntry.objects.count()) == (1, 0)


@pytest.mark.parametrize("dressed", ["{0} {1}", " {0}-{1} ", "{0}\u00a0{1}\n"])
def test_digits_may_be_typed_or_pasted_as_people_do(dressed):
    digits = asked()

    assert isinstance(tried(dressed.format(digits[:3], digits[3:])), User)


def test_digits_may_be_of_another_script():
    arabic = asked().translate({ord("0") + value: chr(0x0660 + value) for value in range(10)})

    assert isinstance(tried(arabic), User)


def test_five_wrong_ones_and_the_sixth_is_refused_though_it_is_right():
    digits = asked()

    refusals = [tried(wrong(digits)) for _ in range(5)]

    assert [getattr(refusal, "left", None) for refusal in refusals] == [4, 3, 2, 1, None]
    assert isinstance(refusals[4], otp.TriesUsedUp)
    assert isinstance(tried(digits), otp.TriesUsedUp)
    assert (OtpCode.objects.get().tries, OtpCode.objects.get().used_at, User.objects.count()) == (5, None, 0)


def test_the_fifth_may_be_the_right_one():
    digits = asked()
    for _ in range(4):
        tried(wrong(digits))

    assert isinstance(tried(digits), User)


def test_it_works_once():
    digits = asked()
    otp.prove(asker=asker(), text=digits)

    assert isinstance(tried(digits), otp.CodeUsed)


def test_after_ten_minutes_it_does_not_and_no_account_was_made():
    with time_machine.travel("2026-11-25 10:00:00Z", tick=False) as clock:
        digits = asked()
        clock.shift(timedelta(minutes=10))

        assert isinstance(tried(digits), otp.CodeExpired)
        assert (OtpCode.objects.get().tries, User.objects.count()) == (0, 0)
        clock.shift(timedelta(seconds=-1))
        assert isinstance(tried(digits), User)


def test_in_another_browser_it_does_not():
    digits = asked()
    asked("eve@example.com", browser="eve's", network="198.51.100.1")

    assert isinstance(tried(digits, browser="eve's"), otp.WrongCode)
    assert isinstance(tried(digits, browser="nobody's"), otp.NoCode)
    assert OtpCode.objects.get(address="ada@example.com").tries == 0


def test_of_two_codes_of_one_address_each_opens_in_its_own_browser():
    first, second = asked(), asked(browser="her telephone's")

    assert isinstance(tried(second), otp.WrongCode)
    assert isinstance(tried(first), User)
    assert isinstance(tried(second, browser="her telephone's"), User)


@pytest.mark.parametrize(("role", "is_active"), [(Role.EDITOR, True), (Role.OWNER, True), (Role.CUSTOMER, False)])
def test_staff_and_who_is_switched_off_get_in_by_no_digits_at_all(role, is_active):
    user = User.objects.create_user("ada@example.com", role)
    people.User.objects.filter(pk=user.pk).update(is_active=is_active)

    refusal = tried(asked())

    assert isinstance(refusal, otp.WrongCode)
    assert OtpCode.objects.get().used_at is None


def test_five_codes_for_an_address_and_no_more_wherever_they_are_asked_from():
    for number in range(5):
        asked(browser=str(number), network=f"198.51.100.{number}")

    with pytest.raises(TooMany) as refusal:
        asked("ADA@example.com", browser="6", network="198.51.100.6")

    assert 890 <= refusal.value.retry_after <= 900
    assert (OtpCode.objects.count(), Job.objects.count()) == (5, 5)


def test_twenty_codes_from_a_network_and_no_more_whomever_they_are_for():
    for number in range(20):
        asked(f"ada{number}@example.com", browser=str(number))

    with pytest.raises(TooMany):
        asked("ada21@example.com", browser="21")

    assert (OtpCode.objects.count(), Job.objects.count()) == (20, 20)
    assert asked("ada21@example.com", browser="21", network="198.51.100.1")


def test_sixty_tries_from_a_network_and_no_more_however_many_codes_they_had(monkeypatch):
    monkeypatch.setattr(otp, "TRIES_PER_NETWORK", 3)
    digits = asked()
    for _ in range(3):
        tried(wrong(digits))

    assert isinstance(tried(digits), TooMany)
    assert OtpCode.objects.get().tries == 3


@pytest.mark.django_db(transaction=True)
def test_wrong_tries_at_once_use_up_one_each():
    digits = asked()

    refusals = at_once(*[lambda: tried(wrong(digits))] * 8)

    assert sum(isinstance(refusal, otp.WrongCode | otp.TriesUsedUp) for refusal in refusals) == 8
    assert OtpCode.objects.get().tries == 5
    assert isinstance(tried(digits), otp.TriesUsedUp)


@pytest.mark.django_db(transaction=True)
def test_two_wrong_tries_at_once_use_up_two():
    digits = asked()

    refusals = at_once(*[lambda: tried(wrong(digits))] * 2)

    assert [type(refusal) for refusal in refusals] == [otp.WrongCode, otp.WrongCode]
    assert OtpCode.objects.get().tries == 2


@pytest.mark.django_db(transaction=True)
def test_two_right_tries_at_once_let_one_in_and_use_up_one_each():
    digits = asked()

    answers = sorted(type(answer).__name__ for answer in at_once(*[lambda: tried(digits)] * 2))

    assert answers == ["CodeUsed", "User"]
    assert User.objects.count() == 1
    assert OtpCode.objects.get().tries <= 2


@pytest.mark.django_db(transaction=True)
def test_one_new_address_proven_in_two_browsers_at_once_is_one_account():
    one, other = asked(browser="0"), asked(browser="1")

    first, second = at_once(lambda: tried(one, browser="0"), lambda: tried(other, browser="1"))

    assert first == second == User.objects.get()


def test_old_codes_are_forgotten_and_others_not():
    asked()
    asked("eve@example.com", browser="eve's")
    OtpCode.objects.filter(address="ada@example.com").update(expires_at=timezone.now() - timedelta(days=1, seconds=1))

    assert otp.forget_old() == 1
    assert OtpCode.objects.get().address == "eve@example.com"
