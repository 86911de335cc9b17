"""`/metrics` for Prometheus: what the web answered, and how queues, AI, money and the record stand.

Read from counters and the newest rows when it is asked for; it must never count a table, and never name a person.
"""

import hmac
from collections.abc import Iterable, Iterator, Mapping

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from analytics.lately import lately
from audit.sealing import unsealed_seconds
from config import health, web_metrics
from queues.alerts import Kind, current_alerts
from queues.figures import Standing, standings

VIEW = "queues.view_metrics"
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """For whoever brings METRICS_TOKEN as a bearer, and for owners."""
    if not (_brings_token(request) or request.user.has_perm(VIEW)):
        raise PermissionDenied
    return HttpResponse(text(), content_type=CONTENT_TYPE)


metrics.permission = VIEW  # type: ignore[attr-defined]


def text() -> bytes:
    whole = CollectorRegistry()
    whole.register(_System())
    return generate_latest(web_metrics.registry()) + generate_latest(whole)


class _System(Collector):
    """What stands in the database, asked anew at each collection. Without a database, only that it is away."""

    def collect(self) -> Iterator[Metric]:
        checks, pools = health.parts()
        yield _gauge("copydesk_ready", "Whether a part is there, 1 or 0.", "part", checks)
        yield _gauge("copydesk_pool_served", "Whether workers serve all queues of a pool.", "pool", pools)
        if checks["migrations"]:
            yield from _queues(standings())
            yield from _business()
            raised = [alert.kind for alert in current_alerts()]
            by_kind = {kind: raised.count(kind) for kind in Kind.values}
            yield _gauge("copydesk_alerts", "Alerts of the last window.", "kind", by_kind)
            yield GaugeMetricFamily(
                "copydesk_audit_unsealed_seconds", "Age of the first entry without a seal.", unsealed_seconds()
            )

    def describe(self) -> Iterable[Metric]:
        """Nothing: registering must not read the database."""
        return ()


def _queues(queues: list[Standing]) -> Iterator[Metric]:
    standing = GaugeMetricFamily("copydesk_queue_jobs", "Jobs by state.", labels=("queue", "state"))
    ended = CounterMetricFamily("copydesk_queue_ended", "Jobs that ever ended.", labels=("queue", "outcome"))
    for queue in queues:
        for state in ("waiting", "active", "delayed"):
            standing.add_metric((queue.queue, state), getattr(queue, state))
        for outcome in ("completed", "cancelled"):
            ended.add_metric((queue.queue, outcome), getattr(queue, outcome))
    yield from (standing, ended)
    enqueued = CounterMetricFamily("copydesk_queue_enqueued", "Jobs ever enqueued.", labels=("queue",))
    for queue in queues:
        enqueued.add_metric((queue.queue,), queue.enqueued)
    yield enqueued
    for name, says, values in (
        ("dead_letters", "Jobs that failed for good.", {q.queue: q.failed for q in queues}),
        ("oldest_waiting_seconds", "Age of the oldest.", {q.queue: q.oldest_waiting_seconds or 0 for q in queues}),
        ("workers", "Live workers.", {q.queue: q.workers for q in queues}),
        ("slots", "Slots of live workers.", {q.queue: q.slots for q in queues}),
        ("paused", "Paused by an owner, 1 or 0.", {q.queue: q.pause is not None for q in queues}),
        ("drift", "Jobs that came in and are nowhere; must be 0.", {q.queue: q.conservation for q in queues}),
    ):
        yield _gauge(f"copydesk_queue_{name}", says, "queue", values)


def _business() -> Iterator[Metric]:
    hour = lately()
    yield _gauge("copydesk_orders", "Orders that are paid and not done.", "status", hour.orders)
    yield _gauge("copydesk_paid_minor_last_hour", "Paid for, in minor units.", "currency", hour.paid)
    yield _gauge("copydesk_refunded_minor_last_hour", "Given back, in minor units.", "currency", hour.refunded)
    yield _gauge("copydesk_ai_calls_last_hour", "Calls to the AI provider.", "outcome", hour.ai_calls)
    yield GaugeMetricFamily(
        "copydesk_ai_cost_dollars_last_hour", "Cost of calls whose price is known.", hour.ai_cost_micro / 1_000_000
    )


def _gauge(name: str, says: str, label: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(name, says, labels=(label,))
    for key, value in values.items():
        family.add_metric((key,), value)
    return family


def _brings_token(request: HttpRequest) -> bool:
    scheme, _, brought = request.headers.get("Authorization", "").partition(" ")
    token: str = settings.METRICS_TOKEN
    return bool(token) and scheme.lower() == "bearer" and hmac.compare_digest(brought.encode(), token.encode())
