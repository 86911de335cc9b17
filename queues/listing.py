"""Pages of a queue's jobs by state, in the order that matters there; reads only, and never by OFFSET or a count.

A cursor is the place of a job in that order, signed for this very list: one of another list is a bad one.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core import signing
from django.db import OperationalError, connection, transaction
from django.db.models import BooleanField, Q
from django.db.models.expressions import RawSQL
from psycopg.errors import QueryCanceled

from queues.models import Job, State
from queues.searching import BadSearch, found

PAGE = 50
SEARCH_SECONDS = 3
NOT_LISTED = ("payload", "result")  # they may be long, and no list shows them
TOO_MANY = "There are too many jobs to look through. Choose one of the states first, or search by id or key."


class BadCursor(ValueError):
    """The cursor is not one of this list's."""


class UnknownState(ValueError):
    """No list has this name."""


@dataclass(frozen=True)
class Page:
    """`next` and `previous` are cursors, None where the list ends."""

    jobs: list[Job]
    next: str | None
    previous: str | None


@dataclass(frozen=True)
class Listing:
    """What a word for a state means in the table, and the order of its list: that of an index.

    `columns` all go up or all go down; before them comes the priority, the highest first, where it counts.
    """

    states: tuple[State, ...]
    columns: tuple[str, ...]
    goes_down: bool = False
    by_priority: bool = False


LISTINGS = {
    "waiting": Listing((State.WAITING, State.DISPATCHED), ("run_at", "id"), by_priority=True),
    "active": Listing((State.ACTIVE,), ("started_at", "id")),
    "delayed": Listing((State.DELAYED,), ("run_at", "id")),
    "completed": Listing((State.COMPLETED,), ("finished_at", "id"), goes_down=True),
    "failed": Listing((State.DEAD,), ("finished_at", "id"), goes_down=True),
    "cancelled": Listing((State.CANCELLED,), ("finished_at", "id"), goes_down=True),
    "total": Listing((), ("id",), goes_down=True),
}


@dataclass(frozen=True)
class Walk:
    """Which way to go through a list, and from where: the values of its order at a job, None for its beginning."""

    listing: Listing
    is_backward: bool = False
    place: tuple[Any, ...] | None = None

    @property
    def goes_down(self) -> bool:
        return self.listing.goes_down != self.is_backward

    @property
    def order(self) -> list[str]:
        columns = [f"-{column}" if self.goes_down else column for column in self.listing.columns]
        return ["priority" if self.is_backward else "-priority", *columns] if self.listing.by_priority else columns

    @property
    def legs(self) -> list[Q]:
        """What comes after the place, piece by piece: each is one range of the index, which one condition is not."""
        if self.place is None:
            return [Q()]
        if not self.listing.by_priority:
            return [self._beyond(self.place)]
        priority, *place = self.place
        further = Q(priority__gt=priority) if self.is_backward else Q(priority__lt=priority)
        return [Q(priority=priority) & self._beyond(place), further]

    def _beyond(self, place: Any) -> Q:
        columns, values = ", ".join(self.listing.columns), ", ".join(["%s"] * len(place))
        sql = f"({columns}) {'<' if self.goes_down else '>'} ({values})"
        return Q(RawSQL(sql, tuple(place), output_field=BooleanField()))


def page(queue: str, state: str, *, q: str = "", cursor: str | None = None, page_size: int = PAGE) -> Page:
    """Jobs in `state`, a word of LISTINGS; `q` as queues.searching reads it. Payload and result are not fetched.

    Raises UnknownState, BadCursor, or BadSearch with words for a person.
    """
    if state not in LISTINGS:
        raise UnknownState(f"no list is named {state!r}")
    seal = signing.Signer(salt=f"queues.listing:{queue}:{state}:{q}")
    walk = _opened(LISTINGS[state], seal, cursor)
    jobs = _searched(queue, walk, q, page_size + 1) if q else _jobs(queue, walk, Q(), page_size + 1)
    has_more, jobs = len(jobs) > page_size, jobs[:page_size]
    if walk.is_backward:
        jobs.reverse()
    has_next, has_previous = (True, has_more) if walk.is_backward else (has_more, walk.place is not None)
    return Page(
        jobs,
        next=_sealed(walk.listing, seal, jobs[-1], "after") if jobs and has_next else None,
        previous=_sealed(walk.listing, seal, jobs[0], "before") if jobs and has_previous else None,
    )


def _searched(queue: str, walk: Walk, q: str, most: int) -> list[Job]:
    """What no index answers is looked for only so long."""
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = %s", [SEARCH_SECONDS * 1000])
            return _jobs(queue, walk, found(queue, q), most)
    except OperationalError as error:
        if isinstance(error.__cause__, QueryCanceled):
            raise BadSearch(TOO_MANY) from None
        raise


def _jobs(queue: str, walk: Walk, where: Q, most: int) -> list[Job]:
    jobs: list[Job] = []
    for leg in walk.legs:
        jobs += _first(queue, walk, where & leg, most - len(jobs))
        if len(jobs) == most:
            break
    return jobs


def _first(queue: str, walk: Walk, where: Q, most: int) -> list[Job]:
    """The first of each state, merged: jobs handed over are few, and have no index in the order of those that wait."""
    jobs = Job.objects.filter(where, queue=queue).order_by(*walk.order).defer(*NOT_LISTED)
    if not walk.listing.states:
        return list(jobs[:most])
    of_each = [job for state in walk.listing.states for job in jobs.filter(state=state)[:most]]
    if len(walk.listing.states) > 1:
        of_each.sort(key=lambda job: (-job.priority, job.run_at, job.pk), reverse=walk.is_backward)
    return of_each[:most]


def _sealed(listing: Listing, seal: signing.Signer, job: Job, side: str) -> str:
    columns = ("priority", *listing.columns) if listing.by_priority else listing.columns
    return seal.sign_object([side, *(_written(getattr(job, column)) for column in columns)])


def _opened(listing: Listing, seal: signing.Signer, cursor: str | None) -> Walk:
    if not cursor:
        return Walk(listing)
    try:
        side, *place = seal.unsign_object(cursor)
    except (signing.BadSignature, ValueError):
        raise BadCursor("the cursor is not one of this list's") from None
    *times, pk = place
    priority = times[:1] if listing.by_priority else []
    read = [datetime.fromisoformat(time) for time in times[len(priority) :]]
    return Walk(listing, is_backward=side == "before", place=(*priority, *read, UUID(pk)))


def _written(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value if isinstance(value, int) else str(value)
