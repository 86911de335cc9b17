"""Typed reading of the environment: a malformed value is refused at start, with its name.

Nothing else reads os.environ; a secret NAME may come from the file named by NAME_FILE instead.
"""

import os
import re
from collections.abc import Collection
from decimal import Decimal
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit
from zoneinfo import ZoneInfo

from django.core.exceptions import ImproperlyConfigured, ValidationError
from django.core.validators import validate_email

HIGHEST_PORT = 65_535
TRUE, FALSE = {"1", "true", "yes", "on"}, {"0", "false", "no", "off"}


def text(name: str, default: str | None = None) -> str:
    """The variable NAME, or the content of the file NAME_FILE names; raises when neither is set and no default."""
    file = os.environ.get(f"{name}_FILE")
    if file:
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except OSError as error:
            raise ImproperlyConfigured(f"{name}_FILE: cannot read {file} ({error.strerror})") from error
        except UnicodeDecodeError:
            raise ImproperlyConfigured(f"{name}_FILE: {file} is no text in UTF-8") from None
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set. See .env.example.")
    return value.strip()


def filled(name: str, default: str) -> str:
    """`text`, where set to nothing is as good as not set."""
    return text(name, "") or default


def choice(name: str, default: str, among: Collection[str]) -> str:
    value = filled(name, default)
    if value not in among:
        raise ImproperlyConfigured(f"{name}: {value!r} is none of {', '.join(among)}")
    return value


def log_level(name: str) -> str:
    return choice(name, "INFO", ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"))


def folder(name: str, default: Path, *, beside: Path) -> Path:
    """One that is served to everybody: neither `beside` itself nor a folder around it."""
    value = Path(filled(name, str(default)))
    if beside.resolve().is_relative_to(value.resolve()):
        raise ImproperlyConfigured(f"{name}: {value} holds the program itself")
    return value


def emails(name: str) -> list[str]:
    """A comma-separated list of plain addresses, like desk@example.com."""
    items = words(name)
    for item in items:
        try:
            validate_email(item)
        except ValidationError:
            raise ImproperlyConfigured(f"{name}: {item!r} is no address like desk@example.com") from None
    return items


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


def port(name: str, default: int) -> int:
    value = whole(name, default, least=1)
    if value > HIGHEST_PORT:
        raise ImproperlyConfigured(f"{name}: {value} is no port, which is {HIGHEST_PORT} at most")
    return value


def millionths(name: str, default: str) -> int:
    """An amount of money like 12.50, in millionths."""
    value = text(name, default)
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,6})?", value):
        raise ImproperlyConfigured(f"{name}: {value!r} is not an amount like 12.50")
    return int(Decimal(value) * 1_000_000)


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
    problem = f"{name}: not a URL with one of the schemes {', '.join(schemes)}"
    try:
        parts = urlsplit(value)
        is_whole = parts.port != 0 and bool(parts.netloc or parts.path.strip("/"))
    except ValueError:  # its words may quote a password
        raise ImproperlyConfigured(f"{problem}, or its port is no number") from None
    if parts.scheme not in schemes or not is_whole:
        raise ImproperlyConfigured(problem)
    return value


def dsn(name: str) -> str:
    """Where Sentry takes errors, like https://KEY@host/1; empty for none."""
    value = text(name, "")
    parts = urlsplit(value)
    is_whole = parts.scheme in ("http", "https") and parts.username and parts.hostname
    if value and not (is_whole and parts.path.rpartition("/")[2].isdecimal()):
        raise ImproperlyConfigured(f"{name}: not an address like https://KEY@host/1")
    return value


def networks(name: str) -> list[IPv4Network | IPv6Network]:
    """A comma-separated list like 203.0.113.0/24,2001:db8::/48; a single address is a network of one."""
    try:
        return [ip_network(item) for item in words(name)]
    except ValueError as error:
        raise ImproperlyConfigured(f"{name}: {error}") from error


def time_zone(name: str, default: str) -> str:
    """A name of the IANA database, like Europe/Berlin."""
    value = text(name, default)
    try:
        return ZoneInfo(value).key
    except (KeyError, ValueError, OSError) as error:
        raise ImproperlyConfigured(f"{name}: {value!r} is no time zone, like Europe/Berlin") from error


def currency(name: str, default: str) -> str:
    """ISO 4217, in lower case."""
    value = text(name, default).lower()
    if not (len(value) == 3 and value.isascii() and value.isalpha()):
        raise ImproperlyConfigured(f"{name}: {value!r} is not a code of three letters, like usd")
    return value


def redis_url() -> str:
    """REDIS_URL, or one put together from REDIS_HOST, REDIS_PORT and REDIS_PASSWORD."""
    if os.environ.get("REDIS_URL") or os.environ.get("REDIS_URL_FILE"):
        return url("REDIS_URL", schemes=("redis", "rediss"))
    password = text("REDIS_PASSWORD", "")
    credentials = f":{quote(password, safe='')}@" if password else ""
    return f"redis://{credentials}{text('REDIS_HOST', '127.0.0.1')}:{port('REDIS_PORT', 6379)}/0"


def unquoted(part: str | None) -> str:
    """A user or password as it stood before it was put into a URL."""
    return unquote(part or "")
