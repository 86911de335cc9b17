"""Which dead letters an address or a form asks for, by the rules of the owner API; and the same in words."""

from typing import Any

from django.http import QueryDict

from queues.api.asking import Chosen, Letters, filter_of
from queues.letters import EVERYTHING, Filter
from queues.words import clock, counted

NOTHING = "Nothing is chosen. Tick some letters first, or take all that match."
UNREADABLE = "Not understood: {fields}. Times are written like 2026-01-31T14:00, in UTC."
FIELDS = {
    "name": "job",
    "fingerprint": "cause",
    "q": "search",
    "since": "died since",
    "before": "died before",
    "ids": "the ticked letters",
    "all": "all letters and only some",
}


class BadFilter(ValueError):
    """It says nothing that could be looked for; the message is for a person."""


def asked(source: QueryDict) -> Filter:
    """What the list is to show. Raises BadFilter."""
    given = _given(source)
    return _checked(given) if given else EVERYTHING


def chosen(source: QueryDict) -> Filter:
    """What something is to happen to: `id` for each ticked letter, a filter, or `all`. Raises BadFilter."""
    given = _given(source)
    if source.get("all"):
        given["all"] = True
    if not given:
        raise BadFilter(NOTHING)
    return _checked(given)


def described(filter: Filter) -> str:
    """`The 3 chosen letters`, `Every dead letter in email.send that died before 14:03:22 UTC`."""
    ids = len(filter.ids)
    parts = [f"The {counted(ids, 'chosen letter', 'chosen letters')}" if ids else "Every dead letter"]
    parts += [f"in {filter.queue}"] if filter.queue else []
    parts += [f"of the job {filter.name}"] if filter.name else []
    parts += ["of one cause"] if filter.fingerprint else []
    parts += [f"that matches “{filter.q}”"] if filter.q else []
    parts += [f"that died since {clock(filter.since)}"] if filter.since else []
    parts += [f"that died before {clock(filter.before)}"] if filter.before and not ids else []
    return " ".join(parts)


def _given(source: QueryDict) -> dict[str, Any]:
    """An empty field of a form asks for nothing."""
    given: dict[str, Any] = {name: source.get(name, "").strip() for name, _ in Letters().fields.items()}
    given["ids"] = source.getlist("id")
    return {name: value for name, value in given.items() if value}


def _checked(given: dict[str, Any]) -> Filter:
    fields = Chosen(data=given)
    if not fields.is_valid():
        raise BadFilter(UNREADABLE.format(fields=", ".join(FIELDS.get(name, name) for name in fields.errors)))
    return filter_of(fields.validated_data)
