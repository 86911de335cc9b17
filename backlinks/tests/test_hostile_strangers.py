"""Strangers who look for orders: by their numbers, links, receipts and addresses. What is there answers as what is not.

Time is no measure on a shared machine: the same answer from the same queries is.
"""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.sessions.models import Session
from django.core import signing
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.roles import Role
from backlinks import terms
from backlinks.access import PREFIX, token_for
from backlinks.models import LinkCertificate, Order, Product
from backlinks.tests.calling import API, asking
from backlinks.tests.given import approved, article_for_sale, quoted, submitted, written
from backlinks.tests.looking import browser, page, plain_static  # noqa: F401
from config.tests.walking import Address, addresses
from queues.tests.calling import everything

pytestmark = pytest.mark.django_db

VARYING = {"X-Request-ID", "Server-Timing"}
HIS_TOKEN, NOBODYS_TOKEN = "Bearer ord_{0.hex}.1.forged", "Bearer ord_" + "0" * 32 + ".1.forged"


@pytest.fixture
def order(stripe, openai):
    """Paid, with a receipt, and with the editor: everything there is to find."""
    return submitted(written(stripe, email="customer@example.com"))


@pytest.fixture(params=["nobody", "a guest with another order", "another customer"])
def eve(request, stranger, order) -> Client:
    if request.param == "a guest with another order":
        return browser(quoted(order.article))
    client = Client()
    if request.param == "another customer":
        client.force_login(stranger)
    client.get("/accounts/")  # where they are signed in is noted once, at the first request
    return client


def of_an_order(order_id: Any) -> list[Address]:
    return [way for way in addresses(order_id=order_id) if str(order_id) in way.path]


def told(client: Client, method: str, path: str, order_id: Any, **headers: str) -> tuple[Any, ...]:
    """The whole answer and the queries behind it, with the number that was asked for taken out."""
    with CaptureQueriesContext(connection) as queries:
        answer = client.generic(method, path, "{}", content_type="application/json", headers=headers)
    named = {name: value for name, value in answer.items() if name not in VARYING}
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())
    work = [re.sub(r"'[^']*'(::uuid)?", "?", query["sql"]) for query in queries.captured_queries]
    return answer.status_code, named, body.replace(str(order_id), "…").replace(order_id.hex, "…"), work


def test_an_order_of_somebody_else_answers_everywhere_as_one_that_never_was(eve, order):
    nobodys = uuid4()
    before = everything(Session)

    for theirs, none in zip(of_an_order(order.pk), of_an_order(nobodys), strict=True):
        for method in ("GET", "POST"):
            is_, is_not = told(eve, method, theirs.path, order.pk), told(eve, method, none.path, nobodys)
            assert is_ == is_not, (method, theirs.path)
            assert is_[0] in (401, 403, 404, 405), (method, theirs.path, is_[0])

    assert everything(Session) == before


@pytest.mark.parametrize("call", ["checkout", "regenerate-backlink", "submit-for-review"])
def test_so_it_does_in_the_api(call, order):
    field = "quoteId" if call == "checkout" else "orderId"
    client, nobodys, before = Client(), uuid4(), everything()

    answers = [
        client.post(API + call, {field: str(asked)}, content_type="application/json", headers={"Authorization": token})
        for asked, token in ((order.pk, HIS_TOKEN.format(order.pk)), (nobodys, NOBODYS_TOKEN))
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert everything() == before


def forged(order: Order) -> list[str]:
    """Tokens somebody might make of what they know: the order's number, another link of theirs, our code."""
    good = token_for(order)
    body, signature = good.removeprefix(PREFIX).rsplit(".", 1)
    other = signing.Signer(salt="backlinks.other", sep=".").sign(body)
    mine = signing.Signer(key="a guessed key", salt="backlinks.access", sep=".").sign(body)
    swapped = token_for(quoted(order.article)).rpartition(".")[2]
    return [
        PREFIX + body,
        f"{PREFIX}{body}.",
        f"{PREFIX}{body}.{signature[:-1]}",
        f"{PREFIX}{body}.{signature.swapcase()}",
        f"{PREFIX}{order.pk.hex}.2.{signature}",
        f"{PREFIX}{body}.{swapped}",
        PREFIX + other,
        PREFIX + mine,
        good.removeprefix(PREFIX),
        good + "=",
    ]


def test_no_forged_access_link_opens_anything_or_tells_that_the_order_is_there(order):
    nobodys, tokens = uuid4(), forged(order)

    for token in tokens:
        client = Client()
        answers = [client.get(f"/orders/{asked}/", {"access": token}) for asked in (order.pk, nobodys)]
        assert [answer.status_code for answer in answers] == [404, 404], token
        assert answers[0].content == answers[1].content
        assert "orders" not in client.session
        status = client.get(f"{API}status/{order.pk}", headers={"Authorization": f"Bearer {token}"})
        assert status.status_code == 404


def test_the_session_somebody_planted_is_dead_once_an_order_is_opened_in_it(order):
    first = quoted(order.article)
    victim = browser(first)
    planted = victim.session.session_key

    victim.get(page(order), {"access": token_for(order)})

    attacker = Client()
    attacker.cookies["sessionid"] = planted
    assert not Session.objects.filter(pk=planted).exists()
    assert [attacker.get(page(one)).status_code for one in (first, order)] == [404, 404]
    assert victim.get(page(order)).status_code == 200


def test_a_session_key_that_somebody_made_up_is_never_adopted(order):
    victim = Client()
    victim.cookies["sessionid"] = "chosenbytheattackerchosenbythe32"

    victim.get(page(order), {"access": token_for(order)})

    assert victim.cookies["sessionid"].value != "chosenbytheattackerchosenbythe32"
    assert not Session.objects.filter(pk="chosenbytheattackerchosenbythe32").exists()


@pytest.mark.parametrize("by", ["api", "form"])
def test_ordering_tells_nothing_of_who_has_an_account_and_makes_none(by):
    article = article_for_sale()
    terms.current(Product.BACKLINK)  # kept with the first order of all, whoever makes it
    User.objects.create_user("customer@example.com", Role.CUSTOMER)
    User.objects.create_user("ourowner@example.com", Role.OWNER)

    answers = [_ordered(by, article, address) for address in ("customer", "ourowner", "stranger")]

    assert answers[0] == answers[1] == answers[2]
    assert User.objects.count() == 2
    assert not Order.objects.exclude(customer=None).exists()


def _ordered(by: str, article: Any, address: str) -> tuple[Any, ...]:
    wish = asking(article, email=f"{address}@example.com", targetUrl=f"https://{address}.example.com/guide")
    with CaptureQueriesContext(connection) as queries:
        if by == "api":
            answer = Client().post(API + "quote", wish, content_type="application/json")
            said = {name: value for name, value in answer.json().items() if name not in ("quoteId", "accessToken")}
        else:
            names = {"target_url": "targetUrl", "anchor_text": "anchorText", "email": "email"}
            fields = {name: wish[asked] for name, asked in names.items()}
            answer = Client().post(f"/articles/{article.slug}/link/", {**fields, "consent": "on"})
            said = {"leads": re.sub(r"[0-9a-f-]{36}", "…", answer["Location"])}
    about = [query["sql"] for query in queries.captured_queries if "accounts_user" in query["sql"]]
    return answer.status_code, repr(said).replace(address, "…"), len(queries.captured_queries), about


def test_a_certificate_opens_by_its_secret_and_by_no_guess_at_it(order):
    approved(order)
    issued = LinkCertificate.objects.get()
    guesses = [issued.number, issued.secret[:-1], issued.secret.swapcase(), f"{issued.secret}A", "x"]
    http, before = Client(), everything()

    for guess in guesses:
        is_, is_not = (_told_of(http, number, guess) for number in (issued.number, "0" * len(issued.number)))
        assert is_ == is_not, guess
        assert is_[0] == 404

    assert everything() == before
    opened = http.get(f"/certificates/{issued.number}/{issued.secret}/")
    assert (opened.status_code, order.email in opened.content.decode()) == (200, False)


def _told_of(http: Client, number: str, secret: str) -> tuple[Any, ...]:
    with CaptureQueriesContext(connection) as queries:
        answer = http.get(f"/certificates/{number}/{secret}/")
    return answer.status_code, answer.content, [query["sql"].replace(number, "…") for query in queries.captured_queries]
