"""The people of Copydesk, how they come in, and the counters that slow down the hasty."""

from accounts.models.access import ApiToken, Ban, RateWindow, Scope
from accounts.models.people import TAKEN, User, UserManager
from accounts.models.profile import Profile
from accounts.models.signing_in import TRIES, Channel, OtpCode, RecoveryCode, SecondFactor, SignIn

__all__ = [
    "TAKEN",
    "TRIES",
    "ApiToken",
    "Ban",
    "Channel",
    "OtpCode",
    "Profile",
    "RateWindow",
    "RecoveryCode",
    "Scope",
    "SecondFactor",
    "SignIn",
    "User",
    "UserManager",
]
