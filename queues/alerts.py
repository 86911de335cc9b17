"""Calls out what an owner must know, once per window for each kind of trouble and what it is about.

Whoever must be told registers a sink in their `wiring`; this room knows of none but the log.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import TextChoices
from django.db.models.functions import Now
from django.utils import timezone

from audit.masking import masked_text
from queues.figures import Figures, all_figures
from queues.models import Alert, Recount, Relay, Worker
from queues.queries import BEAT_IS_FRESH, relay_beats

log = structlog.get_logger("queues")
STARTING_UP = timedelta(seconds=60)  # in a deploy everything is away for a moment
LONGEST_MESSAGE, LONGEST_ABOUT, LISTED = 500, 120, 200

Sink = Callable[[Alert], object]
_SINKS: dict[str, Sink] = {}
PAGES: dict[str, Callable[[], str]] = {}

# One statement, so that of many at once one is told. A trouble that was away for a whole window begins anew.
_RAISE = """
INSERT INTO queues_alert AS alert (kind, about, message, times, quiet_until)
VALUES (%(kind)s, %(about)s, %(message)s, 1, statement_timestamp() + %(window)s)
ON CONFLICT (kind, about) DO UPDATE SET
    message = excluded.message,
    first_at = CASE WHEN alert.last_at < statement_timestamp() - %(window)s THEN statement_timestamp()
        ELSE alert.first_at END,
    times = CASE WHEN alert.last_at < statement_timestamp() - %(window)s THEN 1 ELSE alert.times + 1 END,
    last_at = greatest(alert.last_at, statement_timestamp()),
    quiet_until = CASE WHEN alert.quiet_until <= statement_timestamp() THEN statement_timestamp() + %(window)s
        ELSE alert.quiet_until END
RETURNING id, quiet_until = statement_timestamp() + %(window)s
"""


class Kind(TextChoices):
    DEAD_LETTER = "dead_letter", "Failed for good"
    QUEUE_TOO_OLD = "queue_too_old", "Waiting too long"
    NO_WORKER = "no_worker", "No worker"
    NO_RELAY = "no_relay", "No relay"
    DRIFT = "drift", "Figures do not add up"
    RECORD = "record", "The record was changed"


@dataclass(frozen=True)
class Listed:
    """An alert, its kind in words, and whether it was called out within the last window."""

    alert: Alert
    label: str
    is_current: bool


def register_sink(name: str, sink: Sink) -> None:
    """Have `sink` called with each alert that opens a window; a second registration of a name is a mistake.

    It is called in the alert's transaction: what it writes or enqueues stands or falls with the alert. It never leaves
    the database, and when it raises the others are called all the same.
    """
    if name in _SINKS:
        raise ValueError(f"alert sink {name} is registered twice")
    _SINKS[name] = sink


def register_page(kind: str, address: Callable[[], str]) -> None:
    """Where trouble of this kind, which is of a higher room, is seen; a second registration is a mistake."""
    if kind in PAGES:
        raise ValueError(f"the page of {kind} alerts is registered twice")
    PAGES[kind] = address


def raise_alert(*, kind: str, about: str, message: str) -> bool:
    """Call out; within ALERT_WINDOW_SECONDS of the last call of this kind about the same, only count.

    Returns whether the sinks were told.
    """
    given: dict[str, Any] = {
        "kind": kind,
        "about": about[:LONGEST_ABOUT],
        "message": masked_text(message)[:LONGEST_MESSAGE],
        "window": _window(),
    }
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(_RAISE, given)
            alert_id, opens_window = cursor.fetchone()
        if opens_window:
            _tell(Alert.objects.get(pk=alert_id))
    return bool(opens_window)


def current_alerts() -> list[Alert]:
    """What was called out within the last window, the latest first."""
    return list(Alert.objects.filter(last_at__gt=Now() - _window()).order_by("-last_at"))


def listed_alerts() -> list[Listed]:
    """The latest of each kind and what it was about, those of the last window marked."""
    since = timezone.now() - _window()
    return [
        Listed(alert, str(Kind(alert.kind).label) if alert.kind in Kind.values else alert.kind, alert.last_at > since)
        for alert in Alert.objects.order_by("-last_at")[:LISTED]
    ]


def watch() -> None:
    """What a relay looks for every minute; not while everything is still starting."""
    if not Relay.objects.filter(beat_at__gt=Now() - BEAT_IS_FRESH, started_at__lt=Now() - STARTING_UP).exists():
        return
    for figures in all_figures():
        if figures.pause is None:
            _watch_queue(figures)
    _watch_counters()


def watch_relay() -> None:
    """What a worker looks for every round of about 15 seconds: a relay cannot say that none runs."""
    workers = Worker.objects.filter(beat_at__gt=Now() - BEAT_IS_FRESH, started_at__lt=Now() - STARTING_UP)
    if not relay_beats() and workers.exists():
        raise_alert(kind=Kind.NO_RELAY, about="relay", message="No relay is running: nothing that waits is started.")


def _watch_queue(figures: Figures) -> None:
    if figures.is_unserved:
        message = f"{figures.waiting + figures.active} jobs in {figures.queue}, and no worker is running for it."
        raise_alert(kind=Kind.NO_WORKER, about=figures.queue, message=message)
    waits = figures.oldest_waiting_seconds
    if waits is not None and waits > settings.ALERT_QUEUE_AGE_SECONDS:
        message = f"The oldest job in {figures.queue} has been waiting for {_minutes(waits)}; {figures.waiting} wait."
        raise_alert(kind=Kind.QUEUE_TOO_OLD, about=figures.queue, message=message)


def _watch_counters() -> None:
    """Once for each recount: it stays the last one for a day."""
    recount = Recount.objects.order_by("-at").first()
    if recount is None or not (recount.drift or recount.contradicted):
        return
    if Alert.objects.filter(kind=Kind.DRIFT, last_at__gte=recount.at).exists():
        return
    message = (
        f"The last recount of {recount.jobs} jobs found {recount.drift} beyond the counters, "
        f"and {recount.contradicted} runs of which Celery's record says otherwise. Both must be 0."
    )
    raise_alert(kind=Kind.DRIFT, about="recount", message=message)


def _tell(alert: Alert) -> None:
    for name, sink in _SINKS.items():
        try:
            with transaction.atomic():
                sink(alert)
        except Exception:
            log.exception("alert_sink_failed", sink=name, alert=alert.kind, about=alert.about)


def _to_log(alert: Alert) -> None:
    transaction.on_commit(lambda: log.error("alert", alert=alert.kind, about=alert.about, message=alert.message))


def _window() -> timedelta:
    return timedelta(seconds=settings.ALERT_WINDOW_SECONDS)


def _minutes(seconds: float) -> str:
    minutes = round(seconds / 60)
    return f"{minutes} minutes" if minutes < 120 else f"{round(minutes / 60)} hours"


register_sink("log", _to_log)
