"""What stands in a person's place once they are erased: the same for everything of theirs, and nothing to guess from.

Keyed by SECRET_KEY, so that nobody can try addresses against it; nothing is ever sent to one.
"""

from django.utils.crypto import salted_hmac

DOMAIN = "erased.invalid"  # RFC 2606: no mail server can have it
_SALT = "accounts.personal"


def pseudonym_of(email: str, user_id: int | None) -> str:
    """An address of nobody's. Of the account besides, so that whoever comes back and leaves again is somebody else."""
    return f"erased-{_keyed(f'{user_id or 0} {email.lower()}')[:16]}@{DOMAIN}"


def is_pseudonym(address: str) -> bool:
    return address.endswith(f"@{DOMAIN}")


def trace_of(email: str) -> str:
    """By what the record knows that somebody of this address was erased, without the address."""
    return _keyed(email.strip().lower())[:32]


def _keyed(text: str) -> str:
    return salted_hmac(_SALT, text, algorithm="sha256").hexdigest()
