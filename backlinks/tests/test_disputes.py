from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Role
from articles.models import Article, Placement
from audit.models import AuditEntry
from backlinks import takedown
from backlinks.access import token_for
from backlinks.models import Order, StripeEvent
from backlinks.moves import WrongState
from backlinks.slots import room_in
from backlinks.tests.aftermath import gone_live
from backlinks.tests.given import EDITOR, ONE_SLOT, article_for_sale, bought, hear, live_body, signed, write, written
from backlinks.tests.looking import browser, forms, page, plain_static, words  # noqa: F401
from backlinks.tests.standins import KEY
from backlinks.tests.test_refunds import ask, failed_order
from backlinks.webhooks import receive
from mail.models import EmailLog
from queues.draining import drain
from queues.models import DeadLetter, Job, State

pytestmark = pytest.mark.django_db


def charge_of(stripe, order) -> Any:
    intent = stripe.http.get(f"/v1/payment_intents/{order.paid_by.payment_intent_id}", headers=KEY).json()
    return intent["latest_charge"]


def disputed(stripe, order) -> Any:
    dispute = stripe.tell("dispute", charge=charge_of(stripe, order))
    hear(stripe, dispute["id"])
    order.refresh_from_db()
    return dispute


def test_while_the_payment_is_disputed_nothing_is_written_and_afterwards_it_is(stripe, openai):
    order = bought(stripe)
    dispute = disputed(stripe, order)
    assert order.disputed_at is not None

    write()
    order.refresh_from_db()
    assert order.status == "PROCESSING"
    stripe.tell("dispute_close", dispute=dispute["id"], outcome="won")
    hear(stripe, dispute["id"])
    write()

    order.refresh_from_db()
    assert (order.status, order.disputed_at) == ("QUALITY_CHECK", None)
    jobs = Job.objects.filter(name="integrate-backlink")
    assert [job.state for job in jobs] == [State.COMPLETED] * 2


def test_a_dispute_that_was_prevented_is_over(stripe):
    order = bought(stripe)
    dispute = disputed(stripe, order)

    stripe.tell("dispute_close", dispute=dispute["id"], outcome="prevented")
    hear(stripe, dispute["id"])

    assert Order.objects.get().disputed_at is None


def test_a_lost_dispute_stays_frozen(stripe):
    order = bought(stripe)
    dispute = disputed(stripe, order)

    stripe.tell("dispute_close", dispute=dispute["id"], outcome="lost")
    hear(stripe, dispute["id"])

    assert Order.objects.get().disputed_at is not None
    assert StripeEvent.objects.latest("received_at").outcome == "lost"


def test_staff_hear_of_a_dispute_and_of_its_end_once_each(stripe, settings):
    settings.ALERT_EMAILS = ["money@copydesk.example"]
    order = bought(stripe)
    dispute = disputed(stripe, order)
    stripe.tell("dispute_update", dispute=dispute["id"], status="under_review")
    hear(stripe, dispute["id"])
    stripe.tell("dispute_close", dispute=dispute["id"], outcome="lost")
    hear(stripe, dispute["id"])
    receive(*signed({**stripe.newest_event(dispute["id"]), "id": "evt_again"}))
    drain(only="apply-stripe-event")

    emails = EmailLog.objects.filter(kind="order_trouble").order_by("queued_at")
    assert [email.context["trouble"] for email in emails] == ["A payment is disputed", "A dispute was lost"]
    assert {email.to for email in emails} == {"money@copydesk.example"}
    assert AuditEntry.objects.filter(action="checkout.frozen").count() == 1


def test_a_refund_that_was_asked_for_before_the_dispute_is_not_given(stripe):
    order = failed_order(bought(stripe))
    refund = ask(order)
    disputed(stripe, order)

    assert drain(only="refund-order") == [("refund-order", "FAILURE")]

    refund.refresh_from_db()
    assert (refund.status, refund.stripe_refund_id) == ("failed", None)
    assert stripe.http.get("/v1/refunds", headers=KEY, params={"charge": charge_of(stripe, order)}).json()["data"] == []
    assert "disputed" in DeadLetter.objects.get().error


def lose_dispute(stripe, order) -> None:
    dispute = disputed(stripe, order)
    stripe.tell("dispute_close", dispute=dispute["id"], outcome="lost")
    hear(stripe, dispute["id"])


def test_a_lost_dispute_takes_the_live_link_out(stripe, openai, settings):
    settings.ALERT_EMAILS = ["money@copydesk.example"]
    article = article_for_sale()
    before = live_body(article)
    order = gone_live(stripe, article)

    lose_dispute(stripe, order)

    assert drain(only="take-link-down") == [("take-link-down", "SUCCESS")]
    assert live_body(article) == before
    assert Placement.objects.get().end_reason == "The payment was charged back."
    order.refresh_from_db()
    assert (order.status, order.disputed_at is None) == ("COMPLETED", False)
    email = EmailLog.objects.get(kind="order_trouble", context__trouble="A dispute was lost")
    assert email.context["message"].endswith("A live link is being taken out of its article.")


def test_what_the_bank_took_back_is_told_as_over_to_customers_and_staff(stripe, openai, editor, client):
    order = gone_live(stripe)
    lose_dispute(stripe, order)
    client.force_login(editor)
    take_out, desk = f"/admin/backlinks/order/{order.pk}/take-out/", f"/admin/backlinks/order/{order.pk}/change/"
    assert take_out in forms(client.get(desk))

    drain(only="take-link-down")

    theirs, ours = browser(order).get(page(order)), client.get(desk)
    assert [step.words for step in theirs.context["page"].steps][-4:] == [
        "Approved by the editor, and live",
        "Your bank asked for the payment back",
        "Your bank took the payment back",
        "Your link was taken out of the article",
    ]
    assert "Guaranteed until" not in words(theirs)
    assert f"Order {order.reference}: taken back by the bank" in words(ours)
    assert take_out not in forms(ours)
    with pytest.raises(WrongState):
        takedown.after_chargeback(order=order, actor=EDITOR, reason="Once more.")
    assert not AuditEntry.objects.filter(action="order.link_taken_out").exists()


def test_by_setting_staff_decide_what_becomes_of_the_link(stripe, openai, settings, client):
    settings.TAKE_DOWN_AFTER_LOST_DISPUTE = False
    settings.STAFF_SECOND_FACTOR = False
    order = gone_live(stripe)
    as_bought = live_body(order.article)
    lose_dispute(stripe, order)
    assert drain(only="take-link-down") == []
    assert live_body(order.article) == as_bought
    client.force_login(User.objects.create_user("owner@copydesk.example", Role.OWNER, "correct horse battery"))
    button = f"/admin/backlinks/order/{order.pk}/take-out/"

    client.post(button, {"reason": " "})
    assert not Job.objects.filter(name="take-link-down").exists()
    client.post(button, {"reason": "The bank gave the money back."})

    assert drain(only="take-link-down") == [("take-link-down", "SUCCESS")]
    assert not Placement.objects.live().exists()
    assert AuditEntry.objects.get(action="order.link_taken_out").reason == "The bank gave the money back."


def test_the_link_can_be_asked_out_again_after_a_job_that_failed(stripe, openai):
    order = gone_live(stripe)
    lose_dispute(stripe, order)
    Job.objects.filter(name="take-link-down").update(state=State.DEAD)

    takedown.after_chargeback(order=order, actor=EDITOR, reason="It is charged back.")

    assert drain(only="take-link-down") == [("take-link-down", "SUCCESS")]
    assert not Placement.objects.live().exists()


@pytest.mark.parametrize("is_disputed", [False, True])
def test_nothing_is_taken_out_before_a_dispute_is_lost(stripe, openai, is_disputed):
    order = gone_live(stripe)
    if is_disputed:
        disputed(stripe, order)

    with pytest.raises(WrongState):
        takedown.after_chargeback(order=order, actor=EDITOR, reason="Why not.")

    assert not Job.objects.filter(name="take-link-down").exists()


@pytest.mark.usefixtures("plain_static")
def test_what_the_bank_took_back_has_ended_and_gives_its_room_back(stripe, openai, client):
    article = article_for_sale(ONE_SLOT)
    order = written(stripe, article)
    article = Article.objects.select_related("published_version").get(pk=article.pk)
    assert not room_in(article, target_url="https://another.example.org/").linkable

    lose_dispute(stripe, order)

    assert room_in(article, target_url="https://another.example.org/").linkable
    page = client.get(f"/orders/{order.pk}/", {"access": token_for(order)}, follow=True).content.decode()
    assert "The payment was taken back." in page
    assert "this order has ended" in page and "This order has ended</h1>" in page
