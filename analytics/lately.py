"""What the last hour brought, for whoever watches minute by minute. Reads only.

Each figure looks at the newest rows alone, by their ids, however many there are: where more than MOST were written
within the hour, it speaks of the newest MOST. What stands by state is read along an index of what is not done yet.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Max, Model, Q, QuerySet, Sum
from django.utils import timezone

from articles.models import AiEventLog
from backlinks.models import UNFINISHED, UNPAID, Order, OrderEvent, Refund, RefundStatus

MOST = 20_000
AN_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Lately:
    """Money in minor units by currency; `ai_cost_micro` in millionths of a US dollar, of calls whose price is known."""

    paid: dict[str, int]
    refunded: dict[str, int]
    orders: dict[str, int]
    ai_calls: dict[str, int]
    ai_cost_micro: int


def lately(*, now: datetime | None = None) -> Lately:
    since = (now or timezone.now()) - AN_HOUR
    calls = _newest(AiEventLog).filter(opened_at__gte=since)
    paid = _newest(OrderEvent).filter(Q(from_status__in=UNPAID) & ~Q(to_status__in=UNPAID), at__gte=since)
    refunded = _newest(Refund).filter(status=RefundStatus.SUCCEEDED, settled_at__gte=since)
    unfinished = Order.objects.filter(status__in=UNFINISHED)
    return Lately(
        paid=_by(paid.values(key=F("order__currency")).annotate(n=Sum("order__price_minor"))),
        refunded=_by(refunded.values(key=F("order__currency")).annotate(n=Sum("amount_minor"))),
        orders=dict.fromkeys(map(str, UNFINISHED), 0) | _by(unfinished.values(key=F("status")).annotate(n=Count("pk"))),
        ai_calls=_by(calls.values(key=F("outcome")).annotate(n=Count("pk"))),
        ai_cost_micro=calls.aggregate(cost=Sum("cost_micro"))["cost"] or 0,
    )


def _newest(model: type[Model]) -> QuerySet[Any]:
    rows: QuerySet[Any] = model._default_manager.all()
    return rows.filter(pk__gt=(rows.aggregate(last=Max("pk"))["last"] or 0) - MOST)


def _by(rows: QuerySet[Any, Any]) -> dict[str, int]:
    return {row["key"]: row["n"] for row in rows.order_by("key")}
