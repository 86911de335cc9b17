"""An erased customer's orders: nothing names them any more, and what was paid, published and decided still stands."""

import json

import pytest
from django.db import InternalError, connection, transaction
from django.db.utils import IntegrityError
from django.test import Client

from accounts.models import User
from accounts.personal import verbs
from articles.models import ArticleVersion, Brief, Placement
from audit.actors import Actor
from backlinks import letters, refunds, terms
from backlinks.access import NoSuchOrder, order_for_token, token_for
from backlinks.evidence import evidence_of
from backlinks.models import Order, OrderEvent, Product, RefundReason, StripeEvent, TermsText
from backlinks.receipts import receipt_of
from backlinks.tests.articles_given import quoted_article
from backlinks.tests.given import EDITOR, approved, bought, quoted, submitted, till, written
from backlinks.tests.test_disputes import disputed, lose_dispute
from mail.models import EmailLog

pytestmark = pytest.mark.django_db
OWNER = Actor("user", "1", "owner@copydesk.example")
ADDRESS, NOTES = "customer@example.com", "write about casinos"


def erase(email: str = ADDRESS) -> verbs.Erased:
    return verbs.erase(email=email, actor=OWNER, reason="They asked for it.")


def live(stripe, **different) -> Order:
    order = written(stripe, **different)
    submitted(order)
    approved(order)
    order.refresh_from_db()
    return order


def columns_naming(*words: str) -> set[str]:
    """Every table with a row that holds one of the words."""
    found = set()
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            for word in words:
                cursor.execute(f'SELECT 1 FROM "{table}" AS it WHERE it::text ILIKE %s LIMIT 1', [f"%{word}%"])
                if cursor.fetchone():
                    found.add(table)
    return found


def test_a_live_order_is_nobodys_and_its_money_and_its_link_stand(stripe, openai):
    order = live(stripe)
    token, paid = token_for(order), receipt_of(order)
    assert {"backlinks_order", "backlinks_orderevent", "backlinks_stripeevent"} <= columns_naming(ADDRESS)

    erased = erase()

    assert columns_naming(ADDRESS, NOTES) == set()
    order.refresh_from_db()
    assert (order.email, order.customer_notes, order.status) == (erased.pseudonym, "", "COMPLETED")
    kept = receipt_of(order)
    assert (kept.payment, kept.paid_minor, kept.paid_at) == (paid.payment, 4900, paid.paid_at)
    assert Placement.objects.live().get(subject_id=str(order.pk)).href == order.target_url
    history = {(event.actor_type, event.actor_label) for event in order.events.all()}
    assert {label for kind, label in history if kind == "customer"} == {erased.pseudonym}
    assert ("user", EDITOR.label) in history
    with pytest.raises(NoSuchOrder):
        order_for_token(token)


def test_the_order_opens_in_no_browser_any_more(stripe, openai, plain_static):
    order = live(stripe)
    client = Client()
    assert client.get(f"/orders/{order.pk}/", {"access": token_for(order)}, follow=True).status_code == 200

    erase()

    assert client.get(f"/orders/{order.pk}/").status_code in (403, 404)


def test_nobody_is_written_to_afterwards(stripe, openai):
    order = live(stripe)
    erase()
    order.refresh_from_db()
    before = EmailLog.objects.count()

    letters.submitted(order, order.submitted_version)

    assert EmailLog.objects.filter(kind="submitted", to__contains="erased").count() == 1  # the one of before
    assert EmailLog.objects.count() == before


def test_the_account_and_guest_orders_go_together(stripe, openai, customer):
    mine = quoted()
    Order.objects.filter(pk=mine.pk).update(customer=customer, email="other@example.com")
    guest = quoted(email="CUSTOMER@example.com")
    somebody_elses = quoted(email="eve@example.com")

    erased = erase()

    assert set(Order.objects.filter(email=erased.pseudonym)) == {mine, guest}
    somebody_elses.refresh_from_db()
    assert somebody_elses.email == "eve@example.com"
    assert User.objects.get(pk=customer.pk).email == erased.pseudonym


@pytest.mark.parametrize(
    ("state", "why"),
    [
        ("paid", "it is paid and not finished (being written); finish it, or pay it back"),
        ("ready", "it is paid and not finished (with the customer); finish it, or pay it back"),
        ("paying", "a payment for it is under way"),
        ("disputed", "its payment is disputed"),
        ("refunding", "its money is on the way back"),
    ],
)
def test_while_it_is_in_work_or_money_is_open_nothing_is_erased(stripe, openai, state, why):
    order = WAYS[state](stripe)
    before = (Order.objects.values().get(), list(EmailLog.objects.values_list("to", "context")))

    with pytest.raises(verbs.StillNeeded) as refusal:
        erase()

    assert refusal.value.reasons == [f"Order {order.reference}: {why}."]
    assert (Order.objects.values().get(), list(EmailLog.objects.values_list("to", "context"))) == before


def test_a_dispute_that_was_lost_hinders_nothing_and_what_does_is_named(stripe, openai):
    lose_dispute(stripe, bought(stripe))
    other = bought(stripe)

    with pytest.raises(verbs.StillNeeded) as refusal:
        erase()

    (why,) = refusal.value.reasons
    assert why.startswith(f"Order {other.reference}: it is paid and not finished")


def test_of_an_ordered_article_the_brief_forgets_them_too(stripe, openai):
    order = quoted_article()
    assert Brief.objects.get().asked_by_label == order.email

    erased = erase(order.email)

    assert (Brief.objects.get().asked_by_label, Brief.objects.get().email) == (erased.pseudonym, "")


def test_history_takes_a_pseudonym_and_no_other_change(stripe, openai):
    order = quoted()
    event = OrderEvent.objects.get(order=order)
    assert event.actor_type == "customer"

    for change in ({"actor_label": "eve@example.com"}, {"reason": "another"}, {"to_status": "COMPLETED"}):
        with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
            OrderEvent.objects.filter(pk=event.pk).update(**change)
    both = {"actor_label": "erased-0123456789abcdef@erased.invalid", "reason": "another"}
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        OrderEvent.objects.filter(pk=event.pk).update(**both)
    with pytest.raises((InternalError, IntegrityError)), transaction.atomic():
        OrderEvent.objects.filter(pk=event.pk).delete()

    assert OrderEvent.objects.filter(pk=event.pk).update(actor_label=both["actor_label"]) == 1


def test_stripes_messages_keep_numbers_and_no_person(stripe, openai):
    live(stripe)
    paid = StripeEvent.objects.get(type="checkout.session.completed")
    amount, session = (paid.payload["data"]["object"][name] for name in ("amount_total", "id"))

    erase()

    paid.refresh_from_db()
    about = paid.payload["data"]["object"]
    assert (about["amount_total"], about["id"]) == (amount, session)
    assert (about["customer_details"], about["customer_email"]) == (None, None)
    assert ADDRESS not in json.dumps(paid.payload)


def test_the_export_holds_orders_payments_and_the_terms_they_were_made_under(stripe, openai):
    order = live(stripe)
    quoted()

    kept = verbs.find(ADDRESS)
    files = {name: part for holding in verbs.HOLDINGS for name, part in holding.export(kept).items()}

    assert [row["order"]["status"] for row in files["orders"]] == ["COMPLETED", "AWAITING_PAYMENT"]
    assert files["orders"][0]["payment"]["amount_minor"] == 4900
    assert files["orders"][0]["link"][0]["href"] == order.target_url
    assert (
        [row["sha256"] for row in files["terms"]] == [order.terms_id] == [files["orders"][0]["order"]["terms_sha256"]]
    )
    assert evidence_of(order).record["order"]["terms_sha256"] == order.terms_id


def test_other_words_are_another_version_and_earlier_orders_keep_theirs(monkeypatch):
    first, same = quoted(), quoted()
    monkeypatch.setitem(terms.TEMPLATES, Product.BACKLINK, "backlinks/_article_terms.html")

    later = quoted()

    assert first.terms_id == same.terms_id != later.terms_id
    assert first.terms.text.startswith("One link in one paragraph of this article, with the words and the address")
    assert "<" not in first.terms.text and 'rel="sponsored"' in first.terms.text
    assert TermsText.objects.count() == 2


def test_versions_keep_their_bytes_and_lose_the_notes(stripe, openai):
    order = live(stripe)
    version = ArticleVersion.objects.get(pk=order.submitted_version_id)
    assert NOTES in version.backlink_metadata["customer_notes"]

    erase()

    forgotten = ArticleVersion.objects.get(pk=version.pk)
    assert (forgotten.body, forgotten.sha256) == (version.body, version.sha256)
    assert forgotten.backlink_metadata == {**version.backlink_metadata, "customer_notes": ""}


def _paying(stripe):
    order = quoted()
    till(order)
    return order


def _disputed(stripe):
    order = bought(stripe)
    disputed(stripe, order)
    return order


def _refunding(stripe):
    order = live(stripe)
    refunds.request_refund(
        order, decision=refunds.Decision(RefundReason.STAFF, "A favour.", keeps_link=True), actor=EDITOR
    )
    return order


WAYS = {"paid": bought, "ready": written, "paying": _paying, "disputed": _disputed, "refunding": _refunding}
