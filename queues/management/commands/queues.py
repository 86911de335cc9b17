"""`manage.py queues`: the owner's overview in a terminal. Reads only."""

import json
import time
from argparse import ArgumentParser
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder
from django.db import Error, connection
from django.utils import timezone

from queues.figures import Figures, all_figures
from queues.models import Recount, Relay
from queues.queries import relay_beats
from queues.waiting import paused
from queues.words import clock, counted, duration, from_now

REPAINT = "\x1b[H\x1b[2J"
AWAY = "cannot reach PostgreSQL"
NO_RELAY = "no relay is running: nothing is being handed over"
COUNTED = ("waiting", "active", "delayed", "completed", "failed", "cancelled", "per_minute")
# In a column's head, and for one queue beneath it.
MEASURED: dict[str, Callable[[Figures], str]] = {
    "oldest": lambda queue: duration(queue.oldest_waiting_seconds),
    "p95 wait": lambda queue: duration(queue.wait.p95),
    "p95 run": lambda queue: duration(queue.run.p95),
    "workers": lambda queue: str(queue.workers),
    "paused": lambda queue: "paused" if queue.pause else "",
}


class Command(BaseCommand):
    help = "Show every queue: what stands in it, how fast it goes, and whether anybody works."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--watch", type=float, metavar="SECONDS", help="repaint that often, until Ctrl-C")
        parser.add_argument("--json", action="store_true", help="the figures as JSON, one line a look")

    def handle(self, *args: Any, watch: float | None = None, **options: Any) -> None:
        as_text = _json if options["json"] else _page
        if watch is None:
            try:
                self.stdout.write(as_text())
            except Error as error:
                raise CommandError(f"{AWAY}: {str(error).strip()}") from None
            return
        try:
            while True:
                self._look(as_text, "" if options["json"] else REPAINT)
                time.sleep(max(watch, 0.1))
        except KeyboardInterrupt:
            self.stdout.write("")

    def _look(self, as_text: Callable[[], str], before: str) -> None:
        """Whoever watches goes on watching while PostgreSQL restarts."""
        try:
            text = as_text()
        except Error as error:
            connection.close()
            self.stderr.write(f"{AWAY}: {str(error).strip()}")
            return
        self.stdout.write(before + text)
        self.stdout.flush()


def _json() -> str:
    told = {
        "as_of": timezone.now(),
        "relays": list(Relay.objects.order_by("identity").values("identity", "idle", "started_at", "beat_at")),
        "queues": [_as_dict(queue) for queue in all_figures()],
    }
    return json.dumps(told, cls=DjangoJSONEncoder)


def _as_dict(queue: Figures) -> dict[str, Any]:
    why = queue.pause
    pause = why and {"paused_at": why.paused_at, "paused_by": why.paused_by, "reason": why.reason}
    derived = {"live": queue.live, "total": queue.total, "conservation": queue.conservation}
    return {**asdict(queue), "pause": pause, **derived, "is_unserved": queue.is_unserved}


def _page() -> str:
    queues = all_figures()
    lines = [f"Queues at {clock(timezone.now())}", "", *_table(queues), ""]
    lines += [f"{queue.queue}: {paused(queue.pause)}" for queue in queues if queue.pause]
    lines += [f"{queue.queue}: there is work, and no worker is running for it" for queue in queues if queue.is_unserved]
    return "\n".join([*lines, *_relays(), _conservation(queues), _recounted()])


def _table(queues: Sequence[Figures]) -> Iterator[str]:
    heads = ["queue", *(name.replace("_", " ") for name in COUNTED), *MEASURED]
    rows = [[queue.queue, *_counts([queue]), *(show(queue) for show in MEASURED.values())] for queue in queues]
    rows.append(["total", *_counts(queues), *("" for _ in MEASURED)])
    widths = [max(map(len, column)) for column in zip(heads, *rows, strict=True)]
    for row in (heads, *rows):
        name, *cells = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join([row[0].ljust(len(name)), *cells]).rstrip()


def _counts(queues: Sequence[Figures]) -> list[str]:
    return [f"{sum(getattr(queue, name) for queue in queues):,}" for name in COUNTED]


def _relays() -> Iterator[str]:
    for relay in Relay.objects.order_by("identity"):
        doing = "idle" if relay.idle else "at work"
        yield f"relay {relay.identity}: {doing}, last beat {from_now(relay.beat_at)}"
    if not relay_beats():
        yield NO_RELAY


def _conservation(queues: Sequence[Figures]) -> str:
    def together(name: str) -> int:
        return sum(getattr(queue, name) for queue in queues)

    terms = " + ".join(f"{together(name):,} {name}" for name in ("completed", "failed", "deleted", "cancelled", "live"))
    return f"{together('enqueued'):,} enqueued = {terms} (drift {together('conservation'):,})"


def _recounted() -> str:
    last = Recount.objects.order_by("-at").first()
    if last is None:
        return "not recounted yet: that happens nightly"
    return (
        f"recounted {from_now(last.at)}: {counted(last.jobs, 'row', 'rows')}, drift {last.drift:,},"
        f" contradicted by Celery's record {last.contradicted:,}"
    )
