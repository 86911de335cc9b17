"""What the address of a page of figures asks for; of what it cannot mean, nothing is made."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from urllib.parse import urlencode

from django.http import HttpRequest

from analytics.funnels import BY
from analytics.queries import ARTICLE_SORTS, Order, usual_order
from analytics.ranges import NotARange, Range, today
from analytics.retention import Period

USUAL_DAYS = 30
USUAL_SORT = "views"
NO_DAYS = "These are no days that can be shown; here are the last thirty."


@dataclass(frozen=True)
class Asked:
    """`trouble` says in words what could not be meant."""

    span: Range
    by: str = ""
    period: Period = Period.WEEK
    sort: str = USUAL_SORT
    order: Order = Order.DESC
    trouble: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Asked":
        by, trouble = request.GET.get("by", ""), ""
        try:
            span = _range(request)
            span.previous()  # which some pages compare with
        except (NotARange, ValueError, OverflowError):
            span, trouble = Range.last_days(USUAL_DAYS), NO_DAYS
        period = Period.DAY if request.GET.get("period") == "day" else Period.WEEK
        return cls(span, by if by in BY else "", period, *_sorted(request), trouble)

    @property
    def days(self) -> str:
        """The query string of these days, for any page."""
        return urlencode({"from": self.span.first, "to": self.span.last})

    @property
    def choices(self) -> str:
        """The query string of what else was asked for, where it is not the usual."""
        told = {"by": self.by, "period": "day" if self.period == Period.DAY else ""}
        if (self.sort, self.order) != (USUAL_SORT, usual_order(USUAL_SORT)):
            told |= {"sort": self.sort, "order": self.order.value}
        return urlencode({name: value for name, value in told.items() if value})

    @property
    def query(self) -> str:
        """The query string that asks for exactly this again."""
        return "&".join(filter(None, (self.days, self.choices)))

    def sorted_by(self, sort: str) -> "Asked":
        """The same in another order; asked once more of the same column, the other way round."""
        usual = usual_order(sort)
        other = Order.ASC if self.order == Order.DESC else Order.DESC
        return replace(self, sort=sort, order=other if sort == self.sort else usual)


def _sorted(request: HttpRequest) -> tuple[str, Order]:
    sort, order = request.GET.get("sort", ""), request.GET.get("order", "")
    if sort not in ARTICLE_SORTS:
        return USUAL_SORT, usual_order(USUAL_SORT)
    return sort, next((each for each in Order if each == order), usual_order(sort))


def _range(request: HttpRequest) -> Range:
    if "from" in request.GET or "to" in request.GET:
        first = date.fromisoformat(request.GET.get("from") or str(today() - timedelta(days=USUAL_DAYS - 1)))
        return Range(first, date.fromisoformat(request.GET.get("to") or str(today())))
    days = request.GET.get("days", "")
    return Range.last_days(int(days) if days.isascii() and days.isdecimal() and len(days) < 5 else USUAL_DAYS)
