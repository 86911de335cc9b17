"""Many dead letters at once, by one job that takes them letter by letter.

Each goes through the verb for a single one: its own transaction, its own entry in the record. What arrives after the
order was given is never touched.
"""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, field, replace
from typing import Any
from uuid import UUID

import structlog
from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Q
from django.utils import timezone

from audit.actors import Actor
from audit.masking import masked_text
from audit.models import AuditEntry
from audit.origin import Origin, coming_from
from audit.recording import record
from queues.context import Context
from queues.enqueue import enqueue
from queues.errors import NotReplayable, TwinAlive
from queues.forecast import DELETING, REPLAYING, Forecast, dry_run, swept
from queues.letters import Filter
from queues.models import Job
from queues.replay import NoLongerDead

__all__ = (
    "DELETING",
    "REPLAYING",
    "Filter",
    "Forecast",
    "Order",
    "carry_out",
    "delete_all",
    "dry_run",
    "replay_all",
    "written",
)

log = structlog.get_logger("queues")
BATCH = 500
MOST_REASONS = 20


@dataclass(frozen=True)
class Order:
    """Do `verb` to every letter of `filter`, which ends in time; `action` is what the verb writes in the record."""

    verb: Callable[..., object]
    action: str
    filter: Filter
    actor: Actor
    reason: str


@dataclass
class Tally:
    """`why` counts the refused by what was said, the first MOST_REASONS things."""

    done: int = 0
    refused: int = 0
    gone: int = 0
    why: dict[str, int] = field(default_factory=dict)

    def refuse(self, why: str) -> None:
        self.refused += 1
        if why in self.why or len(self.why) < MOST_REASONS:
            self.why[why] = self.why.get(why, 0) + 1

    @property
    def seen(self) -> int:
        return self.done + self.refused + self.gone


def replay_all(*, filter: Filter, actor: Actor, reason: str) -> Job:
    """Have every letter that matches now replayed; the job's result counts {"done", "refused", "gone"}, and says
    "why" when any was refused.
    """
    return _give(REPLAYING, "dead_letters.replay_ordered", filter, actor, reason)


def delete_all(*, filter: Filter, actor: Actor, reason: str) -> Job:
    """Have every letter that matches now deleted; the job's result is as of `replay_all`."""
    return _give(DELETING, "dead_letters.deletion_ordered", filter, actor, reason)


def carry_out(ctx: Context, order: Order) -> None:
    """Take the letters, oldest death first. After a crash it goes on: what was replayed or deleted matches no more.

    Entries in the record carry the bulk job's id as their request, so that they are found together.
    """
    with coming_from(Origin(request_id=str(ctx.job_id))):
        tally = Tally(done=_done_before(ctx, order))
        total = tally.done + swept(order.filter).count()
        for job_id in _letters(order.filter):
            _take(order, job_id, tally)
            ctx.progress(min(99, tally.seen * 100 // max(total, 1)), f"{tally.seen} of {total}")
    with ctx.finishing() as result:
        result.update({name: value for name, value in asdict(tally).items() if name != "why" or value})


def written(filter: Filter) -> dict[str, Any]:
    """As JSON keeps it, without what was not asked for."""
    given: dict[str, Any] = {name: value for name, value in asdict(filter).items() if value}
    if filter.ids:
        given["ids"] = [str(job_id) for job_id in filter.ids]
    for edge in ("before", "since"):
        if given.get(edge):
            given[edge] = given[edge].isoformat()
    return given


def _give(name: str, action: str, filter: Filter, actor: Actor, reason: str) -> Job:
    now = timezone.now()
    filter = replace(filter, before=min(filter.before or now, now))
    with transaction.atomic():
        job = enqueue(name, {**written(filter), "actor": asdict(actor), "reason": reason}).job
        assert job is not None, "neither key nor once: it is always written"
        about = {"letters": swept(filter).count(), "filter": written(filter)}
        record(actor=actor, action=action, target=("job", str(job.pk)), reason=reason, after=about)
    return job


def _done_before(ctx: Context, order: Order) -> int:
    """What an earlier run of this very job got done before it was cut short."""
    if ctx.job.generation == 1:
        return 0
    ours = AuditEntry.objects.filter(request_id=str(ctx.job_id), action=order.action, at__gte=ctx.job.created_at)
    return ours.count()


def _letters(filter: Filter) -> Iterator[UUID]:
    edge = Q()
    while rows := list(swept(filter).filter(edge).order_by("died_at", "pk").values_list("died_at", "pk")[:BATCH]):
        for _, job_id in rows:
            yield job_id
        died_at, job_id = rows[-1]
        edge = Q(died_at__gt=died_at) | Q(died_at=died_at, pk__gt=job_id)


def _take(order: Order, job_id: UUID, tally: Tally) -> None:
    """One letter nobody can replay keeps no other from it."""
    try:
        order.verb(job_id=job_id, actor=order.actor, reason=order.reason)
        tally.done += 1
    except NoLongerDead:
        tally.gone += 1
    except TwinAlive:
        tally.refuse("another job with the same key is under way")
    except NotReplayable as refusal:
        tally.refuse(masked_text(str(refusal)))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:
        log.exception("letter_refused", job=str(job_id), action=order.action)
        tally.refuse(f"what it is about failed to answer: {type(error).__name__}")
