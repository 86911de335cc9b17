"""The editors' list of orders and an order on their desk: what is read there, by whom, and that nothing is edited."""

import html

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from backlinks import review
from backlinks.failing import work_came_to_nothing
from backlinks.models import Checkout, Order, OrderEvent, StripeEvent
from backlinks.tests.given import EDITOR, bought, quoted, submitted, versions_of, written
from backlinks.tests.looking import EVIL, forms, hidden, plain_static, words  # noqa: F401

pytestmark = pytest.mark.django_db

LIST = "/admin/backlinks/order/"


@pytest.fixture
def owner(db):
    return User.objects.create_user("owner@copydesk.example", Role.OWNER, "correct horse battery")


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


def desk(order):
    return f"{LIST}{order.pk}/change/"


def test_whoever_waits_longest_for_an_editor_comes_first(editor, stripe, openai):
    late, early = submitted(written(stripe)), submitted(written(stripe))
    newest = quoted()
    Order.objects.filter(pk=late.pk).update(updated_at=timezone.now())
    Order.objects.filter(pk=early.pk).update(updated_at=timezone.now() - timezone.timedelta(days=2))

    response = signed_in(editor).get(LIST)

    assert [order.pk for order in response.context["cl"].result_list] == [early.pk, late.pk, newest.pk]
    assert "2 days" in words(response)


def test_list_shows_the_host_in_punycode(editor):
    order = quoted(target_url="https://bücher.example.com/")

    text = words(signed_in(editor).get(LIST))

    assert "xn--bcher-kva.example.com" in text
    assert all(part in text for part in (order.reference, order.article.title, order.anchor_text, "$49.00"))


@pytest.mark.parametrize("asked", ["reference", "email", "anchor_text"])
def test_orders_are_found(editor, asked):
    wanted = quoted(email="ada@example.com", anchor_text="a field of barley")
    quoted()

    response = signed_in(editor).get(LIST, {"q": getattr(wanted, asked)})

    assert [order.pk for order in response.context["cl"].result_list] == [wanted.pk]


def test_list_is_filtered_by_state(editor, stripe):
    paid = bought(stripe)
    quoted()

    response = signed_in(editor).get(LIST, {"status__exact": "PROCESSING"})

    assert [order.pk for order in response.context["cl"].result_list] == [paid.pk]


def test_list_takes_no_more_queries_for_more_orders(editor, stripe, django_assert_max_num_queries):
    client = signed_in(editor)
    for _ in range(5):
        quoted()
    client.get(LIST)

    with django_assert_max_num_queries(10):
        client.get(LIST)


def test_editor_reads_everything_about_a_submission(editor, stripe, openai):
    order = submitted(written(stripe))
    version = versions_of(order)[0]

    response = signed_in(editor).get(desk(order))

    text, source = words(response), response.content.decode()
    assert order.customer_notes in text
    assert order.target_url in text
    assert version.sha256 in source
    assert version.base.sha256 in source
    assert '<mark class="paid-link"' in source
    assert "The address is well formed and on a public domain." in text
    assert "integrate-backlink" in text
    assert hidden(response, "version", "body_sha256", "base_sha256") == {
        "version": str(version.pk),
        "body_sha256": version.sha256,
        "base_sha256": version.base.sha256,
    }


def test_whole_text_is_shown_in_a_sandbox_that_nothing_leaves(editor, stripe, openai):
    order = submitted(written(stripe))

    source = signed_in(editor).get(desk(order)).content.decode()

    frame = source.split("<iframe")[1].split("</iframe>")[0]
    assert ' sandbox srcdoc="' in frame
    inside = frame.split('srcdoc="')[1]
    assert inside.count('"') == 1
    assert 'rel="sponsored noopener"' in html.unescape(inside)


def test_buttons_are_those_of_the_state(editor, owner, stripe, openai, settings):
    settings.REFUND_ON_FINAL_FAILURE = False
    waiting, unread = submitted(written(stripe)), written(stripe)
    failed, refunded = bought(stripe), bought(stripe)
    work_came_to_nothing(str(failed.pk), reason="no edit passed")
    settings.REFUND_ON_FINAL_FAILURE = True
    work_came_to_nothing(str(refunded.pk), reason="")

    client = signed_in(owner)

    assert actions(client.get(desk(waiting))) == ["approve", "plan", "reject", "refund", "revoke"]
    assert actions(client.get(desk(failed))) == ["retry", "refund", "revoke"]
    assert actions(client.get(desk(unread))) == ["refund", "revoke"]
    assert actions(client.get(desk(refunded))) == ["revoke"]
    assert "no edit passed" in words(client.get(desk(failed)))
    assert actions(signed_in(editor).get(desk(waiting))) == ["approve", "plan", "reject", "refund", "revoke"]


def test_disputed_order_is_not_decided(editor, stripe, openai):
    order = submitted(written(stripe))
    Order.objects.filter(pk=order.pk).update(disputed_at=timezone.now())

    response = signed_in(editor).get(desk(order))

    assert actions(response) == ["revoke"]
    assert "The payment is disputed" in words(response)


def test_unknown_order_leads_to_the_index(editor):
    response = signed_in(editor).get(f"{LIST}11111111-1111-1111-1111-111111111111/change/", follow=True)

    assert response.redirect_chain == [("/admin/", 302)]
    assert "doesn’t exist" in words(response)


def test_nothing_is_added_changed_or_deleted(owner):
    order = quoted()
    client = signed_in(owner)

    assert client.get(f"{LIST}add/").status_code == 403
    assert client.get(f"{LIST}{order.pk}/delete/").status_code == 403
    client.post(desk(order), {"status": "COMPLETED", "price_minor": "1", "email": "mallory@example.com"})
    client.post(LIST, {"action": "delete_selected", "_selected_action": [str(order.pk)]})
    kept = Order.objects.get(pk=order.pk)
    assert (kept.status, kept.price_minor, kept.email) == ("AWAITING_PAYMENT", 4900, order.email)


def test_customers_and_strangers_do_not_get_in(customer):
    order = quoted()

    for client in (signed_in(customer), Client()):
        assert client.get(LIST).status_code == 302
        assert client.get(desk(order)).status_code == 302
        assert client.get(LIST)["Location"].startswith("/admin/login/")


def test_payments_are_for_owners(owner, editor, stripe):
    bought(stripe)
    checkout, event = Checkout.objects.get(), StripeEvent.objects.first()
    pages = [
        "/admin/backlinks/checkout/",
        "/admin/backlinks/stripeevent/",
        f"/admin/backlinks/checkout/{checkout.pk}/change/",
        f"/admin/backlinks/stripeevent/{event.pk}/change/",
    ]

    assert [signed_in(owner).get(page).status_code for page in pages] == [200] * 4
    assert [signed_in(editor).get(page).status_code for page in pages] == [403] * 4
    assert signed_in(owner).get("/admin/backlinks/checkout/add/").status_code == 403
    found = signed_in(owner).get("/admin/backlinks/checkout/", {"q": str(checkout.pk)[:8]})
    assert [row.pk for row in found.context["cl"].result_list] == [checkout.pk]


def test_nothing_a_customer_wrote_is_markup(editor, stripe, openai):
    order = submitted(written(stripe, customer_notes=EVIL))
    review.reject(order=order, actor=EDITOR, reason=EVIL)
    Order.objects.filter(pk=order.pk).update(
        target_url=f"https://shop.example.com/{EVIL}", anchor_text=f"a {EVIL}", email=f'"{EVIL}"@example.com'
    )
    OrderEvent.objects.create(
        order=order, from_status="REJECTED", to_status="REJECTED", actor_type="customer", actor_label=EVIL
    )
    client = signed_in(editor)

    for response in (client.get(desk(order)), client.get(LIST)):
        assert EVIL not in response.content.decode()
        assert "&lt;script&gt;" in response.content.decode()


def actions(response):
    return [address.rstrip("/").rsplit("/", 1)[1] for address in forms(response) if "/order/" in address]
