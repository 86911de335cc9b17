"""Orders made as a guest: they find their customer when the address is proven, and not before."""

import pytest
from django.core import mail as outbox
from django.test import Client

from accounts import proven
from accounts.models import User
from accounts.roles import Role
from accounts.tests.sign_in import ACCOUNT, CODE, asked, browser, read_code
from audit.models import AuditEntry
from backlinks import guests
from backlinks.access import token_for
from backlinks.models import Order
from backlinks.panels import SHOWN, my_orders
from backlinks.tests.given import article_for_sale, quoted
from backlinks.tests.looking import page, plain_static  # noqa: F401

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("plain_static")]


def signed_in_as(address: str) -> Client:
    client = asked(browser(), address)
    assert client.post(CODE, {"code": read_code()}).status_code == 303
    return client


def test_whoever_proves_the_address_finds_every_order_made_with_it():
    article = article_for_sale()
    first, second = quoted(article, email="Ada@Example.com"), quoted(article, email="ada@example.com")
    others = quoted(article, email="eve@example.com")

    client = signed_in_as("ada@example.com")

    shown = client.get(ACCOUNT).content.decode()
    assert [page(order) in shown for order in (first, second, others)] == [True, True, False]
    assert [client.get(page(order)).status_code for order in (first, second, others)] == [200, 200, 404]
    ada = User.objects.get(email="ada@example.com")
    entry = AuditEntry.objects.get(action="orders.attached")
    assert (entry.actor_id, entry.after) == (str(ada.pk), {"orders": [str(first.pk), str(second.pk)]})
    assert list(Order.objects.filter(customer=None)) == [others]


def test_typing_an_address_without_its_code_attaches_nothing():
    order = quoted(email="ada@example.com")
    client = asked(browser(), "ada@example.com")
    code = read_code()
    client.post(CODE, {"code": f"{(int(code) + 1) % 1_000_000:06}"})

    order.refresh_from_db()
    assert order.customer is None
    assert client.get(page(order)).status_code == 404


def test_an_access_link_opens_its_order_and_neither_the_others_nor_the_account():
    article = article_for_sale()
    first, second = quoted(article, email="ada@example.com"), quoted(article, email="ada@example.com")
    client = browser()

    client.get(page(first), {"access": token_for(first)})

    assert [client.get(page(order)).status_code for order in (first, second)] == [200, 404]
    assert client.get(ACCOUNT).status_code == 303
    assert Order.objects.filter(customer=None).count() == 2


def test_orders_that_came_since_are_found_at_the_next_sign_in_and_those_of_others_stay_theirs():
    signed_in_as("ada@example.com")
    eve = User.objects.create_user("eve@example.com", Role.CUSTOMER)
    taken = quoted(email="ada@example.com")
    Order.objects.filter(pk=taken.pk).update(customer=eve)
    late = quoted(email="ada@example.com")

    signed_in_as("ada@example.com")

    taken.refresh_from_db()
    late.refresh_from_db()
    assert (taken.customer, late.customer.email) == (eve, "ada@example.com")


def test_when_they_cannot_be_attached_the_code_is_not_used_up(monkeypatch):
    client = asked(browser(), "ada@example.com")
    code = read_code()

    def fail(user):
        raise RuntimeError("no")

    with monkeypatch.context() as broken:
        broken.setattr(proven, "_REACTIONS", [fail])
        client.raise_request_exception = False
        assert client.post(CODE, {"code": code}).status_code == 500

    assert not User.objects.exists()
    assert client.post(CODE, {"code": code}).status_code == 303


def test_staff_take_no_guests_orders():
    order = quoted(email="editor@copydesk.example")

    assert guests.attach(User.objects.create_user("editor@copydesk.example", Role.EDITOR)) == 0

    order.refresh_from_db()
    assert order.customer is None


def test_the_account_page_says_what_each_order_is_at_and_asks_little(customer, client, django_assert_num_queries):
    article = article_for_sale()
    for _ in range(4):
        Order.objects.filter(pk=quoted(article).pk).update(customer=customer)
    client.force_login(customer)
    client.get(ACCOUNT)

    with django_assert_num_queries(5):  # the session, the account, the sign-in; the orders, the sign-ins
        shown = client.get(ACCOUNT)

    assert shown.content.count(b"Not paid yet") == 4


def test_a_long_list_ends_and_says_so(customer):
    article = article_for_sale()
    order = quoted(article)
    copies = [
        Order(
            article=article,
            quoted_version=order.quoted_version,
            target_url=f"https://{number}.example.com/",
            anchor_text="a guide",
            email=customer.email,
            customer=customer,
            price_minor=4900,
            currency="usd",
        )
        for number in range(SHOWN + 1)
    ]
    Order.objects.bulk_create(copies)

    panel = my_orders(customer)

    assert (len(panel["orders"]), panel["has_more"]) == (SHOWN, True)


def test_with_no_orders_it_says_what_to_do():
    client = signed_in_as("new@example.com")

    assert b"No order yet" in client.get(ACCOUNT).content
    assert len(outbox.outbox) == 1
