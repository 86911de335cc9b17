"""What may be spent on AI calls in a day, in all and for one order: looked at before the money is spent.

A call reserves the most it can cost when it is opened, one after the other, so that of two at the edge only one goes.
A spent budget makes work wait for the next day and tells staff once; it refuses nobody.
"""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import connection
from django.db.models import Case, F, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce
from django.utils import timezone

from articles.models import AiEventLog
from queues.alerts import raise_alert
from queues.errors import HeldBack
from queues.models import Alert

ALERT = "AI budget spent"
LONGEST_WAIT_SECONDS = 3600.0  # then it looks again: somebody may have raised the budget
LOOK_AGAIN_SECONDS = 30.0
LONGEST_CALL = timedelta(minutes=15)
LOCK = 0x41495F42  # of opening calls, one after the other

# A call that was killed, or broke off, may have cost what it reserved.
UNKNOWN_END = Q(outcome__in=(AiEventLog.Outcome.OPEN, AiEventLog.Outcome.BROKEN_OFF))
COMMITTED = Coalesce("cost_micro", Case(When(UNKNOWN_END, then=F("reserved_micro"))), Value(0))


class BudgetSpent(HeldBack):
    """`about` is what staff are told of; empty when only calls under way stand in the way."""

    def __init__(self, message: str, after_seconds: float, about: str = "") -> None:
        super().__init__(message, after_seconds)
        self.about = about


@dataclass(frozen=True)
class Spending:
    """Of today, in millionths of a US dollar: spent for certain or perhaps, and held for calls under way."""

    settled: int
    under_way: int

    @property
    def committed(self) -> int:
        return self.settled + self.under_way


def today() -> tuple[datetime, datetime]:
    """When the day began, and when the next does."""
    zone = ZoneInfo(settings.ANALYTICS_TIME_ZONE)
    date = timezone.now().astimezone(zone).date()
    return datetime.combine(date, time.min, zone), datetime.combine(date + timedelta(days=1), time.min, zone)


def spending(calls: QuerySet[AiEventLog]) -> Spending:
    """Of those of these calls that were opened today."""
    under_way = Q(outcome=AiEventLog.Outcome.OPEN, opened_at__gt=timezone.now() - LONGEST_CALL)
    sums = calls.filter(opened_at__gte=today()[0]).aggregate(
        committed=Sum(COMMITTED), under_way=Sum("reserved_micro", filter=under_way)
    )
    under_way_micro = sums["under_way"] or 0
    return Spending((sums["committed"] or 0) - under_way_micro, under_way_micro)


def make_room(*, subject: tuple[str, str], most_micro: int | None) -> None:
    """In the transaction that opens a call: raises BudgetSpent when it could cost more than is left.

    Nobody else opens one until that transaction ends. What costs nothing, or has no known price, always goes.
    """
    budgets = (settings.AI_BUDGET_DAY_MICRO, settings.AI_BUDGET_ORDER_MICRO)
    if not most_micro or not any(budgets):
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    _check(AiEventLog.objects.all(), budgets[0], most_micro, about="")
    if all(subject):
        own = AiEventLog.objects.filter(subject_type=subject[0], subject_id=subject[1])
        _check(own, budgets[1], most_micro, about=" ".join(subject))


def tell_staff(spent: BudgetSpent) -> None:
    """Once for each budget and day, however much work waits for it."""
    if spent.about and not Alert.objects.filter(kind=ALERT, about=spent.about).exists():
        raise_alert(kind=ALERT, about=spent.about, message=str(spent))


def dollars(micro: int) -> str:
    return f"${micro / 1_000_000:,.2f}"


def _check(calls: QuerySet[AiEventLog], limit: int, most: int, *, about: str) -> None:
    if not limit:
        return
    now = spending(calls)
    if now.committed + most <= limit:
        return
    if now.settled + most <= limit:
        raise BudgetSpent("Other calls to the AI are under way, and may need what is left to spend today.",
                          LOOK_AGAIN_SECONDS)  # fmt: skip
    start, end = today()
    whose = f"for {about} " if about else ""
    message = (
        f"The AI budget {whose}of {dollars(limit)} for {start:%d %B %Y} has no room for a call: "
        f"{dollars(now.settled)} is spent and a call may cost {dollars(most)}. "
        f"Work waits for the next day ({settings.ANALYTICS_TIME_ZONE})."
    )
    seconds = min((end - timezone.now()).total_seconds(), LONGEST_WAIT_SECONDS)
    raise BudgetSpent(message, seconds, f"{start:%Y-%m-%d} {about or 'all'}")
