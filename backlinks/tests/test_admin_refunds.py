"""Refunding at an order's page, by owners alone: with a reason, a tick, never what a bank asks back already."""

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import PERMISSIONS, Role
from audit.models import AuditEntry
from backlinks.admin import decisions
from backlinks.models import Order, OrderStatus, Refund
from backlinks.tests.given import bought, quoted, submitted, written
from backlinks.tests.looking import forms, plain_static, words  # noqa: F401
from backlinks.tests.test_admin_decisions import address
from backlinks.tests.test_refunds import run, status_of
from mail.models import EmailLog
from queues.models import Job

pytestmark = pytest.mark.django_db
SURE = {"reason": "They asked for it.", "sure": "on"}


@pytest.fixture
def owner(db):
    return User.objects.create_user("owner@copydesk.example", Role.OWNER, "correct horse battery")


@pytest.fixture
def desk(owner):
    client = Client()
    client.force_login(owner)
    return client


def offers_a_refund(client, order) -> bool:
    return address(order, "refund") in forms(client.get(address(order)))


def nothing_began() -> bool:
    return not Refund.objects.exists() and not Job.objects.filter(name="refund-order").exists()


def in_state(stripe, status):
    order = bought(stripe)
    Order.objects.filter(pk=order.pk).update(status=status, submitted_version=order.quoted_version)
    return order


@pytest.mark.parametrize("status", ["QUALITY_CHECK", "ADMIN_REVIEW", "COMPLETED", "REJECTED", "FAILED"])
def test_an_owner_refunds_with_a_reason_on_record(desk, owner, stripe, status):
    order = in_state(stripe, status)
    assert offers_a_refund(desk, order)

    response = desk.post(address(order, "refund"), SURE, follow=True)

    entry = AuditEntry.objects.get(action="refund.requested")
    assert "The refund has been started" in words(response)
    assert "The money is on its way back" in words(response)
    assert (entry.actor_label, entry.reason) == (owner.email, "They asked for it.")
    assert (status_of(order), Refund.objects.get().reason) == (status, "staff")
    assert not offers_a_refund(desk, order)
    run()
    assert status_of(order) == OrderStatus.REFUNDED
    assert "They asked for it." not in str(EmailLog.objects.get(kind="refunded").context)


@pytest.mark.parametrize("sent", [{}, {"reason": " ", "sure": "on"}, {"reason": "They asked for it."}])
def test_without_a_reason_and_a_tick_nothing_begins(desk, stripe, sent):
    order = in_state(stripe, "FAILED")

    response = desk.post(address(order, "refund"), sent, follow=True)

    assert "Nothing was refunded. Say why" in words(response)
    assert nothing_began()


def test_whether_the_link_stays_is_asked_only_where_it_is_live(desk, stripe):
    failed, live = in_state(stripe, "FAILED"), in_state(stripe, "COMPLETED")

    assert "Let the link stand" not in words(desk.get(address(failed)))
    assert "Let the link stand" in words(desk.get(address(live)))
    desk.post(address(live, "refund"), {**SURE, "keep_link": "on"})

    assert Refund.objects.get().keeps_link is True


def test_what_is_disputed_unpaid_or_being_written_is_not_refunded(desk, stripe):
    disputed, unpaid, processing = in_state(stripe, "FAILED"), quoted(), bought(stripe)
    Order.objects.filter(pk=disputed.pk).update(disputed_at=timezone.now())

    for order in (disputed, unpaid, processing):
        assert not offers_a_refund(desk, order)
        assert "Nothing was done" in words(desk.post(address(order, "refund"), SURE, follow=True))

    assert nothing_began()


def test_a_refund_that_failed_may_be_asked_for_again(desk, stripe):
    stripe.tell("refunds", outcome="failed")
    order = in_state(stripe, "FAILED")
    desk.post(address(order, "refund"), SURE)
    run()
    stripe.tell("refunds", outcome="succeeded")
    assert offers_a_refund(desk, order)

    desk.post(address(order, "refund"), SURE)
    run()

    refund = Refund.objects.get()
    assert (refund.status, refund.attempt, status_of(order)) == ("succeeded", 2, OrderStatus.REFUNDED)


def test_while_money_goes_back_nothing_is_approved_or_rejected(desk, stripe, openai):
    order = submitted(written(stripe))
    desk.post(address(order, "refund"), SURE)

    response = desk.post(address(order, "reject"), {"reason": "No."}, follow=True)

    assert "Nothing was done: the money is on its way back." in words(response)
    assert forms(response)[-1:] != [address(order, "approve")]
    assert status_of(order) == OrderStatus.ADMIN_REVIEW


def test_it_needs_its_permission_and_a_post(desk, customer, editor, stripe, monkeypatch):
    may_not = PERMISSIONS[Role.EDITOR] - {"backlinks.refund_order"}
    monkeypatch.setitem(PERMISSIONS, Role.EDITOR, may_not)
    order = in_state(stripe, "FAILED")
    as_customer, as_editor = Client(), Client()
    as_customer.force_login(customer)
    as_editor.force_login(editor)

    assert decisions.refund.permission == "backlinks.refund_order"
    assert desk.get(address(order, "refund")).status_code == 405
    assert as_customer.post(address(order, "refund"), SURE).status_code == 302
    assert not offers_a_refund(as_editor, order)
    assert as_editor.post(address(order, "refund"), SURE).status_code == 403
    assert nothing_began()
