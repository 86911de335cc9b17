"""Hides what looks secret before anything is stored for the record or shown to a person.

It only ever hides: it must never be the one thing that keeps a secret out of a place where none belongs.
"""

import re
from collections.abc import Mapping

MASK = "•••"

SECRET_WORDS = frozenset(
    {"password", "passwd", "passphrase", "secret", "secrets", "token", "tokens", "code", "codes", "otp"}
    | {"authorization", "cookie", "credential", "credentials", "signature", "apikey"}
)
SECRET_PAIRS = ("api_key", "private_key", "access_key")
# Words of ordinary data that end like a secret.
PLAIN_KEYS = frozenset({"status_code", "error_code", "language_code", "country_code", "exit_code", "reason_code"})

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_SECRET_VALUES = (
    re.compile(r"\b((?:whsec|sk|rk|ord|own)_|sk-|SG\.)[A-Za-z0-9][\w.:+/=-]{7,}"),
    re.compile(r"\b((?:Bearer|Basic)\s+)[\w.:+/=~-]{6,}", re.IGNORECASE),
    re.compile(r"(://[^\s/:@]*:)[^\s/@]+(?=@)"),
    re.compile(r"([?&](?:access|token|code|sig|signature|key|password|secret)=)[^&\s\"'#]+", re.IGNORECASE),
)


def masked(value: object) -> object:
    """The same JSON with secret-looking keys' values, and secret-looking parts of texts, replaced by a mask."""
    if isinstance(value, Mapping):
        return {
            masked_text(str(key)): MASK if is_secret_key(str(key)) and inner not in (None, "") else masked(inner)
            for key, inner in value.items()
        }
    if isinstance(value, list | tuple):
        return [masked(inner) for inner in value]
    return masked_text(value) if isinstance(value, str) else value


def masked_text(text: str) -> str:
    """Free text (an error, a reason, a URL) without tokens, bearer headers, passwords in URLs or in query strings."""
    for pattern in _SECRET_VALUES:
        text = pattern.sub(rf"\1{MASK}", text)
    return text


def secret_keys(value: object) -> list[str]:
    """Every secret-looking key in the JSON, however deep; for those who refuse secrets instead of hiding them."""
    if isinstance(value, Mapping):
        found = [str(key) for key in value if is_secret_key(str(key))]
        return found + [key for inner in value.values() for key in secret_keys(inner)]
    if isinstance(value, list | tuple):
        return [key for inner in value for key in secret_keys(inner)]
    return []


def is_secret_key(key: str) -> bool:
    words = [word.lower() for word in _WORD.findall(key)]
    name = "_".join(words)
    if name in PLAIN_KEYS:
        return False
    return not SECRET_WORDS.isdisjoint(words) or any(pair in name for pair in SECRET_PAIRS)
