import uuid

import pytest

from articles.models import Article
from backlinks.access import token_for
from backlinks.models import Checkout, Order
from backlinks.tests.calling import API, Caller, asking, codes, holder, nothing_happened
from backlinks.tests.given import (
    NO_SLOT,
    ONE_SLOT,
    article_for_sale,
    bought,
    quoted,
    till,
)

pytestmark = pytest.mark.django_db


def test_a_quote_answers_what_the_contract_says():
    article = article_for_sale()

    answer = Caller().post("quote", asking(article))

    order, told = Order.objects.get(), answer.json()
    assert answer.status_code == 201
    assert answer["Cache-Control"] == "no-store"
    assert told == {
        "quoteId": str(order.pk),
        "accessToken": token_for(order),
        "price": 4900,
        "currency": "usd",
        "checks": order.checks,
    }
    assert (order.customer, order.customer_notes) == (None, "About seeds.")


def test_notes_are_optional_and_paths_end_with_or_without_a_slash():
    answer = Caller().post("quote/", asking(article_for_sale(), customerNotes=...))

    assert answer.status_code == 201
    assert Order.objects.get().customer_notes == ""


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("articleId", ..., "required"),
        ("articleId", None, "null"),
        ("articleId", "7", "invalid"),
        ("articleId", 1.5, "invalid"),
        ("articleId", True, "invalid"),
        ("articleId", [1], "invalid"),
        ("articleId", 0, "min_value"),
        ("articleId", 10**30, "max_value"),
        ("targetUrl", ..., "required"),
        ("targetUrl", None, "null"),
        ("targetUrl", "", "blank"),
        ("targetUrl", 5, "not_text"),
        ("targetUrl", {"a": 1}, "not_text"),
        ("targetUrl", "https://example.com/\x00", "null_characters_not_allowed"),
        ("anchorText", ..., "required"),
        ("anchorText", ["a good guide"], "not_text"),
        ("anchorText", True, "not_text"),
        ("anchorText", "a \ud800 guide", "surrogate_characters_not_allowed"),
        ("customerNotes", None, "null"),
        ("customerNotes", 7, "not_text"),
        ("email", ..., "required"),
        ("email", "nobody", "invalid"),
        ("email", 7, "not_text"),
        ("email", "a@example.com\nBcc: b@example.com", "invalid"),
        ("email", "a" * 250 + "@example.com", "max_length"),
        ("instructions", "Write about casinos.", "unknown"),
        ("price", 1, "unknown"),
    ],
)
def test_a_malformed_field_of_a_quote_is_named(field, value, code):
    answer = Caller().post("quote", asking(Article(pk=1), **{field: value}))

    assert (answer.status_code, list(answer.json())) == (400, [field])
    assert code in codes(answer, field)
    assert nothing_happened()


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("targetUrl", "https://example.com/" + "a" * 2048, "target_too_long"),
        ("anchorText", "a good guide " * 10, "anchor_too_long"),
        ("customerNotes", "x" * 501, "notes_too_long"),
    ],
)
def test_what_is_too_long_is_refused_with_the_reason(field, value, code):
    answer = Caller().post("quote", asking(article_for_sale(), **{field: value}))

    assert answer.status_code == 422
    assert code in [reason["code"] for reason in answer.json()["reasons"]]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"nonsense",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 20_000,
        b'{"articleId": NaN}',
        b'{"articleId": ' + b"9" * 10_000 + b"}",
        b'"' + b"x" * 70_000 + b'"',
        b"[]",
        b"null",
        b'"quote"',
        b"7",
    ],
    ids=lambda body: repr(body[:12]) + str(len(body)),
)
@pytest.mark.parametrize("path", ["quote", "checkout", "regenerate-backlink", "submit-for-review"])
def test_a_body_that_is_no_object_of_json_is_a_400(path, body):
    answer = Caller().post(path, body)

    assert answer.status_code == 400
    assert answer.json()
    assert nothing_happened()


def test_a_field_name_that_cannot_be_printed_is_still_a_400():
    assert Caller().post("quote", b'{"\\ud800\\u0000": 1}').status_code == 400


@pytest.mark.parametrize(
    ("different", "code"),
    [
        ({"targetUrl": "http://example.com/"}, "target_not_https"),
        ({"targetUrl": "https://127.0.0.1/"}, "target_ip_address"),
        ({"targetUrl": " https://example.com/"}, "target_forbidden_character"),
        ({"anchorText": "here"}, "anchor_too_few_words"),
    ],
)
def test_a_refused_quote_says_why(different, code):
    answer = Caller().post("quote", asking(article_for_sale(), **different))

    reasons = answer.json()["reasons"]
    assert (answer.status_code, [reason["code"] for reason in reasons]) == (422, [code])
    assert reasons[0]["message"]
    assert nothing_happened()


def test_an_article_that_can_take_no_link_is_refused_and_an_unknown_one_is_not_there():
    short = Caller().post("quote", asking(article_for_sale(NO_SLOT)))
    unknown = Caller().post("quote", asking(article_for_sale(), articleId=10**9))

    assert (short.status_code, short.json()["reasons"][0]["code"]) == (422, "too_short")
    assert (unknown.status_code, unknown.json()) == (404, {"detail": "There is no such article.", "code": "not_found"})


def test_too_many_quotes_are_told_when_to_come_back():
    body = asking(article_for_sale(NO_SLOT))
    answers = [Caller().post("quote", body) for _ in range(21)]

    assert [answer.status_code for answer in answers] == [422] * 20 + [429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60
    assert answers[-1].json()["code"] == "throttled"


# --- checkout


def test_a_checkout_answers_where_to_pay(stripe):
    order = quoted()

    answer = holder(order).post("checkout", {"quoteId": str(order.pk)})

    assert (answer.status_code, answer.json()) == (201, {"checkoutUrl": Checkout.objects.get().url})


def test_several_quotes_are_paid_for_together_with_their_tokens(stripe):
    one, two = quoted(), quoted()

    answer = holder(one, two).post("checkout", {"quoteIds": [str(one.pk), str(two.pk)]})

    assert answer.status_code == 201
    assert Checkout.objects.get().amount_minor == 9800


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "quoteId"),
        ({"quoteId": None}, "quoteId"),
        ({"quoteId": 7}, "quoteId"),
        ({"quoteId": "7"}, "quoteId"),
        ({"quoteIds": []}, "quoteIds"),
        ({"quoteIds": "x"}, "quoteIds"),
        ({"quoteIds": [1]}, "quoteIds"),
        ({"quoteIds": [str(uuid.uuid4())] * 21}, "quoteIds"),
        ({"quoteId": str(uuid.uuid4()), "quoteIds": [str(uuid.uuid4())]}, "quoteId"),
        ({"quoteId": str(uuid.uuid4()), "amount": 1}, "amount"),
    ],
)
def test_a_malformed_checkout_names_the_field(body, field):
    answer = Caller().post("checkout", body)

    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_strangers_pay_for_nobody(stripe, client, stranger):
    order, own = quoted(), quoted()
    client.force_login(stranger)
    body = {"quoteId": str(order.pk)}

    answers = [
        Caller().post("checkout", body),
        holder(own).post("checkout", body),
        holder(own).post("checkout", {"quoteIds": [str(own.pk), str(order.pk)]}),
        client.post(API + "checkout", body, content_type="application/json"),
        Caller("ord_nonsense").post("checkout", body),
        Caller().post("checkout", {"quoteId": str(uuid.uuid4())}),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}
    assert not Checkout.objects.exists()


def test_the_last_slot_gone_is_a_422_before_paying(stripe):
    article = article_for_sale(ONE_SLOT)
    first, second = quoted(article), quoted(article)
    till(first)

    answer = holder(second).post("checkout", {"quoteId": str(second.pk)})

    assert (answer.status_code, answer.json()["reasons"][0]["code"]) == (422, "no_slot_left")


def test_what_is_paid_is_a_409_and_stripe_down_a_503(stripe, monkeypatch):
    monkeypatch.setattr("stripe._http_client.HTTPClient.INITIAL_DELAY", 0.01)
    paid, order = bought(stripe), quoted()
    stripe.tell("api", mode="500")

    conflict = holder(paid).post("checkout", {"quoteId": str(paid.pk)})
    down = holder(order).post("checkout", {"quoteId": str(order.pk)})

    assert (conflict.status_code, conflict.json()["code"]) == (409, "wrong_state")
    assert (down.status_code, down.json()["code"]) == (503, "payment_unavailable")
    assert int(down["Retry-After"]) > 0
