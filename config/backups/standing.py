"""What stands in a database, in figures small enough to keep beside a backup and to compare after its return."""

from collections.abc import Iterator, Mapping
from typing import Any

from django.db import connection, models
from django.db.migrations.recorder import MigrationRecorder

from audit.models import ChainHead
from backlinks.models import Checkout, CheckoutStatus, Order, Refund, RefundStatus
from mail.models import EmailLog
from queues.models import Job

Figures = dict[str, dict[str, int] | list[str] | str]


def standing() -> Figures:
    """Of one moment when it is read inside one repeatable transaction. Every row is counted: seconds for millions."""
    return {
        "rows": {table: _rows(table) for table in connection.introspection.django_table_names(only_existing=True)},
        "orders": _counted(Order.objects.all(), "status"),
        "paid": _summed(Checkout.objects.filter(status=CheckoutStatus.PAID), "currency"),
        "refunded": _summed(Refund.objects.filter(status=RefundStatus.SUCCEEDED), "order__currency"),
        "jobs": _counted(Job.objects.all(), "state"),
        "emails": _counted(EmailLog.objects.all(), "state"),
        "record": str(ChainHead.objects.first() or ""),
        "migrations": sorted(".".join(known) for known in MigrationRecorder(connection).applied_migrations()),
    }


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    """A line for each figure that is another one, or on one side only."""
    for name in sorted({*before, *after}):
        was, now = before.get(name), after.get(name)
        if isinstance(was, dict) and isinstance(now, dict):
            for part in sorted({*was, *now}):
                if was.get(part) != now.get(part):
                    yield f"{name} {part}: {was.get(part)} in the backup, {now.get(part)} here"
        elif was != now:
            yield f"{name}: {was} in the backup, {now} here"


def _rows(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")
        return int(cursor.fetchone()[0])


def _counted(rows: "models.QuerySet[Any]", by: str) -> dict[str, int]:
    return dict(rows.values_list(by).annotate(n=models.Count("pk")).order_by(by))


def _summed(rows: "models.QuerySet[Any]", by: str) -> dict[str, int]:
    return dict(rows.values_list(by).annotate(n=models.Sum("amount_minor")).order_by(by))
