"""What the charts draw: how deep the queues were and what they got done. Reads only."""

from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.formats import date_format
from django.views.decorators.http import require_safe

from queues.declare import QUEUES
from queues.figures import Point, Span, history
from queues.views.guard import VIEW, owner_page

LABELS = {Span.HOUR: "1 hour", Span.DAY: "24 hours", Span.WEEK: "7 days"}
DEPTH = ("waiting", "active", "delayed")
THROUGHPUT = ("enqueued", "completed", "failed", "retried")


@dataclass(frozen=True)
class Choice:
    value: str
    label: str
    is_current: bool


@require_safe
@owner_page(VIEW)
def series(request: HttpRequest) -> HttpResponse:
    """`?queue=` (none: all of them together) and `?span=hour|day|week`."""
    queue = request.GET.get("queue") or None
    if queue is not None and queue not in QUEUES:
        raise Http404("There is no such queue.")
    span = span_asked(request)
    points = history(queue, span)
    return JsonResponse(
        {
            "span": span,
            "bucket_seconds": span.bucket.total_seconds(),
            "at": [point.at.isoformat() for point in points],
            **{name: [getattr(point, name) for point in points] for name in (*DEPTH, *THROUGHPUT)},
        }
    )


def span_asked(request: HttpRequest) -> Span:
    """The hour when nothing else was asked. Raises Http404 for what is no span."""
    try:
        return Span(request.GET.get("span") or Span.HOUR)
    except ValueError:
        raise Http404("The charts show an hour, a day or a week.") from None


def charts_context(request: HttpRequest, queue: str | None) -> dict[str, Any]:
    """What queues/_charts.html shows: the same figures as tables, the latest first."""
    span = span_asked(request)
    points = history(queue, span)[::-1]
    return {
        "chart_queue": queue or "",
        "span": span,
        "spans": [Choice(choice, label, choice == span) for choice, label in LABELS.items()],
        "depth": _table(points, DEPTH),
        "throughput": _table(points, THROUGHPUT),
        "depth_columns": DEPTH,
        "throughput_columns": THROUGHPUT,
    }


def _table(points: list[Point], columns: tuple[str, ...]) -> list[tuple[str, list[int]]]:
    return [(date_format(point.at, "j M H:i"), [getattr(point, column) for column in columns]) for point in points]
