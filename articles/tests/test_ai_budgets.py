"""Budgets of the day and of one order: looked at before a call is made, exact, and told to staff once."""

import json
import threading
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.utils import timezone
from werkzeug import Response

from articles import prices
from articles.ai_budgets import BudgetSpent, Spending, make_room, spending
from articles.models import AiEventLog
from articles.tests.asking import answering, asked, reply
from queues.models import Alert
from queues.tests.given import at_once, until

pytestmark = pytest.mark.django_db
Outcome = AiEventLog.Outcome


@pytest.fixture
def provider(httpserver, settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = httpserver.url_for("/v1"), "sk-only-for-tests"
    settings.OPENAI_MODEL, settings.OPENAI_MAX_OUTPUT_TOKENS = "gpt-5-mini", 1000
    settings.AI_BUDGET_DAY_MICRO = settings.AI_BUDGET_ORDER_MICRO = 0
    answering(httpserver)
    return httpserver


def call(cost: int | None = None, *, outcome: str = Outcome.ANSWERED, about: str = "1", **more) -> AiEventLog:
    return AiEventLog.objects.create(
        purpose="p", subject_type="order", subject_id=about, model_asked="m", cost_micro=cost, outcome=outcome, **more
    )


def most() -> int:
    """What the question may cost at most, as its call reserved it."""
    asked("measured")
    row = AiEventLog.objects.get(subject_id="measured")
    assert row.reserved_micro is not None
    AiEventLog.objects.all().delete()
    return row.reserved_micro


def test_a_call_reserves_what_it_may_cost_at_most(provider):
    asked()

    row = AiEventLog.objects.get()
    sent = provider.log[0][0].get_json()
    assert sent["max_output_tokens"] == 1000
    assert row.cost_micro == 450
    assert 2000 < row.reserved_micro < 2200  # a thousand tokens out at two millionths each, and what was sent


def test_no_text_has_more_tokens_than_bytes():
    assert prices.most_micro("gpt-5-mini", sent="Größe", tokens_out=10) == 22
    assert prices.most_micro("gpt-5-mini", sent="x" * 1_000_000, tokens_out=0) == 250_000
    assert prices.most_micro("a-model-of-ours", sent="x", tokens_out=10) is None


@pytest.mark.parametrize("setting", ["AI_BUDGET_DAY_MICRO", "AI_BUDGET_ORDER_MICRO"])
def test_to_the_last_millionth_there_is_room_and_then_nothing_is_asked(provider, settings, setting):
    limit = most()
    provider.clear_log()
    setattr(settings, setting, limit + 1)
    call(1)
    asked()
    assert len(provider.log) == 1
    AiEventLog.objects.filter(purpose="say_word").delete()
    call(1)

    with pytest.raises(BudgetSpent) as held:
        asked()

    assert len(provider.log) == 1
    assert AiEventLog.objects.count() == 2
    assert 0 < held.value.after_seconds <= 3600
    alert = Alert.objects.get()
    day = f"{timezone.now():%Y-%m-%d}"
    assert (alert.kind, alert.about) == (
        "AI budget spent", f"{day} all" if setting == "AI_BUDGET_DAY_MICRO" else f"{day} order 1"
    )  # fmt: skip


def test_one_orders_budget_stops_no_other_order(provider, settings):
    settings.AI_BUDGET_ORDER_MICRO = most() + 10
    call(11, about="1")

    with pytest.raises(BudgetSpent):
        asked("1")

    assert asked("2").parsed.word == "yes"


def test_staff_are_told_once_a_day_however_often_work_asks(provider, settings):
    settings.AI_BUDGET_DAY_MICRO = 1
    with time_machine.travel(datetime(2026, 11, 20, 9, tzinfo=UTC)) as clock:
        for hour in range(3):
            clock.move_to(datetime(2026, 11, 20, 9 + hour, tzinfo=UTC))
            with pytest.raises(BudgetSpent):
                asked()
        told = list(Alert.objects.values_list("about", "times"))
        clock.move_to(datetime(2026, 11, 21, 9, tzinfo=UTC))
        with pytest.raises(BudgetSpent):
            asked()

    assert told == [("2026-11-20 all", 1)]
    assert set(Alert.objects.values_list("about", flat=True)) == {"2026-11-20 all", "2026-11-21 all"}


def test_a_budget_begins_anew_with_the_sites_own_day(provider, settings):
    settings.ANALYTICS_TIME_ZONE = "America/New_York"
    settings.AI_BUDGET_DAY_MICRO = most()
    call(1, opened_at=datetime(2026, 11, 20, 5, 0, tzinfo=UTC))  # midnight in New York
    with time_machine.travel(datetime(2026, 11, 21, 4, 59, 0, tzinfo=UTC), tick=False):
        with pytest.raises(BudgetSpent) as held:
            asked()
        assert held.value.after_seconds == 60

    with time_machine.travel(datetime(2026, 11, 21, 5, 0, tzinfo=UTC), tick=False):
        assert asked().parsed.word == "yes"


def test_what_ended_unknown_counts_for_what_it_reserved():
    call(7, reserved_micro=100)
    call(None, reserved_micro=100)  # answered by a model without a price
    call(None, outcome=Outcome.LATER, reserved_micro=100)
    call(None, outcome=Outcome.BROKEN_OFF, reserved_micro=20)
    call(None, outcome=Outcome.OPEN, reserved_micro=300)
    call(None, outcome=Outcome.OPEN, reserved_micro=4000, opened_at=timezone.now() - timedelta(minutes=16))
    call(None, outcome=Outcome.OPEN)

    with time_machine.travel(timezone.now().replace(hour=12), tick=False):
        AiEventLog.objects.filter(reserved_micro=4000).update(opened_at=timezone.now() - timedelta(minutes=16))
        AiEventLog.objects.exclude(reserved_micro=4000).update(opened_at=timezone.now())
        assert spending(AiEventLog.objects.all()) == Spending(settled=4027, under_way=300)


def test_what_calls_under_way_may_need_is_waited_for_shortly_and_alarms_nobody(provider, settings):
    settings.AI_BUDGET_DAY_MICRO = most() + 5
    call(None, outcome=Outcome.OPEN, reserved_micro=6)

    with pytest.raises(BudgetSpent, match="under way") as held:
        asked()

    assert (held.value.after_seconds, Alert.objects.count()) == (30, 0)


def test_what_costs_nothing_or_has_no_known_price_always_goes(provider, settings):
    settings.AI_BUDGET_DAY_MICRO, settings.OPENAI_MODEL = 1, "a-model-of-ours"
    call(1000)

    assert asked().parsed.word == "yes"


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_budgets_edge_one_goes(provider, settings):
    settings.AI_BUDGET_DAY_MICRO = most() + 100
    provider.clear()
    seen = []

    def answer(request):
        seen.append(AiEventLog.objects.filter(outcome=Outcome.OPEN).count())
        connection.close()
        return Response(json.dumps(reply(1000, 100)), content_type="application/json")

    provider.expect_request("/v1/responses").respond_with_handler(answer)

    results = at_once(*[lambda place=place: asked(str(place)) for place in range(6)])

    held = [result for result in results if isinstance(result, BudgetSpent)]
    assert (len(held), seen) == (5, [1])
    assert spending(AiEventLog.objects.all()) == Spending(settled=450, under_way=0)


@pytest.mark.django_db(transaction=True)
def test_the_next_one_looks_only_when_the_one_before_it_has_reserved(settings):
    settings.AI_BUDGET_DAY_MICRO, settings.AI_BUDGET_ORDER_MICRO = 150, 0
    first_has_looked = threading.Event()

    def first() -> None:
        with transaction.atomic():
            make_room(subject=("order", "1"), most_micro=100)
            first_has_looked.set()
            until(somebody_waits, what="the second")
            call(outcome=Outcome.OPEN, reserved_micro=100)

    def second() -> None:
        assert first_has_looked.wait(10)
        with transaction.atomic():
            make_room(subject=("order", "2"), most_micro=100)

    ended = at_once(first, second)

    assert ended[0] is None
    assert isinstance(ended[1], BudgetSpent)


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
        return cursor.rowcount > 0
