"""Who came back, who went all the way, who is here now, and what was sold."""

from datetime import timedelta
from itertools import chain

from analytics import funnels as asked
from analytics import realtime as now
from analytics import retention as kept
from analytics import sales as sold
from analytics.models import Funnel
from analytics.pages.sheet import Card, Cell, Part, Sheet, Table, bars, number, share
from analytics.ranges import Range
from articles.money import written
from queues.figures import Standing, standings


def funnels(span: Range, by: str = "") -> Sheet:
    """Every saved funnel, each a table of its steps."""
    tables = [_funnel(span, saved, by) for saved in Funnel.objects.order_by("name")]
    return Sheet(
        title="Funnels",
        lead="How many took the first step, and how many of them each next one, within the funnel's time.",
        tables=tables or [Table("Funnels", ("Step",), [], empty="No funnel was made yet: make the first one below.")],
    )


def _funnel(span: Range, saved: Funnel, by: str) -> Table:
    steps = asked.steps_of(saved.steps)
    groups = asked.funnel(span, steps, window=timedelta(hours=saved.window_hours), by=by)
    first, *others = (f"{step.type} {step.path} {step.label}".strip() for step in steps)
    heads = ["Group", first, *chain.from_iterable((name, "Stopped before it") for name in others), "Went all the way"]
    return Table(saved.name, heads, [_group(group) for group in groups])


def _group(of: asked.FunnelGroup) -> list[Cell]:
    others = chain.from_iterable(zip(of.reached[1:], of.drop_off, strict=True))
    return [of.value or "All", of.reached[0], *others, share(of.conversion)]


def retention(span: Range, period: kept.Period) -> Sheet:
    cohorts = kept.retention(span, period)
    width = max((len(cohort.returned) for cohort in cohorts), default=0)
    heads = ["Began", "People", *(f"+{place}" for place in range(width))]
    rows = [_cohort(cohort, width) for cohort in cohorts]
    return Sheet(
        title="Retention",
        lead="Signed-in customers by when they first came, and how many came again. Nobody else is known.",
        tables=[Table("Retention", heads, rows, is_heat_map=True)],
    )


def _cohort(cohort: kept.Cohort, width: int) -> list[Cell]:
    parts = [_part(back, cohort.people) for back in cohort.returned]
    return [f"{cohort.start:%Y-%m-%d}", cohort.people, *parts, *[Part("")] * (width - len(parts))]


def _part(back: int | None, people: int) -> Part:
    if back is None or not people:
        return Part("")
    return Part(share(back / people) or "", round(10 * back / people))


def realtime() -> Sheet:
    seen = now.realtime()
    return Sheet(
        title="Now",
        lead="The last fifteen minutes, straight from the events. This page keeps itself up to date.",
        cards=[Card("Visitors", number(seen.visitors)), Card("Events", number(seen.events))],
        chart_title="Visitors by minute",
        bars=bars([(f"{m.start:%H:%M}", m.visitors) for m in seen.minutes]),
        tables=[
            Table("Minutes", ("Minute", "Visitors", "Views", "Events"),
                  [(f"{m.start:%H:%M}", m.visitors, m.views, m.events) for m in seen.minutes]),
            Table("Pages", ("Page", "Events"), [(row.value, row.events) for row in seen.pages], empty="Nobody here."),
            Table("Referrers", ("Referrer", "Events"), [(row.value or "Direct", row.events) for row in seen.referrers]),
        ],
    )  # fmt: skip


def sales(span: Range) -> Sheet:
    found = sold.sales(span)
    money = [written(amount.minor, amount.currency) for amount in found.revenue]
    back = [written(amount.minor, amount.currency) for amount in found.refunded]
    review = None if found.review_seconds_median is None else found.review_seconds_median / 3600
    per_order = found.ai_cost_micro_per_order
    queues = [_queue(standing) for standing in standings()]
    return Sheet(
        title="Sales",
        lead="Of the orders paid for in these days; money that went back is counted when it went.",
        cards=[
            Card("Orders begun", number(found.orders)),
            Card("Paid", number(found.paid)),
            Card("Revenue", ", ".join(money) or None),
            Card("Refunded", ", ".join(back) or None),
            Card("Share refunded", share(found.refund_rate)),
            Card("Versions more an order", number(found.regenerations_per_order)),
            Card("Time to the editor's word (median)", number(review, " h")),
            Card("AI cost an order", None if per_order is None else f"${per_order / 1_000_000:.4f}"),
        ],
        tables=[Table("Queues", ("Queue", "Waiting", "Running", "Failed", "Oldest waiting"), queues)],
    )


def _queue(of: Standing) -> list[Cell]:
    return [of.queue, of.waiting, of.active, of.failed, number(of.oldest_waiting_seconds, " s")]
