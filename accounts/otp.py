"""Sign-in codes: asked for, and tried.

The six digits are derived from the row's id and SECRET_KEY each time; they must never be kept, logged or compared in
a time that tells. Whether the address has an account is not looked at here before the code is proven.
"""

import hashlib
import unicodedata
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts import people
from accounts.banning import failed
from accounts.limits import hit
from accounts.models import TRIES, OtpCode, User
from accounts.proven import address_proven
from queues.enqueue import enqueue

DIGITS = 6
LIVES = timedelta(minutes=10)
QUARTER, DAY = 15 * 60, 24 * 3600
PER_NETWORK, PER_ADDRESS, PER_ADDRESS_A_DAY, TRIES_PER_NETWORK = 20, 5, 20, 60


class NoCode(Exception):
    """This browser asked for none, or it is forgotten by now."""


class CodeExpired(Exception):
    """Ten minutes are over."""


class CodeUsed(Exception):
    """It was used, and works once only."""


class TriesUsedUp(Exception):
    """Nothing this code is tried with counts any more, not even the right digits."""


class WrongCode(Exception):
    """`left` tries are left."""

    def __init__(self, left: int) -> None:
        super().__init__(f"{left} tries left")
        self.left = left


REFUSALS = (CodeExpired, CodeUsed, TriesUsedUp, WrongCode)


@dataclass(frozen=True)
class Asker:
    """Who asks: the random text of the browser's cookie, and what is shown of where it is."""

    browser: str
    network: str
    masked_ip: str
    device: str


def ask(*, address: str, asker: Asker) -> OtpCode:
    """A new code, on its way; the same for every address, known or not. Raises TooMany, and then nothing was made."""
    hit("otp-network", asker.network, PER_NETWORK, QUARTER)
    hit("otp-address", address.lower(), PER_ADDRESS, QUARTER)
    hit("otp-address-day", address.lower(), PER_ADDRESS_A_DAY, DAY)
    with transaction.atomic():
        code = OtpCode.objects.create(
            address=address,
            browser=_hashed(asker.browser),
            device=asker.device,
            masked_ip=asker.masked_ip,
            expires_at=timezone.now() + LIVES,
        )
        subject = ("otp_code", str(code.pk))
        enqueue("send-otp", {"code_id": str(code.pk)}, subject=subject, once=str(code.pk), expires_at=code.expires_at)
    return code


def code_of(browser: str) -> OtpCode | None:
    """What this browser asked for last."""
    return OtpCode.objects.filter(browser=_hashed(browser)).first()


def prove(*, asker: Asker, text: str) -> User:
    """The account of the address, made if there was none. Each call uses up one try, before anything is compared.

    Raises TooMany, NoCode, CodeUsed, CodeExpired, TriesUsedUp or WrongCode.
    """
    hit("otp-tries", asker.network, TRIES_PER_NETWORK, QUARTER)
    code = _with_one_try_less(asker.browser)
    if not constant_time_compare(digits(code.pk), _typed(text)):
        failed("sign-in code")
        raise _refusal(code)
    with transaction.atomic():
        if not OtpCode.objects.filter(pk=code.pk, used_at=None).update(used_at=timezone.now()):
            raise CodeUsed
        user = _account(code)
        address_proven(user)
    return user


def withdraw(code: OtpCode) -> None:
    """Another was sent in its place: it opens nothing any more, and is not sent if it is still to be."""
    OtpCode.objects.filter(pk=code.pk, expires_at__gt=timezone.now()).update(expires_at=timezone.now())


def digits(code_id: UUID) -> str:
    """The code. For the email and for comparing."""
    digest = salted_hmac("accounts.otp", str(code_id), algorithm="sha256").digest()
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}}"


def is_complete(text: str) -> bool:
    """Whether it could be a code at all: less does not cost a try."""
    return len(_typed(text)) == DIGITS


def forget_old() -> int:
    """Codes that ended OTP_RETENTION_DAYS ago; how many."""
    return OtpCode.objects.filter(expires_at__lt=timezone.now() - settings.OTP_RETENTION).delete()[0]


def _with_one_try_less(browser: str) -> OtpCode:
    """One guarded UPDATE, so that tries at once each count."""
    code = code_of(browser)
    if code is None:
        raise NoCode
    usable = OtpCode.objects.filter(pk=code.pk, used_at=None, tries__lt=TRIES, expires_at__gt=timezone.now())
    counted = usable.update(tries=F("tries") + 1)
    code.refresh_from_db()
    if counted:
        return code
    if code.used_at:
        raise CodeUsed
    raise CodeExpired if code.expires_at <= timezone.now() else TriesUsedUp


def _refusal(code: OtpCode) -> WrongCode | TriesUsedUp:
    left = TRIES - code.tries
    return WrongCode(left) if left else TriesUsedUp()


def _account(code: OtpCode) -> User:
    user = people.of_address(code.address)
    if user.is_staff or not user.is_active:  # nobody was sent these digits: whoever has them did not read an email
        raise _refusal(code)
    return user


def _typed(text: str) -> str:
    """The digits of what was typed or pasted, in whatever script, without what stands between them."""
    return "".join(str(unicodedata.decimal(character)) for character in text if character.isdecimal())


def _hashed(browser: str) -> str:
    return hashlib.sha256(browser.encode()).hexdigest()
