"""The last hour, from the newest rows alone."""

from datetime import timedelta

import pytest
from django.utils import timezone

from analytics import lately as lately_module
from analytics.lately import lately
from analytics.tests.test_sales import paid
from articles.models import AiEventLog
from backlinks.models import OrderEvent, Refund
from backlinks.tests.conftest import no_names  # noqa: F401
from backlinks.tests.given import article_for_sale, quoted

pytestmark = pytest.mark.django_db
NOTHING = {"PROCESSING": 0, "QUALITY_CHECK": 0, "ADMIN_REVIEW": 0, "REJECTED": 0, "FAILED": 0}


def ago(minutes: int):
    return timezone.now() - timedelta(minutes=minutes)


def move(order, came_from: str, went_to: str, minutes: int) -> None:
    OrderEvent.objects.create(
        order=order, from_status=came_from, to_status=went_to, actor_type="system", at=ago(minutes)
    )


def call(outcome: str, cost: int | None, minutes: int) -> None:
    AiEventLog.objects.create(purpose="link", model_asked="m", outcome=outcome, cost_micro=cost, opened_at=ago(minutes))


def test_an_hour_without_anything_is_nothing():
    told = lately()

    assert (told.paid, told.refunded, told.orders, told.ai_calls, told.ai_cost_micro) == ({}, {}, NOTHING, {}, 0)


def test_what_was_paid_given_back_and_spent_within_the_hour():
    article = article_for_sale()
    first, second, early = (paid(quoted(article, email=f"c{n}@example.com"), ago(5)) for n in range(3))
    move(first, "AWAITING_PAYMENT", "PROCESSING", 5)
    move(second, "CANCELLED", "PROCESSING", 59)
    move(second, "REJECTED", "PROCESSING", 1)
    move(first, "AWAITING_PAYMENT", "CANCELLED", 1)
    move(early, "AWAITING_PAYMENT", "PROCESSING", 61)
    for order, status, minutes in ((first, "succeeded", 3), (second, "pending", 3), (early, "succeeded", 61)):
        Refund.objects.create(
            order=order, status=status, reason="staff", amount_minor=100, paid_minor=4900, settled_at=ago(minutes)
        )
    for outcome, cost, minutes in (("answered", 500, 1), ("answered", 700, 59), ("later", None, 2), ("later", 9, 61)):
        call(outcome, cost, minutes)

    told = lately()

    assert (told.paid, told.refunded) == ({"usd": 2 * first.price_minor}, {"usd": 100})
    assert told.orders == NOTHING | {"PROCESSING": 3}
    assert (told.ai_calls, told.ai_cost_micro) == ({"answered": 2, "later": 1}, 1200)


def test_only_the_newest_are_looked_at(monkeypatch):
    monkeypatch.setattr(lately_module, "MOST", 2)
    for cost in (1, 10, 100):
        call("answered", cost, 1)

    assert lately().ai_cost_micro == 110
