"""Which websites we do not link to, whoever pays.

Our own lists are the default and are read from files; a reputation service is another class with the same one method.
"""

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.utils.module_loading import import_string

SAMPLE = Path(__file__).parent / "data" / "denied_domains.txt"


class MalformedList(ValueError):
    """A line of a deny list is not a domain and a category."""


class Unknown(Exception):
    """The service cannot say now. The sale goes on, and the report says that this was not checked."""


@dataclass(frozen=True)
class Denial:
    """`category` is one of TARGET_DENIED_CATEGORIES, `listed` the domain on the list."""

    category: str
    listed: str


class Reputation(Protocol):
    """Named by TARGET_REPUTATION. One that asks over the network does so in `clients/`, within seconds."""

    def denial_of(self, host: str) -> Denial | None:
        """Why no link may lead to `host` (punycode); None when it may. Raises Unknown."""


class DenyLists:
    """Our sample and the operator's own file, by domain and category."""

    def denial_of(self, host: str) -> Denial | None:
        listed = read_lists(settings.TARGET_DENY_FILE)
        labels = host.split(".")
        names = (".".join(labels[start:]) for start in range(len(labels)))
        denials = (Denial(category, name) for name in names for category in listed.get(name, ()))
        return next((denial for denial in denials if denial.category in settings.TARGET_DENIED_CATEGORIES), None)


def denial_of(host: str) -> Denial | None:
    """By the lists, or the service that was configured. Raises Unknown."""
    return _configured(settings.TARGET_REPUTATION).denial_of(host)


@cache
def read_lists(own_file: str) -> dict[str, set[str]]:
    """The categories of every listed domain, ours and those of `own_file`. Raises MalformedList or OSError."""
    listed: dict[str, set[str]] = {}
    for path in (SAMPLE, *([Path(own_file)] if own_file else [])):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            words = line.partition("#")[0].split()
            if words and len(words) != 2:
                raise MalformedList(f"{path}, line {number}: not a domain and a category")
            if words:
                listed.setdefault(words[0].lower(), set()).add(words[1].lower())
    return listed


@cache
def _configured(name: str) -> Reputation:
    configured: Reputation = import_string(name)()
    return configured
