import re

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from backlinks import fulfilment, refunded, refunds
from backlinks.models import Order, OrderStatus, RefundReason
from backlinks.refunds import Decision
from backlinks.tests.articles_given import quoted_article
from backlinks.tests.given import EDITOR, till

pytestmark = pytest.mark.django_db


def order_of_locks(settle):
    with CaptureQueriesContext(connection) as asked, transaction.atomic():
        settle()
    locks = [query["sql"] for query in asked if "FOR UPDATE" in query["sql"]]
    named = [name for sql in locks for name in ("article", "order") if re.search(rf'FROM "\w+_{name}"', sql)]
    return list(dict.fromkeys(named))


def test_the_article_is_locked_before_its_order_as_everybody_does(stripe):
    """The other way round, two would wait for each other."""
    order = quoted_article()
    checkout = till(order)
    stripe.pay(checkout.url)
    session = fulfilment.look_up(checkout.stripe_session_id)
    assert order_of_locks(lambda: fulfilment.settle(session)) == ["article", "order"]

    Order.objects.update(status=OrderStatus.FAILED)
    order.refresh_from_db()
    refund = refunds.request_refund(order, decision=Decision(RefundReason.STAFF), actor=EDITOR)
    told = refunds.ask_stripe(refund.pk)
    assert order_of_locks(lambda: refunded.settle(told)) == ["article", "order"]
    given = refunded.look_up(told.charge)
    assert order_of_locks(lambda: refunded.settle_charge(given)) == ["article", "order"]
