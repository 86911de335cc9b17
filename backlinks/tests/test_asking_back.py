"""After a rejection the customer asks for the money back: once on record, decided by staff, nothing lost."""

import pytest
from django.test import Client
from django.utils import timezone

from audit.models import AuditEntry
from backlinks import refunds, review
from backlinks.asking_back import asked_at, still_asking
from backlinks.models import Order, OrderEvent, OrderStatus, Refund, RefundReason
from backlinks.tests.given import EDITOR, history, submitted, write, written
from backlinks.tests.looking import browser, choices, page, plain_static, words  # noqa: F401
from backlinks.views import decisions
from mail.models import EmailLog
from queues.draining import drain
from queues.models import Job

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def staff_address(settings):
    settings.ALERT_EMAILS = ["desk@copydesk.example"]


def rejected(stripe):
    order = submitted(written(stripe))
    return review.reject(order=order, actor=EDITOR, reason="It reads like an advertisement.")


def ask(order, **fields):
    return browser(order).post(page(order, "ask-refund/"), fields)


def letters_to_staff():
    return [email.context["trouble"] for email in EmailLog.objects.filter(kind="order_trouble")]


def nothing_was_asked(order):
    return not (
        OrderEvent.objects.filter(order=order, from_status="REJECTED", to_status="REJECTED").exists()
        or AuditEntry.objects.filter(action="refund.asked").exists()
        or letters_to_staff()
    )


def test_it_is_on_record_once_and_staff_are_told_once(stripe, openai):
    order = rejected(stripe)
    client = browser(order)

    first = client.post(page(order, "ask-refund/"))
    second = client.post(page(order, "ask-refund/"), follow=True)

    assert (first.status_code, first["Location"]) == (303, page(order))
    assert "You asked for your money back. Our staff have been told" in words(second)
    assert history(order)[-2:] == ["REJECTED", "REJECTED"]
    assert letters_to_staff() == ["A customer asks for a refund"]
    assert AuditEntry.objects.filter(action="refund.asked").count() == 1
    assert choices(second) == [page(order, "regenerate/")]
    assert "It reads like an advertisement." in words(second)
    assert not Refund.objects.exists()
    assert list(still_asking(Order.objects.all())) == [order]


def test_staff_find_it_and_read_it(stripe, openai, editor):
    order, other = rejected(stripe), rejected(stripe)
    ask(order)
    desk = Client()
    desk.force_login(editor)

    found = desk.get("/admin/backlinks/order/", {"asked_back": "yes"})

    assert list(found.context["cl"].result_list) == [order]
    assert "The customer asked for the money back on" in words(desk.get(f"/admin/backlinks/order/{order.pk}/change/"))
    assert "asked for the money back" not in words(desk.get(f"/admin/backlinks/order/{other.pk}/change/"))


def test_staff_give_it_back(stripe, openai):
    order = rejected(stripe)
    ask(order)

    refunds.request_refund(order, decision=refunds.Decision(RefundReason.STAFF, "As asked."), actor=EDITOR)
    drain(only="refund-order")

    order.refresh_from_db()
    assert order.status == OrderStatus.REFUNDED
    assert list(still_asking(Order.objects.all())) == []


def test_having_another_version_written_takes_it_back(stripe, openai):
    order = rejected(stripe)
    ask(order)

    response = browser(order).post(page(order, "regenerate/"))

    order.refresh_from_db()
    assert (response.status_code, order.status, asked_at(order)) == (303, OrderStatus.PROCESSING, None)
    assert list(still_asking(Order.objects.all())) == []
    write()
    submitted(order)
    order.refresh_from_db()
    review.reject(order=order, actor=EDITOR, reason="Still.")
    ask(order)
    assert letters_to_staff() == ["A customer asks for a refund"] * 2  # another rejection, asked anew


def test_a_double_click_on_another_version_writes_one(stripe, openai):
    order = rejected(stripe)
    client = browser(order)

    answers = [client.post(page(order, "regenerate/")).status_code for _ in range(2)]

    assert answers == [303, 409]
    assert Job.objects.filter(name="integrate-backlink", subject_id=str(order.pk)).count() == 2
    assert write() == [("integrate-backlink", "SUCCESS")]
    order.refresh_from_db()
    assert order.status == OrderStatus.QUALITY_CHECK


def test_only_after_a_rejection(stripe, openai):
    order = written(stripe)

    response = ask(order)

    assert response.status_code == 409
    assert "That is not possible where the order stands now." in words(response)
    assert nothing_was_asked(order)


def test_not_while_the_bank_or_a_refund_decides(stripe, openai):
    disputed, going_back = rejected(stripe), rejected(stripe)
    Order.objects.filter(pk=disputed.pk).update(disputed_at=timezone.now())
    Refund.objects.create(order=going_back, reason="staff", amount_minor=4900, paid_minor=4900)

    assert [ask(disputed).status_code, ask(going_back).status_code] == [409, 409]
    assert nothing_was_asked(disputed)
    assert nothing_was_asked(going_back)


def test_it_is_a_button_of_the_orders_holder_and_takes_no_words(stripe, openai):
    order = rejected(stripe)

    assert decisions.ask_for_refund.permission == "order_holder"
    assert browser().post(page(order, "ask-refund/")).status_code == 404
    assert browser(order).get(page(order, "ask-refund/")).status_code == 303
    assert browser(order, checks_csrf=True).post(page(order, "ask-refund/")).status_code == 403
    assert ask(order, reason="Because.").status_code == 400
    assert nothing_was_asked(order)
