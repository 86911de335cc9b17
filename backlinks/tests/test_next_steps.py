"""Every situation an order can be in says what happens next, in one sentence."""

from datetime import timedelta

import pytest
from django.template.loader import get_template
from django.utils import timezone

from backlinks import review
from backlinks.actors import customer_of
from backlinks.asking_back import ask_for_refund
from backlinks.checkout import close
from backlinks.failing import work_came_to_nothing
from backlinks.fulfilment import settle_lost
from backlinks.models import CheckoutStatus, LinkLoss, Order, OrderStatus, Refund, RefundStatus
from backlinks.moments import Moment
from backlinks.scheduling import plan
from backlinks.tests.given import (
    EDITOR,
    approved,
    bought,
    quoted,
    read_by_editor,
    republished,
    submitted,
    till,
    versions_of,
    written,
)
from backlinks.tests.looking import browser, heading, page, plain_static, words  # noqa: F401
from backlinks.views.next_steps import NEXT, Situation
from backlinks.views.order_page import HEADLINES, order_page

S = Situation


def seen(order, **how):
    return order_page(Order.objects.select_related("article", "submitted_version").get(pk=order.pk), **how).situation


def test_every_situation_has_its_one_sentence():
    assert set(NEXT) == set(Situation)
    assert all(sentence.endswith(".") and ". " not in sentence for sentence in NEXT.values())


def test_every_state_is_a_situation_with_a_headline_and_a_page():
    faces = {status.lower() for status in OrderStatus.values}

    assert faces <= set(NEXT)
    assert faces <= set(HEADLINES)
    for face in set(HEADLINES) - {"link_lost", "planned"}:
        assert get_template(f"backlinks/states/{face}.html")


@pytest.mark.django_db
def test_the_sentence_stands_on_the_page(stripe):
    order = bought(stripe)

    assert f"What happens next {NEXT[S.PROCESSING]}" in words(browser(order).get(page(order)))


@pytest.mark.django_db
def test_before_the_money(stripe):
    order, again = quoted(), quoted()
    assert seen(order) == S.AWAITING_PAYMENT
    checkout = till(order)
    assert seen(order, back_from_paying=True) == S.CONFIRMING_PAYMENT
    type(checkout).objects.filter(pk=checkout.pk).update(status=CheckoutStatus.FAILED)
    assert seen(order) == S.PAYMENT_IN_QUESTION

    settle_lost((checkout := till(again)).pk, checkout.stripe_session_id)
    assert seen(again) == S.CANCELLED


@pytest.mark.django_db
def test_a_checkout_that_ran_out_leads_back_to_paying(stripe):
    order = quoted()
    close(till(order), CheckoutStatus.EXPIRED)
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.CANCELLED)

    response = browser(order).get(page(order))

    assert (seen(order), heading(response)) == (S.EXPIRED, "Not paid in time")
    assert f'action="{page(order, "pay/")}"' in response.content.decode()


@pytest.mark.django_db
def test_with_the_customer_and_the_editor(stripe, openai):
    order = written(stripe)
    assert seen(order) == S.QUALITY_CHECK
    assert seen(submitted(order)) == S.ADMIN_REVIEW
    review.reject(order=order, actor=EDITOR, reason="Too loud.")
    assert seen(order) == S.REJECTED
    ask_for_refund(order=order, actor=customer_of(order))
    assert seen(order) == S.REFUND_ASKED
    review.regenerate(order=order, actor=customer_of(order))
    assert seen(order) == S.REWRITING


@pytest.mark.django_db
def test_a_version_that_fits_no_more_asks_for_another(stripe, openai):
    order = written(stripe)
    (version,) = versions_of(order)
    republished(order.article, version.base.body.replace(version.change["before"], "Another paragraph."))

    assert seen(order) == S.NOTHING_FITS


@pytest.mark.django_db
def test_approved_for_a_later_day(stripe, openai):
    order = submitted(written(stripe))
    moment = Moment(timezone.now() + timedelta(days=1), "UTC")
    plan(order=order, read=read_by_editor(order), moment=moment, actor=EDITOR)

    response = browser(order).get(page(order))

    assert (seen(order), heading(response)) == (S.PLANNED, "Approved, and waiting for its day")
    assert "An editor has read your version and approved it." in words(response)
    review.withdraw(order=order, actor=customer_of(order))
    assert seen(order) == S.QUALITY_CHECK
    assert seen(submitted(order)) == S.ADMIN_REVIEW


@pytest.mark.django_db
def test_live_lost_and_taken_out(stripe, openai):
    order = written(stripe)
    approved(submitted(order))
    assert seen(order) == S.COMPLETED
    placement = order_page(Order.objects.get(pk=order.pk)).placement
    assert placement is not None
    loss = LinkLoss.objects.create(order=order, placement=placement, why="It was edited away.")
    assert seen(order) == S.COMPLETED  # put back by itself, or told
    LinkLoss.objects.filter(pk=loss.pk).update(told_at=timezone.now())
    assert seen(order) == S.LINK_LOST
    assert heading(browser(order).get(page(order))) == "Your link no longer stands"
    LinkLoss.objects.filter(pk=loss.pk).update(ended_at=timezone.now())
    assert seen(order) == S.COMPLETED
    type(placement).objects.filter(pk=placement.pk).update(ended_at=timezone.now(), end_reason="Retired.")
    assert seen(order) == S.LINK_LOST


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("refund", "situation"),
    [
        (RefundStatus.REQUESTED, S.REFUND_UNDER_WAY),
        (RefundStatus.PENDING, S.REFUND_UNDER_WAY),
        (RefundStatus.FAILED, S.REFUND_FAILED),
    ],
)
def test_money_on_its_way_weighs_more_than_the_state(stripe, settings, refund, situation):
    order = bought(stripe)
    work_came_to_nothing(str(order.pk), reason="")
    assert seen(order) == S.FAILED

    Refund.objects.create(order=order, status=refund, reason="staff", amount_minor=4900, paid_minor=4900)
    assert seen(order) == situation
    Order.objects.filter(pk=order.pk).update(disputed_at=timezone.now())
    assert seen(order) == S.DISPUTED
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.REFUNDED)
    assert seen(order) == S.REFUNDED
    Refund.objects.update(status=RefundStatus.FAILED, settled_at=timezone.now() + timedelta(days=1))
    assert seen(order) == S.REFUND_RETURNED
