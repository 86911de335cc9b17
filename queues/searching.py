"""What an owner typed into a search box, as a filter; it never looks into the payload of a job declared secret.

Whatever an index answers is asked of that index first: the planner, left alone, may walk a million rows in the order
of the list.
"""

import re
from uuid import UUID

from django.db.models import Q, QuerySet, Value
from django.db.models.fields.json import KT
from django.db.models.lookups import Exact

from queues.declare import JOBS
from queues.models import Job, State
from queues.subjects import SUBJECTS

MOST_FOUND = 1000  # with one key, about one subject, with one start of an id: the newest
_ID_OR_ITS_START = re.compile(r"[0-9a-f]{8,32}")
_SUBJECT_OF_NOTICES = "job"


class BadSearch(ValueError):
    """It cannot be searched for; the message says what to do."""


def found(queue: str, q: str) -> Q:
    """Those of `queue` that `q` means. Raises BadSearch."""
    kind, colon, rest = q.partition(":")
    if colon and kind == "error":
        return _with_error(rest.split())
    if colon and kind == "subject":
        return _about(queue, *rest.partition(":")[::2])
    if colon and kind.startswith("payload."):
        return _with_payload(queue, kind.removeprefix("payload."), rest.strip())
    return _plain(queue, q)


def hint(queue: str) -> str:
    """What can be searched for, in words."""
    keys = "".join(f", payload.{key}:…" for key in _searchable_keys(queue))
    return f"An id or its first 8 characters, a key, the id of what it is about, subject:type:id, error:words{keys}"


def _plain(queue: str, q: str) -> Q:
    here = Job.objects.filter(queue=queue)
    ways = [here.filter(key=q), here.filter(subject_type__in=[*SUBJECTS, _SUBJECT_OF_NOTICES], subject_id=q)]
    digits = q.lower().replace("-", "")
    if _ID_OR_ITS_START.fullmatch(digits):
        ways.append(here.filter(pk__range=(UUID(digits.ljust(32, "0")), UUID(digits.ljust(32, "f")))))
    return _any_of(*ways)


def _about(queue: str, subject_type: str, subject_id: str) -> Q:
    if not subject_id:
        raise BadSearch("Say both what kind of thing it is about and its id: subject:order:1234.")
    return _any_of(Job.objects.of_subject(subject_type, subject_id).filter(queue=queue))


def _any_of(*ways: QuerySet[Job]) -> Q:
    return Q(pk__in={pk for jobs in ways for pk in jobs.order_by("-id").values_list("pk", flat=True)[:MOST_FOUND]})


def _with_error(words: list[str]) -> Q:
    """With every one of the words; what has completed has no error."""
    if not words:
        raise BadSearch("Say which words are in the error: error:timed out.")
    query = ~Q(state=State.COMPLETED)
    for word in words:
        query &= Q(error__icontains=word)
    return query


def _with_payload(queue: str, key: str, value: str) -> Q:
    known = _searchable_keys(queue)
    if key not in known:
        can = ", ".join(known) or "nothing in it"
        raise BadSearch(f"This queue’s payloads cannot be searched by “{key}”. What can be searched: {can}.")
    return Q(Exact(KT(f"payload__{key}"), Value(value)), name__in=_names(queue, key))


def _searchable_keys(queue: str) -> list[str]:
    return sorted({key for name in _names(queue) for key in JOBS[name].search_keys})


def _names(queue: str, key: str | None = None) -> list[str]:
    """The jobs of `queue` whose payload may be searched, by `key` when it is given."""
    return [
        name
        for name, definition in JOBS.items()
        if definition.queue.name == queue and not definition.secret and (key is None or key in definition.search_keys)
    ]
