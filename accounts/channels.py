"""How a sign-in code reaches the person: by email. Another way is another class here, and a name in CHANNELS.

A channel must never write the digits down.
"""

from collections.abc import Mapping
from typing import Protocol

from accounts import people
from accounts.models import Channel, OtpCode
from accounts.otp import LIVES
from mail.delivery import deliver
from mail.sending import write_email

SUBJECT = "otp_code"
BY_CODE, BY_PASSWORD = "sign_in_code", "sign_in_by_password"


class Way(Protocol):
    def send(self, code: OtpCode) -> None:
        """Hand it over, at most once however often this is called. Raises RetryLater or Permanent."""


class ByEmail:
    def send(self, code: OtpCode) -> None:
        """Staff are told to use their password; whoever is switched off is told nothing."""
        user = people.known(code.address)
        if user is not None and not user.is_active:
            return
        kind = BY_PASSWORD if user is not None and user.is_staff else BY_CODE
        context = _asked_from(code) | ({"minutes": LIVES.seconds // 60} if kind == BY_CODE else {})
        email = write_email(kind=kind, to=code.address, subject=(SUBJECT, str(code.pk)), cause="", context=context)
        deliver(email.pk)


CHANNELS: Mapping[str, Way] = {Channel.EMAIL: ByEmail()}


def _asked_from(code: OtpCode) -> dict[str, object]:
    return {
        "device": code.device,
        "network": code.masked_ip,
        "asked_at": f"{code.created_at:%-d %B %Y, %H:%M} UTC",
    }
