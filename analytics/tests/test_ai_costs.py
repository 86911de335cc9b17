"""What the AI cost: exact sums by day, purpose, order and model; budgets, the breaker, and who may have it tried."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from accounts.roles import Role
from accounts.tests.given import signed_in
from analytics import ai_costs
from analytics.ai_costs import Costs, CostsOf
from analytics.ranges import Range
from articles import ai_breaker, ai_budgets
from articles.models import AiBreaker, AiEventLog
from audit.models import AuditEntry
from queues.alerts import raise_alert
from queues.models import Job, State
from queues.subjects import Description

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain_static")]
PAGE = "/admin/analytics/ai-costs/"
DAYS = "from=2026-11-02&to=2026-11-04"
SPAN = Range(date(2026, 11, 2), date(2026, 11, 4))
Outcome = AiEventLog.Outcome


def call(day: int, hour: int = 12, minute: int = 0, **more) -> AiEventLog:
    facts = {
        "purpose": "weave_link",
        "subject_type": "thing",
        "subject_id": "7",
        "model_asked": "gpt-5-mini",
        "outcome": Outcome.ANSWERED,
        "opened_at": datetime(2026, 11, day, hour, minute, tzinfo=UTC),
    }
    return AiEventLog.objects.create(**facts | more)


def answered(day: int, cost: int | None, tokens: tuple[int, int, int] = (100, 40, 10), **more) -> AiEventLog:
    took = dict(zip(("tokens_in", "tokens_cached", "tokens_out"), tokens, strict=True))
    return call(day, cost_micro=cost, model_answered=more.pop("model", "gpt-5-mini-2025-08-07"), **took, **more)


@pytest.fixture
def some_calls() -> None:
    answered(2, 360)
    answered(2, 1, purpose="=moderation", subject_id="8", model="omni-moderation-latest", tokens=(0, 0, 0))
    answered(4, 2_000_000, tokens=(5, 0, 7), subject_type="", subject_id="")
    answered(4, None, model="a-model-of-ours", subject_id="8")
    answered(4, 9, outcome=Outcome.BAD_ANSWER)
    call(4, outcome=Outcome.LATER, reserved_micro=70)
    call(4, outcome=Outcome.OPEN, reserved_micro=500)
    answered(1, 1_000_000)
    answered(5, 1_000_000)


def test_everything_of_the_days_and_nothing_else_is_added_up(some_calls):
    assert ai_costs.total(SPAN) == Costs(
        calls=7, useless=2, unpriced=1, tokens_in=305, tokens_cached=120, tokens_out=37,
        cost_micro=2_000_370, perhaps_micro=500,
    )  # fmt: skip
    assert ai_costs.total(Range(date(2026, 10, 1), date(2026, 10, 1))) == Costs()


def test_each_day_purpose_order_model_and_outcome_has_its_own(some_calls):
    def micro(rows: list[CostsOf]) -> list[tuple]:
        return [(row.value, row.costs.calls, row.costs.cost_micro) for row in rows]

    found = ai_costs.report(SPAN)
    assert found.total == ai_costs.total(SPAN)
    assert micro(found.days) == [
        (date(2026, 11, 2), 2, 361), (date(2026, 11, 3), 0, 0), (date(2026, 11, 4), 5, 2_000_009),
    ]  # fmt: skip
    assert micro(found.purposes) == [("weave_link", 6, 2_000_369), ("=moderation", 1, 1)]
    assert micro(ai_costs.by_subject(SPAN)) == [
        (Description("Nothing in particular"), 1, 2_000_000),
        (Description("thing 7"), 4, 369),
        (Description("thing 8"), 2, 1),
    ]
    assert micro(found.models) == [
        ("gpt-5-mini-2025-08-07", 3, 2_000_369), ("omni-moderation-latest", 1, 1),
        ("gpt-5-mini", 2, 0), ("a-model-of-ours", 1, 0),
    ]  # fmt: skip
    assert sorted(micro(found.outcomes)) == [
        ("Answered", 4, 2_000_361), ("To be tried later", 1, 0), ("Under way, or killed", 1, 0),
        ("Unusable answer", 1, 9),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("zone", "days"), [("UTC", [1, 1, 0]), ("Europe/Berlin", [0, 1, 1]), ("Asia/Tokyo", [0, 1, 1])]
)
def test_a_call_belongs_to_the_sites_own_day(settings, zone, days):
    settings.ANALYTICS_TIME_ZONE = zone
    call(2, 23, 30)
    call(3, 23, 30)

    assert [row.costs.calls for row in ai_costs.report(SPAN).days] == days
    assert ai_costs.total(SPAN).calls == sum(days)


def test_a_day_whose_clocks_change_is_whole(settings):
    settings.ANALYTICS_TIME_ZONE = "Europe/Berlin"
    first, last = datetime(2026, 10, 24, 22, 0, tzinfo=UTC), datetime(2026, 10, 25, 22, 59, 59, tzinfo=UTC)
    for moment in (first - timedelta(seconds=1), first, last, last + timedelta(seconds=1)):
        call(1, opened_at=moment)

    assert [row.costs.calls for row in ai_costs.report(Range(date(2026, 10, 24), date(2026, 10, 26))).days] == [1, 2, 1]


def test_the_page_shows_exact_money_in_a_chart_and_in_tables(some_calls):
    shown = signed_in(Role.EDITOR).get(f"{PAGE}?{DAYS}").content.decode()

    assert "<dd>$2.000370 " in shown
    assert "<title>02 Nov: 0.000361</title>" in shown
    assert "US dollars by day, at most 2.000009" in shown
    assert "<td>2</td><td>0</td><td>100</td><td>40</td><td>10</td><td>0.000361</td><td>0.000000</td><td>0</td>" in shown


def test_each_table_is_a_file_without_a_formula(some_calls):
    lines = signed_in(Role.EDITOR).get(f"{PAGE}?{DAYS}&csv=Purposes").content.decode().splitlines()

    assert lines == [
        "Purpose,Calls,Of no use,Tokens in,Of them cached,Tokens out,US dollars,Perhaps besides,No price",
        "weave_link,6,2,305,120,37,2.000369,0.000500,1",
        "'=moderation,1,0,0,0,0,0.000001,0.000000,0",
    ]


def test_budgets_of_today_and_of_the_orders_that_use_most(settings):
    settings.AI_BUDGET_DAY_MICRO, settings.AI_BUDGET_ORDER_MICRO = 1_000_000, 0
    answered(1, 250_000, opened_at=timezone.now())
    call(1, opened_at=timezone.now(), outcome=Outcome.OPEN, reserved_micro=500_000, subject_id="8")
    answered(1, 900_000, opened_at=timezone.now() - timedelta(days=1))

    used = ai_costs.standing().budgets

    assert [(use.of.label, use.settled_micro, use.under_way_micro, use.percent) for use in used] == [
        ("All calls", 250_000, 500_000, 75), ("thing 8", 0, 500_000, None), ("thing 7", 250_000, 0, None),
    ]  # fmt: skip
    shown = signed_in(Role.EDITOR).get(PAGE).content.decode()
    assert "75 %</meter>" in shown and "$0.250000" in shown and "no limit" in shown


@pytest.fixture
def breaker() -> AiBreaker:
    later = timezone.now() + timedelta(minutes=30)
    Job.objects.create(
        queue="backlink-integration", name="integrate-backlink", state=State.DELAYED, run_at=later, postponements=1,
        max_attempts=3, timeout_seconds=60,
    )  # fmt: skip
    return AiBreaker.objects.create(opened_at=Now(), trial_at=later)


def test_an_owner_has_a_spent_quota_tried_now(breaker):
    owner = signed_in(Role.OWNER)
    shown = owner.get(PAGE).content.decode()
    assert "The quota of the AI account is spent" in shown and "and 1 job waits" in shown and "Try now" in shown

    answer = owner.post(f"{PAGE}try/", follow=True)

    assert "The next call tries." in answer.content.decode()
    assert AiBreaker.objects.get().trial_at <= timezone.now()
    assert Job.objects.get().state == State.WAITING
    assert AuditEntry.objects.get().action == "ai_breaker.tried"


def test_an_editor_sees_it_and_nobody_but_an_owner_has_it_tried(breaker):
    editor, before = signed_in(Role.EDITOR), AiBreaker.objects.values().get()

    shown = editor.get(PAGE).content.decode()
    refused = editor.post(f"{PAGE}try/")
    turned_away = [client.post(f"{PAGE}try/").status_code for client in (signed_in(Role.CUSTOMER), Client())]

    assert "The quota of the AI account is spent" in shown and "Try now" not in shown
    assert (refused.status_code, turned_away) == (403, [302, 302])
    assert signed_in(Role.OWNER).get(f"{PAGE}try/").status_code == 405
    assert AiBreaker.objects.values().get() == before
    assert Job.objects.get().state == State.DELAYED
    assert not AuditEntry.objects.exists()


def test_there_is_nothing_to_try_while_all_is_well():
    answer = signed_in(Role.OWNER).post(f"{PAGE}try/", follow=True)

    assert "Nothing was done" in answer.content.decode()
    assert not AuditEntry.objects.exists()


def test_an_alert_about_money_leads_to_the_page():
    raise_alert(kind=ai_breaker.ALERT, about="provider", message="spent")
    raise_alert(kind=ai_budgets.ALERT, about="2026-11-26 all", message="spent")

    shown = signed_in(Role.OWNER).get("/admin/queues/alerts/").content.decode()

    assert shown.count(f'<a href="{PAGE}">') >= 2
