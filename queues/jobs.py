"""The backbone's own jobs: what follows a death, many dead letters at once, the nightly recount, and what keeps the
record of the room below, which has no jobs of its own.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.utils import timezone

import queues.selftest.jobs  # noqa: F401 - declares its own
from audit.actors import Actor
from audit.retiring import retire_access, retire_entries
from audit.sealing import ChainBroken, seal
from audit.verifying import verify
from queues import alerts, bulk
from queues.context import Context
from queues.deadletters import NOTICE, repeat_reaction
from queues.declare import QUEUES, Payload, Queue, job
from queues.deleting import delete
from queues.letters import shown_error
from queues.models import DeadLetter
from queues.recounting import recount
from queues.replay import replay

log = structlog.get_logger("queues")
DLQ = Queue("dlq", pool="io", concurrency=2, attempts=5)
A_BULK_MAY_TAKE_SECONDS = 6 * 3600
A_DAY_SECONDS, A_MINUTE_SECONDS = 86_400, 60


class DeadLetterPayload(Payload):
    job_id: UUID


class Who(Payload):
    type: str
    id: str
    label: str


class BulkPayload(Payload):
    """The fields of letters.Filter, who ordered it and why. `before` keeps out what died after the order."""

    queue: str = ""
    name: str = ""
    fingerprint: str = ""
    q: str = ""
    before: datetime
    since: datetime | None = None
    ids: tuple[UUID, ...] = ()
    actor: Who
    reason: str

    def filter(self) -> bulk.Filter:
        return bulk.Filter(
            queue=self.queue,
            name=self.name,
            fingerprint=self.fingerprint,
            q=self.q,
            before=self.before,
            ids=self.ids,
            since=self.since,
        )


@job(queue=DLQ, name=NOTICE, payload=DeadLetterPayload, timeout_seconds=60)
def dead_letter_received(ctx: Context, payload: DeadLetterPayload) -> None:
    """Log the death loudly and raise the alert; when its subject's reaction had failed, repeat it.

    The alert first and in a transaction of its own: it must not be undone by a reaction that fails again.
    """
    letter = DeadLetter.objects.filter(pk=payload.job_id).first()
    if letter is None:  # deleted by an owner, who knows of it
        return
    error = shown_error(letter)
    log.error("dead_letter", job=str(letter.pk), name=letter.name, queue=letter.queue, why=letter.why, error=error)
    if letter.queue not in QUEUES or QUEUES[letter.queue].alerts:
        alerts.raise_alert(
            kind=alerts.Kind.DEAD_LETTER,
            about=letter.queue,
            message=f"{letter.name} in {letter.queue} has failed for good: {error or letter.why}",
        )
    with ctx.finishing():
        if letter.reaction_error:
            repeat_reaction(letter)


@job(queue=DLQ, name="recount-jobs", payload=Payload, timeout_seconds=1800, every_seconds=A_DAY_SECONDS)
def recount_jobs(ctx: Context, payload: Payload) -> None:
    """Counted before the finish, so that its transaction is short."""
    found = recount()
    with ctx.finishing() as result:
        result.update(jobs=found.jobs, drift=found.drift, contradicted=found.contradicted)


@job(queue=DLQ, name="seal-audit", payload=Payload, timeout_seconds=600, every_seconds=A_MINUTE_SECONDS)
def seal_audit(ctx: Context, payload: Payload) -> None:
    """In transactions of its own: run again it finds nothing new. A broken chain is an alert, once per window."""
    try:
        sealed = seal()
    except ChainBroken as broken:
        alerts.raise_alert(kind=alerts.Kind.RECORD, about="audit", message=f"Nothing is sealed any more: {broken}.")
        return
    with ctx.finishing() as result:
        result.update(entries=sealed.entries, head=sealed.head)


@job(queue=DLQ, name="keep-audit", payload=Payload, timeout_seconds=3600, every_seconds=A_DAY_SECONDS)
def keep_audit(ctx: Context, payload: Payload) -> None:
    """What is older than it is kept goes; then everything that is left is compared with its seals."""
    gone = {}
    for name, days, retire in (
        ("entries", settings.AUDIT_RETENTION_DAYS, retire_entries),
        ("access", settings.ACCESS_LOG_RETENTION_DAYS, retire_access),
    ):
        gone[name] = retire(before=timezone.now() - timedelta(days=days)) if days else 0
    problems = verify().problems
    if problems:
        message = f"{len(problems)} findings, first: {problems[0]}. Run manage.py verify_audit."
        alerts.raise_alert(kind=alerts.Kind.RECORD, about="audit", message=message)
    with ctx.finishing() as result:
        result.update(**gone, problems=len(problems))


@job(queue=DLQ, name=bulk.REPLAYING, payload=BulkPayload, timeout_seconds=A_BULK_MAY_TAKE_SECONDS)
def replay_dead_letters(ctx: Context, payload: BulkPayload) -> None:
    bulk.carry_out(ctx, _order(payload, replay, "job.replayed"))


@job(queue=DLQ, name=bulk.DELETING, payload=BulkPayload, timeout_seconds=A_BULK_MAY_TAKE_SECONDS)
def delete_dead_letters(ctx: Context, payload: BulkPayload) -> None:
    bulk.carry_out(ctx, _order(payload, delete, "dead_letter.deleted"))


def _order(payload: BulkPayload, verb: Callable[..., object], action: str) -> bulk.Order:
    return bulk.Order(
        verb=verb,
        action=action,
        filter=payload.filter(),
        actor=Actor(payload.actor.type, payload.actor.id, payload.actor.label),
        reason=payload.reason,
    )
