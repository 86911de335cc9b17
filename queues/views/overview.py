"""The overview: all queues at a glance. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe

from queues.figures import Figures, all_figures
from queues.models import Worker
from queues.queries import live_workers, relay_beats
from queues.views.addresses import letters_url, queue_url
from queues.views.charts import charts_context
from queues.views.guard import VIEW, owner_page
from queues.views.tabs import STATES, Tab, tabs
from queues.waiting import paused


@dataclass(frozen=True)
class Row:
    """One queue: its figures, where they lead, and what is wrong with it."""

    figures: Figures
    url: str
    states: list[Tab]
    paused: str

    @classmethod
    def of(cls, figures: Figures) -> "Row":
        links = [tab for tab in tabs(figures) if tab.word in STATES]
        why = paused(figures.pause) if figures.pause else ""
        return cls(figures, queue_url(figures.queue), links, why)


@dataclass(frozen=True)
class Summary:
    """All queues together."""

    waiting: int
    active: int
    delayed: int
    failed: int
    per_minute: int
    per_hour: int
    oldest: Figures | None
    workers: list[Worker]
    has_relay: bool
    is_fresh: bool

    @property
    def slots(self) -> int:
        return sum(worker.slots for worker in self.workers)

    @property
    def busy(self) -> int:
        return sum(worker.busy for worker in self.workers)


@require_safe
@owner_page(VIEW)
def overview(request: HttpRequest) -> HttpResponse:
    figures = all_figures()
    context = {
        "title": "Overview",
        "rows": [Row.of(one) for one in figures],
        "summary": _summary(figures),
        "failed_url": letters_url(),
        **charts_context(request, None),
    }
    return TemplateResponse(request, "queues/overview.html", context)


def _summary(figures: Iterable[Figures]) -> Summary:
    rows = list(figures)
    waiting = [one for one in rows if one.oldest_waiting_seconds is not None]
    return Summary(
        waiting=sum(one.waiting for one in rows),
        active=sum(one.active for one in rows),
        delayed=sum(one.delayed for one in rows),
        failed=sum(one.failed for one in rows),
        per_minute=sum(one.per_minute for one in rows),
        per_hour=sum(one.per_hour for one in rows),
        oldest=max(waiting, key=lambda one: one.oldest_waiting_seconds or 0, default=None),
        workers=live_workers(),
        has_relay=relay_beats(),
        is_fresh=not any(one.enqueued for one in rows),
    )
