"""Nothing is asked of a provider whose quota for us is spent, until one call finds that it answers again.

One row in PostgreSQL, so that every process knows at once. Of many calls that wait, one tries.
"""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Value
from django.db.models.functions import Now
from django.utils import timezone

from articles.clients.ai_errors import BadAnswer, QuotaSpent, Refused
from articles.models import AiBreaker
from audit.actors import Actor
from audit.recording import record
from queues.alerts import raise_alert
from queues.declare import QUEUES
from queues.retrying import bring_forward_held

log = structlog.get_logger("articles")
ALERT = "AI quota spent"
POOL = "ai"
LOOK_AGAIN_SECONDS = 30.0
AFTER_AN_OUTAGE_SECONDS = 60
BROUGHT_FOR_A_TRIAL, BROUGHT_AT_ONCE = 3, 500
REQUESTS_OF_A_CALL = 5  # a second try, and both flavours of the API; then it is not under way any more


class NotOpen(Exception):
    """Nothing is held back, or a call is trying just now."""


def enter() -> bool:
    """Whether this call is the one that tries, in the transaction that opens it; raises QuotaSpent when it must wait.

    Who tries and is never heard of again keeps the others waiting for as long as a call can take.
    """
    breaker = AiBreaker.objects.filter(opened_at__isnull=False).first()
    if breaker is None:
        return False
    lease = timedelta(seconds=settings.OPENAI_TIMEOUT_SECONDS * REQUESTS_OF_A_CALL)
    due = AiBreaker.objects.filter(opened_at__isnull=False, trial_at__lte=Now())
    if due.update(trial_at=Now() + lease, trying_since=Now()):
        return True
    raise _wait(breaker)


def _wait(breaker: AiBreaker) -> QuotaSpent:
    """Until the next trial; but for the end of one that is under way, only shortly."""
    assert breaker.trial_at is not None
    seconds = (breaker.trial_at - timezone.now()).total_seconds()
    if breaker.trying_since is not None or seconds < LOOK_AGAIN_SECONDS:
        return QuotaSpent("The quota of the AI account is spent; one call is trying it.", LOOK_AGAIN_SECONDS)
    said = f"The quota of the AI account is spent: nothing is asked before {breaker.trial_at:%H:%M} UTC."
    return QuotaSpent(said, seconds)


def learn(problem: BaseException | None, *, is_trial: bool) -> None:
    """What a call that was made tells about the quota; whoever answers at all, and be it nonsense, has some left."""
    if isinstance(problem, QuotaSpent):
        _open(str(problem), is_trial=is_trial)
    elif is_trial and (problem is None or isinstance(problem, BadAnswer | Refused)):
        _close()
    elif is_trial:
        again = Now() + timedelta(seconds=AFTER_AN_OUTAGE_SECONDS)
        AiBreaker.objects.filter(opened_at__isnull=False).update(trial_at=again, trying_since=None)


def queues_held() -> list[str]:
    """Those whose work may need the AI."""
    return [name for name, queue in QUEUES.items() if queue.pool == POOL]


@transaction.atomic
def try_now(*, actor: Actor) -> None:
    """The next call tries, and some of what waits is brought forward to make it. Raises NotOpen."""
    if not AiBreaker.objects.filter(opened_at__isnull=False, trying_since__isnull=True).update(trial_at=Now()):
        raise NotOpen
    brought = bring_forward_held(queues=queues_held(), most=BROUGHT_FOR_A_TRIAL)
    record(actor=actor, action="ai_breaker.tried", target=("ai_breaker", "1"), after={"jobs": brought})


@transaction.atomic
def _open(said: str, *, is_trial: bool) -> None:
    """A call that was under way when it opened changes nothing more."""
    AiBreaker.objects.get_or_create(pk=1)
    trial = {"trial_at": Now() + timedelta(seconds=settings.AI_QUOTA_TRIAL_SECONDS), "trying_since": None}
    if AiBreaker.objects.filter(opened_at__isnull=True).update(opened_at=Now(), trials=Value(0), **trial):
        log.error("ai_breaker_opened", reason=said)
    elif is_trial:
        AiBreaker.objects.filter(opened_at__isnull=False).update(trials=F("trials") + 1, **trial)
    raise_alert(kind=ALERT, about="provider", message=f"{said} All work that needs the AI waits, and nothing is asked.")


@transaction.atomic
def _close() -> None:
    closed = {"opened_at": None, "trial_at": None, "trying_since": None, "closed_at": Now()}
    if AiBreaker.objects.filter(opened_at__isnull=False).update(**closed):
        brought = bring_forward_held(queues=queues_held(), most=BROUGHT_AT_ONCE)
        log.info("ai_breaker_closed", brought_forward=brought)
