"""What was sold, from orders whose whole life is known."""

from datetime import date, timedelta

import pytest

from analytics.ranges import Range
from analytics.sales import Money, sales
from analytics.tests.given import utc
from articles.models import AiEventLog
from backlinks.models import Checkout, Order, OrderEvent, OrderStatus, Refund
from backlinks.tests.conftest import no_names  # noqa: F401
from backlinks.tests.given import article_for_sale, quoted

pytestmark = pytest.mark.django_db
DAYS = Range(date(2026, 11, 2), date(2026, 11, 4))


def paid(order: Order, at, **more):
    checkout = Checkout.objects.create(
        status="paid",
        stripe_session_id=f"cs_{order.pk}",
        amount_minor=order.price_minor,
        currency=order.currency,
        expires_at=at,
    )
    Order.objects.filter(pk=order.pk).update(
        status=OrderStatus.PROCESSING, paid_at=at, paid_by=checkout, created_at=at, **more
    )
    return Order.objects.get(pk=order.pk)


def test_nothing_sold_is_no_rate_at_all():
    told = sales(DAYS)

    assert (told.orders, told.paid, told.revenue, told.refund_rate, told.ai_cost_micro) == (0, 0, [], None, 0)
    assert (told.regenerations_per_order, told.review_seconds_median, told.ai_cost_micro_per_order) == (
        None,
        None,
        None,
    )


def test_orders_revenue_review_regenerations_refunds_and_what_the_ai_cost():
    article, at = article_for_sale(), utc(2026, 11, 3, 12)
    first, second, before, unpaid = (quoted(article, email=f"c{number}@example.com") for number in range(4))
    first = paid(first, at, regeneration_count=3)
    second = paid(second, at)
    paid(before, DAYS.start - timedelta(seconds=1))
    Order.objects.filter(pk=unpaid.pk).update(created_at=at)
    for order, minutes in ((first, 10), (second, 30)):
        for came_from, went_to, offset in (
            ("QUALITY_CHECK", "ADMIN_REVIEW", 0),
            ("ADMIN_REVIEW", "REJECTED", minutes),
            ("ADMIN_REVIEW", "COMPLETED", 99),
        ):
            OrderEvent.objects.create(
                order=order,
                from_status=came_from,
                to_status=went_to,
                actor_type="user",
                at=at + timedelta(minutes=offset),
            )
        AiEventLog.objects.create(
            purpose="link", subject_type="order", subject_id=str(order.pk), model_asked="m", cost_micro=500
        )
    Refund.objects.create(
        order=second,
        status="succeeded",
        reason="staff",
        amount_minor=second.price_minor,
        paid_minor=second.price_minor,
        settled_at=at,
    )

    told = sales(DAYS)

    assert (told.orders, told.paid, told.revenue) == (3, 2, [Money(first.currency, 2 * first.price_minor)])
    assert (told.refunded, told.refund_rate) == ([Money(first.currency, first.price_minor)], 0.5)
    assert (told.regenerations_per_order, told.review_seconds_median) == (1.5, 20 * 60)
    assert (told.ai_cost_micro, told.ai_cost_micro_per_order) == (1000, 500)
