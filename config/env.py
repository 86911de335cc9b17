"""Typed reading of the environment: a malformed value is refused at start, with its name.

Nothing else reads os.environ; a secret NAME may come from the file named by NAME_FILE instead.
"""

import os
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str | None = None) -> str:
    """The variable NAME, or the content of the file NAME_FILE names; raises when neither is set and no default."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: cannot read {file} ({error.strerror})") from error
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. See .env.example.")
    return value.strip()


def flag(name: str, default: bool) -> bool:
    value = text(name, str(default)).lower()
    if value not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name}: {value!r} is neither true nor false")
    return value in TRUE


def number(name: str, default: float, *, least: float = 0) -> float:
    value = text(name, str(default))
    try:
        parsed = float(value)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {value!r} is not a number") from error
    if not least <= parsed < float("inf"):
        raise ImproperlyConfigured(f"{name}: {value!r} is below {least}")
    return parsed


def whole(name: str, default: int, *, least: int = 0) -> int:
    value = number(name, default, least=least)
    if value != int(value):
        raise ImproperlyConfigured(f"{name}: {value} is not a whole number")
    return int(value)


def words(name: str, default: str = "") -> list[str]:
    """A comma-separated list, blanks dropped."""
    return [item.strip() for item in text(name, default).split(",") if item.strip()]


def wholes(name: str, default: str) -> list[int]:
    """A comma-separated list of whole numbers above zero, the smallest first; empty for none."""
    items = words(name, default)
    if not all(item.isascii() and item.isdecimal() and int(item) for item in items):
        raise ImproperlyConfigured(f"{name}: {','.join(items)!r} is not a list of whole numbers above zero")
    return sorted(int(item) for item in items)


def url(name: str, default: str | None = None, *, schemes: tuple[str, ...]) -> str:
    value = text(name, default)
    parts = urlsplit(value)
    if parts.scheme not in schemes or not (parts.netloc or parts.path.strip("/")):
        raise ImproperlyConfigured(f"{name}: not a URL with one of the schemes {', '.join(schemes)}")
    return value


def redis_url() -> str:
    """REDIS_URL, or one put together from REDIS_HOST, REDIS_PORT and REDIS_PASSWORD."""
    if os.environ.get("REDIS_URL") or os.environ.get("REDIS_URL_FILE"):
        return url("REDIS_URL", schemes=("redis", "rediss"))
    password = text("REDIS_PASSWORD", "")
    credentials = f":{quote(password, safe='')}@" if password else ""
    return f"redis://{credentials}{text('REDIS_HOST', '127.0.0.1')}:{whole('REDIS_PORT', 6379, least=1)}/0"


def unquoted(part: str | None) -> str:
    """A user or password as it stood before it was put into a URL."""
    return unquote(part or "")
