"""The second step of staff: an authenticator app (TOTP), and recovery codes for the day the telephone is lost.

The app's secret is derived from the row's salt and SECRET_KEY, recovery codes are kept as keyed hashes: a copy of the
database opens nothing. A code works once.
"""

import base64
import secrets

import pyotp
from django.conf import settings
from django.db import transaction
from django.db.models.functions import Now
from django.utils.crypto import salted_hmac
from pyotp.exceptions import OTPVerificationError

from accounts.banning import failed
from accounts.limits import hit
from accounts.models import RecoveryCode, SecondFactor, User
from audit.actors import Actor
from audit.recording import record

DRIFT_STEPS = 1  # of 30 seconds
RECOVERY_CODES = 10
TRIES_A_QUARTER_HOUR = 10
_LETTERS = "abcdefghjkmnpqrstuvwxyz23456789"  # none that is taken for another


class WrongSecondFactor(Exception):
    """Neither what the app shows now, nor a recovery code that was not used."""


class AlreadyEnrolled(Exception):
    """There is an app already: it must be proven, or taken away by somebody at the terminal."""


def is_enrolled(user: User) -> bool:
    return SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).exists()


def enrolment(user: User) -> SecondFactor:
    """What the app is to be told, the same until it is confirmed. Raises AlreadyEnrolled."""
    salt = secrets.token_hex(32)
    factor, _ = SecondFactor.objects.get_or_create(user=user, defaults={"salt": salt})
    if factor.confirmed_at:
        raise AlreadyEnrolled
    return factor


def secret_of(factor: SecondFactor) -> str:
    """For the app, in base32."""
    digest = salted_hmac("accounts.second_factor", f"{factor.user_id}.{factor.salt}", algorithm="sha256").digest()
    return base64.b32encode(digest[:20]).decode()


def address_of(factor: SecondFactor) -> str:
    """For the QR code."""
    return pyotp.TOTP(secret_of(factor)).provisioning_uri(name=factor.user.email, issuer_name=settings.SITE_NAME)


def confirm(*, user: User, text: str) -> list[str]:
    """The app is theirs from here on; answers the recovery codes, for the one time they are shown.

    Raises TooMany, WrongSecondFactor or AlreadyEnrolled.
    """
    hit("second-factor", str(user.pk), TRIES_A_QUARTER_HOUR, 15 * 60)
    factor = enrolment(user)
    with transaction.atomic():
        if not _use_step(factor, _tidied(text)):
            raise WrongSecondFactor
        SecondFactor.objects.filter(pk=factor.pk).update(confirmed_at=Now())
        codes = [_random_code() for _ in range(RECOVERY_CODES)]
        RecoveryCode.objects.bulk_create(RecoveryCode(factor=factor, digest=_digest(code)) for code in codes)
        record(actor=Actor.of(user), action="second_factor.set_up", target=("user", str(user.pk)))
    return codes


def prove(*, user: User, text: str) -> None:
    """Raises TooMany or WrongSecondFactor."""
    hit("second-factor", str(user.pk), TRIES_A_QUARTER_HOUR, 15 * 60)
    typed = _tidied(text)
    factor = SecondFactor.objects.filter(user=user).exclude(confirmed_at=None).first()
    if factor is None or not (_use_step(factor, typed) or _use_recovery_code(factor, typed)):
        failed("second step")
        raise WrongSecondFactor


def recovery_codes_left(user: User) -> int:
    return RecoveryCode.objects.filter(factor__user=user, used_at=None).count()


def take_away(*, user: User, actor: Actor) -> bool:
    """They set up another app at their next sign-in, and are signed out everywhere. False when there was none."""
    with transaction.atomic():
        gone = bool(SecondFactor.objects.filter(user=user).delete()[0])
        user.sign_ins.filter(ended_at=None).update(ended_at=Now())
        if gone:
            record(actor=actor, action="second_factor.taken_away", target=("user", str(user.pk)))
    return gone


def _use_step(factor: SecondFactor, typed: str) -> bool:
    """The 30 seconds this code belongs to must lie after those used last: a code seen over the shoulder is no use."""
    try:
        step = pyotp.TOTP(secret_of(factor)).verify_and_get_timecode(typed, valid_window=DRIFT_STEPS)
    except OTPVerificationError:
        return False
    return bool(SecondFactor.objects.filter(pk=factor.pk, last_step__lt=step).update(last_step=step))


def _use_recovery_code(factor: SecondFactor, typed: str) -> bool:
    unused = RecoveryCode.objects.filter(factor=factor, digest=_digest(typed), used_at=None)
    with transaction.atomic():
        if not unused.update(used_at=Now()):
            return False
        actor = Actor.of(factor.user)
        record(actor=actor, action="recovery_code.used", target=("user", str(factor.user_id)))
    return True


def _random_code() -> str:
    letters = "".join(secrets.choice(_LETTERS) for _ in range(10))
    return f"{letters[:5]}-{letters[5:]}"


def _tidied(text: str) -> str:
    return "".join(text.split()).replace("-", "").lower()


def _digest(code: str) -> str:
    return salted_hmac("accounts.recovery_code", _tidied(code), algorithm="sha256").hexdigest()
