"""The people of Copydesk, how they come in, and the counters that slow down the hasty."""

from accounts.models.access import ApiToken, RateWindow, Scope
from accounts.models.people import TAKEN, User, UserManager
from accounts.models.signing_in import TRIES, Channel, OtpCode, RecoveryCode, SecondFactor, SignIn

__all__ = [
    "TAKEN",
    "TRIES",
    "ApiToken",
    "Channel",
    "OtpCode",
    "RateWindow",
    "RecoveryCode",
    "Scope",
    "SecondFactor",
    "SignIn",
    "User",
    "UserManager",
]
