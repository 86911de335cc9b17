import itertools
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, transaction

from audit.actors import Actor
from backlinks.actors import CUSTOMER, STAFF, STRIPE, SYSTEM
from backlinks.models import UNPAID, Checkout, CheckoutStatus, Order, OrderEvent, OrderStatus
from backlinks.moves import MOVES, Disputed, NotYours, WrongState, move
from backlinks.tests.given import article_for_sale, history
from queues.tests.given import at_once

S = OrderStatus
PAIRS = list(itertools.permutations(OrderStatus, 2))
ACTORS = {kind: Actor(kind, "1", "somebody") for kind in (CUSTOMER, STAFF, SYSTEM)}
AT = datetime(2026, 11, 1, tzinfo=UTC)


@pytest.fixture
def article(db) -> Any:
    return article_for_sale()


def order_in(status, article) -> Any:
    paid = {}
    if status not in UNPAID:
        checkout = Checkout.objects.create(
            status=CheckoutStatus.PAID,
            stripe_session_id=f"cs_{status}_{Checkout.objects.count()}",
            amount_minor=4900,
            currency="usd",
            expires_at=AT,
        )
        paid = {"paid_at": AT, "paid_by": checkout}
    return Order.objects.create(
        status=status,
        article=article,
        quoted_version=article.published_version,
        submitted_version=article.published_version,
        target_url="https://example.com/",
        anchor_text="a good guide",
        email="customer@example.com",
        price_minor=4900,
        currency="usd",
        **paid,
    )


@pytest.mark.parametrize(("was", "to"), sorted(MOVES), ids=lambda status: str(status))
def test_legal_moves_are_made_by_whom_the_table_names_and_by_nobody_else(was, to, article):
    unpaid_end = {"paid_at": AT, "paid_by": order_in(S.FAILED, article).paid_by} if was in UNPAID else {}
    changes = unpaid_end if to == S.PROCESSING else {}

    for kind, actor in ACTORS.items():
        order = order_in(was, article)
        if kind in MOVES[was, to]:
            move(order, to, actor=actor, reason="because", **changes)
            assert (order.status, history(order)) == (to, [to])
            event = order.events.get()
            assert (event.from_status, event.actor_type, event.reason) == (was, kind, "because")
        else:
            with pytest.raises(NotYours):
                move(order, to, actor=actor, **changes)
            order.refresh_from_db()
            assert (order.status, history(order)) == (was, [])


def test_any_other_move_is_refused_and_nothing_is_written(article):
    orders = {status: order_in(status, article) for status in OrderStatus}

    for was, to in set(PAIRS) - set(MOVES):
        for actor in ACTORS.values():
            with pytest.raises(WrongState):
                move(orders[was], to, actor=actor)

    assert {Order.objects.get(pk=order.pk).status: history(order) for order in orders.values()} == {
        status: [] for status in OrderStatus
    }


def test_refunded_is_the_end():
    assert not [to for was, to in MOVES if was == S.REFUNDED]


def test_whoever_saw_an_older_state_is_refused(article):
    order = order_in(S.QUALITY_CHECK, article)
    stale = Order.objects.get(pk=order.pk)
    move(order, S.PROCESSING, actor=ACTORS[CUSTOMER])

    with pytest.raises(WrongState):
        move(stale, S.ADMIN_REVIEW, actor=ACTORS[CUSTOMER])

    assert history(order) == [S.PROCESSING]


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_moves():
    order = order_in(S.QUALITY_CHECK, article_for_sale())

    def regenerate() -> Any:
        return move(Order.objects.get(pk=order.pk), S.PROCESSING, actor=ACTORS[CUSTOMER]).status

    outcomes = at_once(regenerate, regenerate)

    assert sorted(type(outcome).__name__ for outcome in outcomes) == ["WrongState", "str"]
    assert history(order) == [S.PROCESSING]


def test_a_dispute_freezes_everything_but_a_refund(article):
    order = order_in(S.QUALITY_CHECK, article)
    Order.objects.filter(pk=order.pk).update(disputed_at=AT)

    with pytest.raises(Disputed):
        move(order, S.ADMIN_REVIEW, actor=ACTORS[CUSTOMER])
    move(order, S.REFUNDED, actor=STRIPE)

    assert history(order) == [S.REFUNDED]


def test_what_is_not_paid_can_be_in_no_other_state_even_by_hand(article):
    order = order_in(S.AWAITING_PAYMENT, article)

    with pytest.raises(IntegrityError, match="order_is_worked_on_only_when_paid"), transaction.atomic():
        Order.objects.filter(pk=order.pk).update(status=S.PROCESSING)
    with pytest.raises(IntegrityError, match="order_status_is_known"), transaction.atomic():
        Order.objects.filter(pk=order_in(S.FAILED, article).pk).update(status="PAID")


def test_history_can_be_neither_changed_nor_deleted(article):
    order = order_in(S.QUALITY_CHECK, article)
    move(order, S.PROCESSING, actor=ACTORS[CUSTOMER])

    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        OrderEvent.objects.update(reason="another")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        OrderEvent.objects.all().delete()

    assert history(order) == [S.PROCESSING]
