"""A target that turns bad after it was quoted: before payment, before writing, before it goes live."""

from threading import BoundedSemaphore
from urllib.parse import urlsplit

import pytest

from articles.models import Placement
from backlinks import vetting
from backlinks.checkout import open_checkout
from backlinks.models import Checkout, Order, OrderStatus, RefundReason, TargetReport, TargetVisit
from backlinks.moves import WrongState
from backlinks.quoting import QuoteRefused
from backlinks.rechecking import TargetUnsafe
from backlinks.tests.given import (
    EDITOR,
    approved,
    article_for_sale,
    bought,
    live_body,
    pay,
    quoted,
    submitted,
    till,
    versions_of,
    write,
    written,
)
from backlinks.tests.looking import browser, page, plain_static, words  # noqa: F401
from backlinks.tests.small_internet import answering
from mail.models import EmailLog
from queues.models import DeadLetter, Job

pytestmark = pytest.mark.django_db


def turned_bad(net, order):
    """Its name leads inside from now on, and what was found before is too old to count."""
    net.names[urlsplit(order.target_url).hostname] = [["10.0.0.1"]]
    TargetVisit.objects.all().delete()


def reports(order):
    return list(order.target_reports.order_by("id").values_list("stage", "is_safe"))


def test_each_step_keeps_its_report(net, stripe, openai):
    order = submitted(written(stripe))

    approved(order)

    assert reports(order) == [("quote", True), ("payment", True), ("writing", True), ("approval", True)]
    assert len(net.asked) == 1  # all of it within a minute


def test_nobody_pays_for_what_turned_bad(net, stripe):
    order = quoted()
    turned_bad(net, order)

    with pytest.raises(QuoteRefused) as refusal:
        till(order)

    assert [reason.code for reason in refusal.value.reasons] == ["target_not_public"]
    assert refusal.value.reasons[0].message == f"{order.target_url}: {vetting.INSIDE}"
    order.refresh_from_db()
    assert (order.status, Checkout.objects.count()) == (OrderStatus.AWAITING_PAYMENT, 0)
    assert reports(order) == [("quote", True), ("payment", False)]


def test_few_who_have_not_paid_are_waited_for_at_once_and_the_others_pay_all_the_same(net, stripe, monkeypatch):
    monkeypatch.setattr(vetting, "_readers", BoundedSemaphore(1))
    order = quoted()
    TargetVisit.objects.all().delete()
    asked = len(net.asked)

    with vetting._readers:
        assert till(order).url

    assert len(net.asked) == asked
    assert order.target_reports.get(stage="payment").findings[-1]["measured"] == "too many pages are being read at once"


def test_a_page_that_never_ends_holds_the_till_for_no_longer_than_it_does_a_quote(net, stripe):
    order = quoted()
    TargetVisit.objects.all().delete()

    till(order)

    assert net.seconds_given[-1] <= vetting.NAME_SECONDS_FOR_STRANGERS


def test_a_basket_is_refused_for_the_one_that_turned_bad(net, stripe):
    article = article_for_sale()
    good, bad = quoted(article), quoted(article)
    turned_bad(net, bad)

    with pytest.raises(QuoteRefused) as refusal:
        till(good, bad)

    assert [reason.message.split(": ")[0] for reason in refusal.value.reasons] == [bad.target_url]
    assert not Checkout.objects.exists()
    assert till(good).url


def test_what_is_paid_is_not_looked_at_again_at_the_till(net, stripe):
    order = bought(stripe)
    turned_bad(net, order)

    with pytest.raises(WrongState):
        open_checkout(order_ids=[order.pk], actor=EDITOR)

    assert reports(order) == [("quote", True), ("payment", True)]


def test_no_work_starts_for_what_turned_bad_after_payment_and_the_money_goes_back(net, stripe, openai, settings):
    settings.REFUND_ON_FINAL_FAILURE = True
    order = quoted()
    checkout = till(order)
    turned_bad(net, order)
    pay(stripe, checkout)

    assert write() == [("integrate-backlink", "FAILURE")]

    order.refresh_from_db()
    assert order.status == OrderStatus.FAILED
    assert versions_of(order) == []
    assert reports(order) == [("quote", True), ("payment", True), ("writing", False)]
    assert len(DeadLetter.objects.get().attempts) == 1
    assert [refund.reason for refund in order.refunds.all()] == [RefundReason.FINAL_FAILURE]
    assert EmailLog.objects.filter(kind="order_failed").count() == 1


def test_an_order_that_waits_for_nothing_is_not_looked_at(net, stripe, openai):
    order = bought(stripe)
    Order.objects.filter(pk=order.pk).update(regeneration_count=5)

    assert write() == [("integrate-backlink", "SUCCESS")]

    assert reports(order) == [("quote", True), ("payment", True)]


def test_nothing_goes_live_that_turned_bad_while_the_editor_read(net, stripe, openai):
    order = submitted(written(stripe))
    before = live_body(order.article)
    turned_bad(net, order)
    emails = EmailLog.objects.count()

    with pytest.raises(TargetUnsafe):
        approved(order)

    order.refresh_from_db()
    assert order.status == OrderStatus.ADMIN_REVIEW
    assert (live_body(order.article), Placement.objects.count()) == (before, 0)
    assert EmailLog.objects.count() == emails
    assert reports(order)[-1] == ("approval", False)


def test_the_editor_is_told_why_and_sees_what_was_measured(net, stripe, openai, editor, client):
    order = submitted(written(stripe, target_url="https://bücher.example.com/"))
    turned_bad(net, order)
    net.names = {"xn--bcher-kva.example.com": [["10.0.0.1"]]}
    client.force_login(editor)
    desk = f"/admin/backlinks/order/{order.pk}/"
    version = order.submitted_version
    sent = {"version": version.pk, "body_sha256": version.sha256, "base_sha256": version.base.sha256, "have_read": "on"}

    told = words(client.post(f"{desk}approve/", sent, follow=True))

    assert f"Nothing was published: the target became unsafe. {vetting.INSIDE} Reject the order, or refund it." in told
    assert "Host xn--bcher-kva.example.com (shown to readers as bücher.example.com) Domain example.com" in told
    assert "Before going live" in told
    assert "its name leads to 10.0.0.1" in told
    assert not Placement.objects.exists()


def test_the_customer_sees_what_was_found_and_never_what_was_measured(net, stripe):
    order = quoted(target_url="https://shop.example.com/")
    with net.site(answering(503)):
        TargetVisit.objects.all().delete()
        till(order)

    shown = words(browser(order).get(page(order)))

    assert f"! a warning: {vetting.DOES_NOT_OPEN}" in shown
    assert f"✓ passed: {vetting.NOT_LISTED}" in shown
    report = TargetReport.objects.get(order=order, stage="payment")
    assert report.findings[-1]["measured"] == "answered 503 at https://shop.example.com/"
    assert "503" not in shown


def test_an_unreachable_target_stops_nothing(net, stripe, openai):
    order = submitted(written(stripe))

    approved(order)

    order.refresh_from_db()
    assert order.status == OrderStatus.COMPLETED
    assert {report.findings[-1]["check"] for report in order.target_reports.all()} == {"target_opens"}
    assert Job.objects.filter(state="dead").count() == 0
