"""What calls to the AI cost in a range of days, and how much of today's budgets is used. Reads only.

Money is in millionths of a US dollar, as the log keeps it; a call whose model has no known price adds nothing to it.
"""

from dataclasses import astuple, dataclass, fields
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Q, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, NullIf, TruncDate

from analytics.ranges import Range, site_zone
from articles import ai_breaker
from articles.ai_budgets import COMMITTED, UNKNOWN_END, spending, today
from articles.models import AiBreaker, AiEventLog
from queues.describing import describe_subject
from queues.models import Job
from queues.subjects import Description

MOST_SUBJECTS = 20
MOST_BUDGETS = 5
USABLE = Q(outcome__in=(AiEventLog.Outcome.ANSWERED, AiEventLog.Outcome.OPEN))


@dataclass(frozen=True)
class Costs:
    """Of some calls. `useless` were not answered, or not usably. `unpriced` were answered by a model without a price.
    `perhaps_micro`: what calls that were killed, broke off or are under way may have cost besides."""

    calls: int = 0
    useless: int = 0
    unpriced: int = 0
    tokens_in: int = 0
    tokens_cached: int = 0
    tokens_out: int = 0
    cost_micro: int = 0
    perhaps_micro: int = 0

    def __add__(self, other: "Costs") -> "Costs":
        return Costs(*(mine + its for mine, its in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True)
class CostsOf:
    """One value of what the calls are split by."""

    value: Any
    costs: Costs


@dataclass(frozen=True)
class Report:
    """`days` are all of the range, also those without a call. `models` answered, or were asked where none did."""

    total: Costs
    days: list[CostsOf]
    purposes: list[CostsOf]
    models: list[CostsOf]
    outcomes: list[CostsOf]


@dataclass(frozen=True)
class BudgetUse:
    """Of today; `limit_micro` 0 is no limit."""

    of: Description
    limit_micro: int
    settled_micro: int
    under_way_micro: int

    @property
    def spent(self) -> str:
        return dollars(self.settled_micro)

    @property
    def under_way(self) -> str:
        return dollars(self.under_way_micro)

    @property
    def limit(self) -> str:
        return dollars(self.limit_micro)

    @property
    def percent(self) -> int | None:
        return 100 * (self.settled_micro + self.under_way_micro) // self.limit_micro if self.limit_micro else None


@dataclass(frozen=True)
class Standing:
    """Of now. `breaker` is None while all is well; `held` jobs wait for it or for a budget."""

    breaker: AiBreaker | None
    held: int
    day_ends_at: datetime
    budgets: list[BudgetUse]


def dollars(micro: int) -> str:
    """To the millionth, as the log keeps it."""
    return f"{Decimal(micro).scaleb(-6):.6f}"


def total(span: Range) -> Costs:
    return Costs(**_calls(span).aggregate(**_sums()))


def report(span: Range) -> Report:
    """Read from the log once, split every way there is at the same time, and put together here."""
    labels = dict(AiEventLog.Outcome.choices)
    rows: Any = _calls(span).values(
        day=TruncDate("opened_at", tzinfo=site_zone()),
        kind=F("purpose"),
        model=Coalesce(NullIf("model_answered", Value("")), "model_asked"),
        ending=F("outcome"),
    )
    ways = dict[str, dict[Any, Costs]](day={day: Costs() for day in span.each_day()}, kind={}, model={}, ending={})
    for row in rows.annotate(**_sums()).order_by():
        values = {way: row.pop(way) for way in ways}
        for way, value in values.items():
            ways[way][value] = ways[way].get(value, Costs()) + Costs(**row)
    return Report(
        total=sum(ways["day"].values(), Costs()),
        days=[CostsOf(day, costs) for day, costs in ways["day"].items()],
        purposes=_dearest_first(ways["kind"]),
        models=_dearest_first(ways["model"]),
        outcomes=_dearest_first({labels[outcome]: costs for outcome, costs in ways["ending"].items()}),
    )


def by_subject(span: Range) -> list[CostsOf]:
    """The dearest of what calls were made for, each in the words of its room."""
    rows: Any = _calls(span).values("subject_type", "subject_id").annotate(**_sums())
    dearest = rows.order_by("-cost_micro", "-calls", "subject_type", "subject_id")[:MOST_SUBJECTS]
    return [CostsOf(_described(row.pop("subject_type"), row.pop("subject_id")), Costs(**row)) for row in dearest]


def standing() -> Standing:
    return Standing(
        breaker=AiBreaker.objects.filter(opened_at__isnull=False).first(),
        held=Job.objects.held_back().filter(queue__in=ai_breaker.queues_held()).count(),
        day_ends_at=today()[1],
        budgets=[_use(Description("All calls"), AiEventLog.objects.all(), settings.AI_BUDGET_DAY_MICRO), *_own_uses()],
    )


def _own_uses() -> list[BudgetUse]:
    """Of the orders and briefs that used most of theirs today."""
    calls = AiEventLog.objects.filter(opened_at__gte=today()[0]).exclude(subject_id="")
    sums = calls.values("subject_type", "subject_id").annotate(committed=Sum(COMMITTED)).filter(committed__gt=0)
    return [
        _use(
            _described(row["subject_type"], row["subject_id"]),
            calls.filter(subject_type=row["subject_type"], subject_id=row["subject_id"]),
            settings.AI_BUDGET_ORDER_MICRO,
        )
        for row in sums.order_by("-committed", "subject_type", "subject_id")[:MOST_BUDGETS]
    ]


def _use(of: Description, calls: QuerySet[AiEventLog], limit: int) -> BudgetUse:
    now = spending(calls)
    return BudgetUse(of, limit, now.settled, now.under_way)


def _described(subject_type: str, subject_id: str) -> Description:
    return describe_subject(subject_type, subject_id) or Description("Nothing in particular")


def _calls(span: Range) -> QuerySet[AiEventLog]:
    return AiEventLog.objects.filter(opened_at__gte=span.start, opened_at__lt=span.end)


def _dearest_first(rows: dict[Any, Costs]) -> list[CostsOf]:
    found = [CostsOf(value, costs) for value, costs in rows.items()]
    return sorted(found, key=lambda row: (-row.costs.cost_micro, -row.costs.calls, row.value))


def _sums() -> dict[str, Any]:
    unknown = Q(cost_micro__isnull=True)
    counted = {
        "calls": Count("pk"),
        "useless": Count("pk", filter=~USABLE),
        "unpriced": Count("pk", filter=unknown & Q(tokens_in__isnull=False)),
        "perhaps_micro": Coalesce(Sum("reserved_micro", filter=unknown & UNKNOWN_END), 0),
    }
    added = {field.name for field in fields(Costs)} - set(counted)
    return counted | {name: Coalesce(Sum(name), 0) for name in added}
