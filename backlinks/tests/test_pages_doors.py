"""Who sees an order: the browser that knows it and its signed-in customer. Everybody else is told there is none."""

from uuid import uuid4

import pytest

from backlinks import page_urls
from backlinks.access import revoke_tokens, token_for
from backlinks.known_orders import MOST
from backlinks.models import Order
from backlinks.tests.given import EDITOR, article_for_sale, quoted
from backlinks.tests.looking import browser, page, plain_static  # noqa: F401

pytestmark = pytest.mark.django_db

ACTIONS = ["pay/", "regenerate/", "submit/", "withdraw/", "ask-refund/"]


def test_every_page_names_who_may_come_in():
    named = {pattern.name: pattern.callback.permission for pattern in page_urls.urlpatterns}

    assert named == {
        "order_form": "public",
        "check_while_typing": "public",
        "article_form": "public",
        "basket": "public",
        "pay_basket": "public",
        "paid_together": "public",
        "remove_from_basket": "order_holder",
        "order": "order_holder",
        "live": "order_holder",
        "pay": "order_holder",
        "regenerate": "order_holder",
        "submit": "order_holder",
        "withdraw": "order_holder",
        "receipt": "order_holder",
        "ask_for_refund": "order_holder",
        "compare": "order_holder",
        "wish": "order_holder",
        "take_wish_back": "order_holder",
        "claim": "order_holder",
        "evidence_json": "order_holder",
        "evidence_pdf": "order_holder",
        "certificate": "public",
        "certified_text": "public",
    }


def test_stranger_finds_nothing_and_changes_nothing(client):
    order = quoted()

    answers = [client.get(page(order)).status_code, client.get(page(order, "live/")).status_code]
    answers += [client.post(page(order, action)).status_code for action in ACTIONS]

    assert answers == [404] * (2 + len(ACTIONS))
    assert client.get(f"/orders/{uuid4()}/").status_code == 404
    assert order.events.count() == 1


def test_access_link_is_traded_for_this_browsers_session(client):
    order = quoted()

    traded = client.get(page(order), {"access": token_for(order)})

    assert (traded.status_code, traded["Location"]) == (303, page(order))
    assert traded["Referrer-Policy"] == "no-referrer"
    assert "no-store" in traded["Cache-Control"]
    assert client.session["orders"] == [f"{order.pk}:1"]
    seen = client.get(page(order))
    assert seen.status_code == 200
    assert token_for(order) not in seen.content.decode()


def test_access_link_of_another_order_opens_nothing(client):
    mine, other = quoted(), quoted()

    assert client.get(page(other), {"access": token_for(mine)}).status_code == 404
    assert client.get(page(other)).status_code == 404
    assert client.get(page(mine)).status_code == 404


@pytest.mark.parametrize("token", ["", "ord_", "ord_x.1.y", "\x00", "ord_ä"])
def test_forged_access_opens_nothing(client, token):
    order = quoted()

    assert client.get(page(order), {"access": token}).status_code == 404
    assert "orders" not in client.session


def test_revoked_access_opens_nothing(client):
    order = quoted()
    token = token_for(order)

    revoke_tokens(order=order, actor=EDITOR, reason="It was passed on.")

    assert client.get(page(order), {"access": token}).status_code == 404


def test_a_browser_that_a_revoked_link_opened_sees_nothing_any_more(client):
    order = quoted()
    assert client.get(page(order), {"access": token_for(order)}, follow=True).status_code == 200

    revoke_tokens(order=order, actor=EDITOR, reason="It was passed on.")

    assert client.get(page(order)).status_code == 404
    assert client.get(page(order), {"access": token_for(order)}, follow=True).status_code == 200


def test_signed_in_customer_sees_their_orders_and_no_others(client, customer, stranger):
    order = quoted()
    Order.objects.filter(pk=order.pk).update(customer=customer)

    client.force_login(customer)
    assert client.get(page(order)).status_code == 200

    client.force_login(stranger)
    assert client.get(page(order)).status_code == 404


def test_session_gets_a_new_key_with_a_new_order():
    first, second = quoted(), quoted()
    client = browser(first)
    before = client.session.session_key

    client.get(page(second), {"access": token_for(second)})

    assert client.session.session_key != before
    assert client.session["orders"] == [f"{first.pk}:1", f"{second.pk}:1"]


def test_browser_remembers_the_newest_orders_and_not_for_ever(client):
    session = client.session
    session["orders"] = [str(uuid4()) for _ in range(MOST)]
    session.save()
    order = quoted()

    client.get(page(order), {"access": token_for(order)})

    assert len(client.session["orders"]) == MOST
    assert client.session["orders"][-1] == f"{order.pk}:1"


@pytest.mark.parametrize("action", ACTIONS)
def test_every_form_needs_its_csrf_token(action):
    order = quoted()
    client = browser(order, checks_csrf=True)

    assert client.post(page(order, action)).status_code == 403
    assert order.events.count() == 1


def test_order_pages_are_never_cached_nor_indexed():
    order = quoted(article_for_sale())

    response = browser(order).get(page(order))

    assert "no-store" in response["Cache-Control"]
    assert '<meta name="robots" content="noindex">' in response.content.decode()
