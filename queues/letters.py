"""What is dead and waits for somebody: in groups of one cause, in pages, one by one. Reads only.

A letter that was replayed is kept, but it is not among these until it dies again.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.db.models import Count, F, Max, Min, Q, QuerySet, TextField
from django.db.models.functions import Cast

from audit.masking import masked, masked_text
from queues.declare import JOBS
from queues.listing import BadCursor
from queues.models import DeadLetter

GROUPS_SHOWN = 100
SAMPLE_CHARACTERS = 300
# Payloads and tracebacks may be long, and no list shows them.
_LISTED = (
    *("job_id", "queue", "name", "subject_type", "subject_id", "why", "error_type", "error", "fingerprint"),
    *("died_at", "replays", "replayed_at"),
)
_HEX = re.compile(r"[0-9a-f]{8,32}")
_OLDER, _NEWER = ">", "<"
_CURSOR = re.compile(r"([<>])(\d{1,17})\.([0-9a-f]{32})")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Filter:
    """Which letters: all that is given must be true of one. `before` and `since` are about its last death.

    `q` is an id (or its first eight digits or more), `subject:type:id`, `error:words`, or else a subject's id or words
    of the error.
    """

    queue: str = ""
    name: str = ""
    fingerprint: str = ""
    q: str = ""
    before: datetime | None = None
    ids: tuple[UUID, ...] = ()
    since: datetime | None = None


EVERYTHING = Filter()


@dataclass(frozen=True)
class Group:
    """Letters with one cause, and the words of one of them."""

    fingerprint: str
    count: int
    first_at: datetime
    last_at: datetime
    queue: str
    name: str
    error_type: str
    error: str


@dataclass(frozen=True)
class LetterPage:
    """Newest first; `next` leads to older ones. Of the letters only what a list shows is loaded."""

    letters: list[DeadLetter]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class Try:
    """One run of a dead job, as its letter keeps it."""

    generation: int
    number: int
    outcome: str
    worker: str
    started_at: datetime | None
    finished_at: datetime | None
    error_type: str
    error: str
    traceback: str


def matching(filter: Filter) -> QuerySet[DeadLetter]:
    """The dead letters, in no order: those of jobs that have not been replayed since they died."""
    letters = DeadLetter.objects.filter(Q(replayed_at=None) | Q(died_at__gt=F("replayed_at")))
    exact = {"queue": filter.queue, "name": filter.name, "fingerprint": filter.fingerprint}
    letters = letters.filter(**{column: _plain(wanted) for column, wanted in exact.items() if wanted})
    if filter.ids:
        letters = letters.filter(pk__in=filter.ids)
    if filter.before:
        letters = letters.filter(died_at__lt=filter.before)
    if filter.since:
        letters = letters.filter(died_at__gte=filter.since)
    q = _plain(filter.q).strip()
    return letters.filter(_asked_for(q)) if q else letters


def groups(filter: Filter = EVERYTHING) -> list[Group]:
    """One of each fingerprint, the latest deaths first, at most GROUPS_SHOWN."""
    counted = (
        matching(filter)
        .values("fingerprint", "name", "error_type")
        .annotate(
            count=Count("pk"),
            first_at=Min("died_at"),
            last_at=Max("died_at"),
            on=Min("queue"),
            sample=Min(Cast("job_id", TextField())),
        )
        .order_by("-last_at", "fingerprint")[:GROUPS_SHOWN]
    )
    rows = list(counted)
    errors = dict(DeadLetter.objects.filter(pk__in=[row["sample"] for row in rows]).values_list("pk", "error"))
    return [
        Group(
            fingerprint=row["fingerprint"],
            count=row["count"],
            first_at=row["first_at"],
            last_at=row["last_at"],
            queue=row["on"],
            name=row["name"],
            error_type=row["error_type"],
            error=masked_text(errors.get(UUID(row["sample"]), ""))[:SAMPLE_CHARACTERS],
        )
        for row in rows
    ]


def count(filter: Filter = EVERYTHING) -> int:
    return matching(filter).count()


def count_by_queue() -> dict[str, int]:
    """How many dead letters each queue has; a queue without one is left out."""
    rows = matching(EVERYTHING).values("queue").annotate(count=Count("pk")).order_by("queue")
    return {row["queue"]: row["count"] for row in rows}


def names() -> list[str]:
    """The jobs that have dead letters, by name."""
    return list(matching(EVERYTHING).values_list("name", flat=True).distinct().order_by("name"))


def page(filter: Filter = EVERYTHING, *, cursor: str | None = None, page_size: int = 50) -> LetterPage:
    """A page of the list, by keyset. Raises BadCursor for what is no `next` or `previous` of ours."""
    way, place = _read(cursor) if cursor else (_OLDER, None)
    letters = matching(filter).only(*_LISTED)
    if place is not None:
        letters = letters.filter(_beyond(way, *place))
    order = ("-died_at", "-pk") if way == _OLDER else ("died_at", "pk")
    rows = list(letters.order_by(*order)[: page_size + 1])
    has_more, shown = len(rows) > page_size, rows[:page_size]
    if way == _NEWER:
        shown.reverse()
    if not shown:
        return LetterPage([], None, None)
    return LetterPage(
        shown,
        next=_written(_OLDER, shown[-1]) if has_more or way == _NEWER else None,
        previous=_written(_NEWER, shown[0]) if place is not None and (has_more or way == _OLDER) else None,
    )


def letter_of(job_id: UUID) -> DeadLetter | None:
    """The letter of this job, dead or replayed since."""
    return DeadLetter.objects.filter(pk=job_id).first()


def is_dead(letter: DeadLetter) -> bool:
    """Whether it waits for somebody: not when it was replayed after its last death."""
    return letter.replayed_at is None or letter.died_at > letter.replayed_at


def tries(letter: DeadLetter) -> list[Try]:
    """Every run up to its last death, the first one first, without what looks secret."""
    return [
        Try(
            generation=kept.get("generation", place),
            number=kept.get("number", 0),
            outcome=kept.get("outcome", ""),
            worker=kept.get("worker", ""),
            started_at=_moment(kept.get("started_at")),
            finished_at=_moment(kept.get("finished_at")),
            error_type=kept.get("error_type", ""),
            error=masked_text(kept.get("error", "")),
            traceback=masked_text(kept.get("traceback", "")),
        )
        for place, kept in enumerate(letter.attempts, start=1)
    ]


def shown_error(letter: DeadLetter) -> str:
    """Its words, without what looks secret."""
    return masked_text(letter.error)


def shown_payload(letter: DeadLetter) -> object | None:
    """Without what looks secret; None for a job declared secret, or that nobody declares any more."""
    definition = JOBS.get(letter.name)
    return None if definition is None or definition.secret else masked(letter.payload)


def _plain(text: str) -> str:
    """PostgreSQL keeps no NUL, nor can it be asked for one."""
    return text.replace("\x00", "")


def _asked_for(q: str) -> Q:
    kind, _, rest = q.partition(":")
    if kind == "error" and rest:
        return Q(error__icontains=rest.strip()) | Q(error_type__icontains=rest.strip())
    if kind == "subject" and ":" in rest:
        subject_type, _, subject_id = rest.partition(":")
        return Q(subject_type=subject_type, subject_id=subject_id)
    words = Q(subject_id=q) | Q(error__icontains=q) | Q(error_type__icontains=q)
    digits = q.replace("-", "").lower()
    if _HEX.fullmatch(digits):
        words |= Q(pk__gte=UUID(digits.ljust(32, "0")), pk__lte=UUID(digits.ljust(32, "f")))
    return words


def _beyond(way: str, died_at: datetime, job_id: UUID) -> Q:
    if way == _OLDER:
        return Q(died_at__lt=died_at) | Q(died_at=died_at, pk__lt=job_id)
    return Q(died_at__gt=died_at) | Q(died_at=died_at, pk__gt=job_id)


def _written(way: str, letter: DeadLetter) -> str:
    return f"{way}{(letter.died_at - _EPOCH) // timedelta(microseconds=1)}.{letter.pk.hex}"


def _read(cursor: str) -> tuple[str, tuple[datetime, UUID] | None]:
    found = _CURSOR.fullmatch(cursor)
    if found is None:
        raise BadCursor(cursor)
    way, microseconds, job_id = found.groups()
    return way, (_EPOCH + timedelta(microseconds=int(microseconds)), UUID(job_id))


def _moment(text: object) -> datetime | None:
    return datetime.fromisoformat(text) if isinstance(text, str) else None
