"""Steps in their order and in time, and who came back: beside what a pencil makes of the same events."""

from collections import Counter, defaultdict
from datetime import date, timedelta

import pytest

from analytics.funnels import BadSteps, FunnelGroup, Step, funnel, steps_of
from analytics.ranges import Range, day_of
from analytics.retention import Cohort, Period, retention
from analytics.tests import given
from analytics.tests.given import utc

pytestmark = pytest.mark.django_db
DAYS = Range(date(2026, 11, 2), date(2026, 11, 8))
STEPS = [Step("page_view", path="/"), Step("article_view"), Step("click")]


def by_hand(events, steps, window, by=""):
    """Every way to begin is tried for everybody."""
    people = defaultdict(list)
    for event in sorted(events, key=lambda event: event.id):
        people[event.visitor if event.person is None else event.person].append(event)
    groups = defaultdict(Counter)
    for made in people.values():
        begins = [event for event in made if fits(event, steps[0])]
        if begins:
            furthest = max(_furthest(made, begin, steps, window) for begin in begins)
            groups[getattr(begins[0], by) if by else ""].update(range(1, furthest + 1))
    return {value: [reached[n] for n in range(1, len(steps) + 1)] for value, reached in groups.items()}


def _furthest(made, begin, steps, window):
    step = 1
    for event in made[made.index(begin) + 1 :]:
        if step < len(steps) and event.at - begin.at <= window and fits(event, steps[step]):
            step += 1
    return step


def fits(event, step):
    return event.type == step.type and step.path in ("", event.path) and step.article_id in (None, event.article_id)


@pytest.mark.parametrize("window", [timedelta(minutes=20), timedelta(hours=3), timedelta(days=7)])
@pytest.mark.parametrize(
    "steps",
    [
        STEPS,
        [Step("page_view", path="/"), Step("page_view", path="/basket/"), Step("search")],
        [Step("page_view"), Step("page_view"), Step("search"), Step("click")],
    ],
)
@pytest.mark.parametrize("by", ["", "device"])
def test_who_reached_which_step(window, steps, by):
    events = given.many(1500, first=DAYS.start, last=DAYS.end)

    found = {group.value: group.reached for group in funnel(DAYS, steps, window=window, by=by)}

    assert found == by_hand(events, steps, window, by)
    assert sum(reached[1] for reached in found.values()) > 0


def test_order_window_and_range():
    at = utc(2026, 11, 3, 12)
    wrong_order, too_late, done, outside = 1, 2, 3, 4
    for visitor, offsets in ((wrong_order, (5, 0)), (too_late, (0, 61)), (done, (0, 60))):
        for type, minutes in zip(("page_view", "click"), offsets, strict=True):
            given.put(type, at=at + timedelta(minutes=minutes), visitor=visitor, path="/")
    given.put("page_view", at=DAYS.start - timedelta(seconds=1), visitor=outside, path="/")
    given.put("click", at=DAYS.start, visitor=outside)

    (group,) = funnel(DAYS, [Step("page_view"), Step("click")], window=timedelta(hours=1))

    assert group == FunnelGroup("", [3, 1])
    assert (group.drop_off, group.conversion) == ([2], 1 / 3)
    assert funnel(DAYS.previous().previous(), STEPS, window=timedelta(hours=1)) == [FunnelGroup("", [0, 0, 0])]


@pytest.mark.parametrize(
    "told",
    [
        None,
        [],
        [{"type": "click"}],
        [{"type": "click"}] * 9,
        ["click", "click"],
        [{"type": "x"}, {"type": "click"}],
        [{"type": "click", "article_id": "1"}, {"type": "click"}],
    ],
)
def test_what_is_no_funnel_is_refused(told):
    with pytest.raises(BadSteps):
        steps_of(told)


@pytest.mark.parametrize("period", list(Period))
def test_who_came_back(period, settings, monkeypatch):
    settings.ANALYTICS_TIME_ZONE = "Europe/Berlin"
    monkeypatch.setattr("analytics.retention.today", lambda: date(2026, 11, 3))
    range = Range(date(2026, 10, 20), date(2026, 11, 5))
    events = given.many(300, first=Range(date(2026, 10, 12), range.last).start, last=range.end)
    seen = defaultdict(set)
    for event in events:
        if event.person is not None:
            seen[event.person].add(period.start_of(day_of(event.at)))

    found = retention(range, period)

    starts = sorted({period.start_of(day) for day in range.each_day()})
    assert [cohort.start for cohort in found] == starts
    for place, cohort in enumerate(found):
        members = [days for days in seen.values() if min(days) == cohort.start]
        later = [start for start in starts[place:] if start <= date(2026, 11, 3)]
        met = [sum(start in days for days in members) for start in later]
        expected = met + [None] * (len(starts) - len(met))
        assert cohort == Cohort(cohort.start, len(members), expected)


def test_visitors_nobody_knows_again_are_in_no_cohort():
    given.put("page_view", at=utc(2026, 11, 3, 12), visitor=1, path="/")

    assert {cohort.people for cohort in retention(DAYS, Period.DAY)} == {0}
