"""Reminding customers of versions that wait for them: once for each of REVIEW_REMINDER_DAYS, never once they decided.

Somebody who came back and had another version written waits anew, and is reminded anew.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import DateTimeField, OuterRef, QuerySet, Subquery
from django.utils import timezone

from backlinks import letters
from backlinks.models import Order, OrderEvent, OrderStatus
from backlinks.refunds import under_way

WAITING = OrderStatus.QUALITY_CHECK


def remind_waiting() -> int:
    """Remind whoever has waited long enough; how many waited so long, reminded now or before."""
    if not settings.REVIEW_REMINDER_DAYS:
        return 0
    due = _waiting_since(timezone.now() - timedelta(days=min(settings.REVIEW_REMINDER_DAYS)))
    return sum(_remind(order_id) for order_id in list(due.order_by("pk").values_list("pk", flat=True)))


def _waiting_since(moment: datetime) -> QuerySet[Order]:
    """Or longer."""
    ready = OrderEvent.objects.filter(order=OuterRef("pk"), to_status=WAITING).order_by("-id")
    since = Subquery(ready.values("at")[:1], output_field=DateTimeField())
    return Order.objects.filter(status=WAITING, disputed_at=None).annotate(since=since).filter(since__lte=moment)


@transaction.atomic
def _remind(order_id: UUID) -> bool:
    """Under the order's lock: whoever submits at this moment is not reminded. Only of the latest step that is due."""
    order = Order.objects.select_for_update(of=("self",)).select_related("article").get(pk=order_id)
    if order.status != WAITING or order.disputed_at or under_way(order):
        return False
    ready = order.events.filter(to_status=WAITING).latest("id")
    waited = timezone.now() - ready.at
    due = [days for days in settings.REVIEW_REMINDER_DAYS if waited >= timedelta(days=days)]
    if not due:
        return False
    letters.reminder(order, waiting_since=ready, step=max(due), days=waited.days)
    return True
