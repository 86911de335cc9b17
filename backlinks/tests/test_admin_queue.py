"""The review queue: who waits, in which order, with what an editor needs, and the way from one to the next."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.roles import Role
from accounts.tests.given import signed_in
from backlinks.admin.queue import Place, place_of
from backlinks.models import Order
from backlinks.tests.given import submitted, written
from backlinks.tests.looking import plain_static, words  # noqa: F401

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("stripe", "openai")]
QUEUE = "/admin/backlinks/order/review/"


def waiting_since(stripe, *days: int) -> list[Order]:
    orders = [submitted(written(stripe)) for _ in days]
    for order, ago in zip(orders, days, strict=True):
        Order.objects.filter(pk=order.pk).update(updated_at=timezone.now() - timezone.timedelta(days=ago))
    return orders


def test_the_one_waiting_longest_is_first_with_its_change_and_its_target(stripe):
    late, early = waiting_since(stripe, 1, 3)

    answer = signed_in(Role.EDITOR).get(QUEUE)

    assert [row.order.pk for row in answer.context["rows"]] == [early.pk, late.pk]
    assert 'class="paid-link"' in answer.content.decode()
    assert all(part in words(answer) for part in ("Waiting 3 days", "2 orders wait", "found safe", "checks passed"))


def test_what_nothing_can_be_done_about_does_not_wait(stripe):
    (order,) = waiting_since(stripe, 1)
    Order.objects.filter(pk=order.pk).update(disputed_at=timezone.now())
    written(stripe)

    assert "Nothing waits for a decision" in words(signed_in(Role.EDITOR).get(QUEUE))


def test_from_one_to_the_next_and_round(stripe):
    second, first, third = waiting_since(stripe, 2, 3, 1)
    done = written(stripe)

    assert place_of(first) == Place(1, 3, None, second.pk)
    assert place_of(second) == Place(2, 3, first.pk, third.pk)
    assert place_of(third) == Place(3, 3, second.pk, first.pk)
    assert place_of(done) == Place(0, 3, None, first.pk)
    page = signed_in(Role.EDITOR).get(f"/admin/backlinks/order/{second.pk}/change/").content.decode()
    assert "2 of 3" in page and f"/admin/backlinks/order/{third.pk}/change/" in page


def test_more_orders_are_no_more_queries(stripe):
    browser = signed_in(Role.EDITOR)

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(QUEUE).status_code == 200
        return len(queries)

    waiting_since(stripe, 1)
    asked()  # what is read once a process is read now
    one = asked()
    waiting_since(stripe, 1, 1)
    assert asked() == one


@pytest.mark.parametrize("role", [Role.CUSTOMER])
def test_it_is_not_for_customers(role):
    assert signed_in(role).get(QUEUE).status_code == 302
