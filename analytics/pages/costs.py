"""What the AI cost, by day, purpose, order and model; and, beside it, what is held back today."""

from collections.abc import Sequence

from analytics import ai_costs
from analytics.ai_costs import Costs, CostsOf, dollars
from analytics.pages.sheet import Card, Cell, Linked, Sheet, Table, bars, number
from analytics.ranges import Range
from queues.subjects import Description

HEADS = ("Calls", "Of no use", "Tokens in", "Of them cached", "Tokens out", "US dollars", "Perhaps besides", "No price")


def costs(span: Range) -> Sheet:
    found, before = ai_costs.report(span), ai_costs.total(span.previous())
    now = found.total
    return Sheet(
        title="AI costs",
        lead="By public list prices. Of no use: not answered, or not usably. Perhaps besides: what calls that were "
        "killed or are under way may have cost. No price: answered by a model that is not in the list.",
        cards=[
            Card("Cost", f"${dollars(now.cost_micro)}", _change(now.cost_micro, before.cost_micro)),
            Card("Calls", number(now.calls), _change(now.calls, before.calls)),
            Card("A call", f"${dollars(now.cost_micro // now.calls)}" if now.calls else None),
            Card("Of no use", number(now.useless), _change(now.useless, before.useless)),
            Card("Tokens in and out", number(now.tokens_in + now.tokens_out)),
        ],
        chart_title="US dollars by day",
        bars=bars([(f"{row.value:%d %b}", row.costs.cost_micro) for row in found.days], words=dollars),
        tables=[
            _table("Days", "Day", found.days),
            _table("Purposes", "Purpose", found.purposes),
            _table("Orders", "For", ai_costs.by_subject(span)),
            _table("Models", "Model", found.models),
            _table("Outcomes", "Outcome", found.outcomes),
        ],
    )


def _table(name: str, head: str, rows: Sequence[CostsOf]) -> Table:
    return Table(name, (head, *HEADS), [(_named(row.value), *_cells(row.costs)) for row in rows])


def _named(value: object) -> Cell:
    if isinstance(value, Description):
        return Linked(value.label, value.url)
    return str(value)


def _cells(of: Costs) -> list[Cell]:
    return [
        of.calls,
        of.useless,
        of.tokens_in,
        of.tokens_cached,
        of.tokens_out,
        dollars(of.cost_micro),
        dollars(of.perhaps_micro),
        of.unpriced,
    ]


def _change(now: int, before: int) -> float | None:
    return (now - before) / before if before else None
