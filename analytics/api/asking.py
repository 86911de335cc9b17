"""What may be asked of the owners' figures. A field that is not listed is refused by its name."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rest_framework.exceptions import ValidationError as Refused

from analytics.funnels import BadSteps, Step, steps_of
from analytics.models import Dimension, Grain
from analytics.queries import Order
from analytics.ranges import NotARange, Range, today
from analytics.retention import Period

USUAL_DAYS = 30
HOURS_FOR_DAYS = 31
Limit = Annotated[int, Field(ge=1, le=500, description="Rows at most.")]


class Nothing(BaseModel):
    """No field at all."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)


class OfDays(Nothing):
    """Days of the site's time zone, both included; the last 30 when nothing is said."""

    first: date | None = Field(None, description="The first day.")
    last: date | None = Field(None, description="The last day; today when nothing is said.")

    def range(self) -> Range:
        last = self.last or today()
        first = self.first or last - timedelta(days=USUAL_DAYS - 1)
        try:
            return Range(first, last)
        except NotARange:
            raise refused("first", "It must be no later than the last day, and not years before it.") from None


class Series(OfDays):
    grain: Grain = Field(Grain.DAY, description=f"By hour for {HOURS_FOR_DAYS} days at most.")

    def grained(self) -> tuple[Range, Grain]:
        range = self.range()
        if self.grain == Grain.HOUR and range.days > HOURS_FOR_DAYS:
            raise refused("grain", f"By hour for {HOURS_FOR_DAYS} days at most.")
        return range, self.grain


class Rows(OfDays):
    limit: Limit = 50


class Articles(Rows):
    sort: Literal["title", "views", "readers", "clicks", "placement_clicks"] = "views"
    order: Order | None = Field(None, description="When nothing is said, the most first, and titles from A to Z.")


class ByDimension(Rows):
    dimension: Dimension


class Cohorts(OfDays):
    period: Period = Period.WEEK


class FunnelQuery(OfDays):
    step: Annotated[list[str], Field(description="Once for each step: type, or type:path, like `page_view:/basket/`.")]
    window_hours: Annotated[int, Field(ge=1, le=24 * 90)] = 24
    by: Literal["", "device", "referrer", "utm_source"] = ""

    def steps(self) -> list[Step]:
        told = [dict(zip(("type", "path"), each.split(":", 1), strict=False)) for each in self.step]
        try:
            return steps_of(told)
        except BadSteps as error:
            raise refused("step", str(error)) from None


Asked = TypeVar("Asked", bound=Nothing)


def read(kind: type[Asked], told: Any) -> Asked:
    """From a query string; raises DRF's ValidationError, which names the field."""
    repeated = {"step"} & set(kind.model_fields)
    given = {name: told.getlist(name) if name in repeated else told[name] for name in told}
    try:
        return kind.model_validate(given)
    except ValidationError as error:
        faults = error.errors(include_url=False, include_input=False, include_context=False)
        raise Refused({str(fault["loc"][0])[:50]: [fault["msg"]] for fault in faults}, "invalid") from None


def refused(field: str, words: str) -> Refused:
    return Refused({field: [words]}, "invalid")
