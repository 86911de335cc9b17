import json
import uuid
from typing import Any

import pytest
from django.test import Client

from articles.models import Article
from backlinks.access import revoke_tokens, token_for
from backlinks.models import Checkout, Order, StripeEvent
from backlinks.tests.given import (
    NO_SLOT,
    ONE_SLOT,
    article_for_sale,
    bought,
    pay,
    quoted,
    signed,
    submitted,
    till,
    versions_of,
    wish_for,
    write,
    written,
)
from mail.models import EmailLog
from queues.models import Job

pytestmark = pytest.mark.django_db
API = "/api/v1/purchase/"


class Caller:
    """A program that calls the API, with or without a token."""

    def __init__(self, *tokens: str) -> None:
        self.http = Client(raise_request_exception=True)
        self.headers = {"Authorization": f"Bearer {','.join(tokens)}"} if tokens else {}

    def post(self, path, body, **headers) -> Any:
        data = body if isinstance(body, bytes) else json.dumps(body)
        return self.http.post(API + path, data, content_type="application/json", headers={**self.headers, **headers})

    def status(self, order_id) -> Any:
        return self.http.get(f"{API}status/{order_id}", headers=self.headers)


def holder(*orders) -> Any:
    return Caller(*[token_for(order) for order in orders])


def asking(article, **different) -> Any:
    wish = wish_for(article)
    asked = {
        "articleId": wish.article_id,
        "targetUrl": wish.target_url,
        "anchorText": wish.anchor_text,
        "customerNotes": "About seeds.",
        "email": wish.email,
    }
    return {name: value for name, value in {**asked, **different}.items() if value is not ...}


def codes(answer, field) -> Any:
    return [problem["code"] for problem in answer.json()[field]]


def nothing_happened() -> Any:
    return not any(kind.objects.exists() for kind in (Order, Checkout, Job, EmailLog))


# --- quote


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
        ("targetUrl", "https://example.com/" + "a" * 2048, "max_length"),
        ("anchorText", ..., "required"),
        ("anchorText", ["a good guide"], "not_text"),
        ("anchorText", True, "not_text"),
        ("anchorText", "a good guide" * 10, "max_length"),
        ("anchorText", "a \ud800 guide", "surrogate_characters_not_allowed"),
        ("customerNotes", None, "null"),
        ("customerNotes", 7, "not_text"),
        ("customerNotes", "x" * 501, "max_length"),
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


# --- status


def test_the_status_tells_the_whole_way(stripe, openai):
    order = quoted()
    caller = holder(order)
    base = {
        "orderId": str(order.pk),
        "status": "AWAITING_PAYMENT",
        "queue": None,
        "preview": None,
        "regenerationCount": 0,
        "canRegenerate": False,
        "canSubmit": False,
    }
    assert (caller.status(order.pk).status_code, caller.status(order.pk).json()) == (200, base)

    pay(stripe, till(order))
    job = Job.objects.get(name="integrate-backlink")
    waiting = {
        "jobId": str(job.pk),
        "state": "waiting",
        "progress": 0,
        "message": "Waiting for a free writer",
        "position": 0,
    }
    assert caller.status(order.pk).json() == {**base, "status": "PROCESSING", "queue": waiting}

    write()
    told = caller.status(order.pk).json()
    change = versions_of(order)[0].change
    assert {**told, "preview": None} == {**base, "status": "QUALITY_CHECK", "canRegenerate": True, "canSubmit": True}
    assert (told["preview"]["before"], told["preview"]["after"]) == (change["before"], change["after"])
    assert "<ins>" in told["preview"]["html"]
    submitted(order)
    told = caller.status(order.pk).json()
    assert (told["status"], told["canSubmit"], told["preview"]["after"]) == ("ADMIN_REVIEW", False, change["after"])


def test_a_strangers_order_is_not_there_and_a_revoked_token_opens_nothing(client, customer, stranger):
    order, other = quoted(), quoted()
    Order.objects.filter(pk=order.pk).update(customer=customer)
    old = holder(order)
    revoke_tokens(order)
    client.force_login(stranger)

    answers = [
        Caller().status(order.pk),
        holder(other).status(order.pk),
        old.status(order.pk),
        client.get(f"{API}status/{order.pk}"),
        Caller().status(uuid.uuid4()),
    ]

    assert {(answer.status_code, answer.json()["code"]) for answer in answers} == {(404, "not_found")}
    client.force_login(customer)
    assert client.get(f"{API}status/{order.pk}/").status_code == 200


@pytest.mark.parametrize("order_id", ["7", "x" * 300, "%00", "%F0%28"])
def test_a_status_of_no_id_names_the_field(order_id):
    answer = Caller().status(order_id)

    assert (answer.status_code, list(answer.json())) == (400, ["orderId"])


# --- regenerate and submit


def test_regenerating_answers_the_job_and_how_long_it_takes(stripe, openai):
    order = written(stripe)

    answer = holder(order).post("regenerate-backlink", {"orderId": str(order.pk)})
    again = holder(order).post("regenerate-backlink", {"orderId": str(order.pk)})

    job = Job.objects.filter(name="integrate-backlink").latest("id")
    assert (answer.status_code, answer.json()["jobId"]) == (202, str(job.pk))
    assert answer.json()["estimatedTime"] >= 1
    assert (again.status_code, again.json()["code"]) == (409, "wrong_state")


@pytest.mark.parametrize("field", ["notes", "customerNotes", "instructions", "anchorText"])
def test_no_word_can_be_sent_with_regenerate(stripe, openai, field):
    order = written(stripe)

    answer = holder(order).post("regenerate-backlink", {"orderId": str(order.pk), field: "Make it about casinos."})

    assert (answer.status_code, codes(answer, field)) == (400, ["unknown"])
    assert Order.objects.get().status == "QUALITY_CHECK"


def test_submitting_answers_the_status(stripe, openai):
    order = written(stripe)
    version = versions_of(order)[0]

    answer = holder(order).post("submit-for-review", {"orderId": str(order.pk), "versionId": version.pk})

    assert (answer.status_code, answer.json()) == (200, {"status": "ADMIN_REVIEW"})


@pytest.mark.parametrize(("version_id", "status"), [("7", 400), (0, 400), (None, 400), (10**30, 400), (10**9, 409)])
def test_versions_that_are_none_are_refused(stripe, openai, version_id, status):
    order = written(stripe)

    answer = holder(order).post("submit-for-review", {"orderId": str(order.pk), "versionId": version_id})

    assert answer.status_code == status
    assert status == 409 or list(answer.json()) == ["versionId"]
    assert Order.objects.get().status == "QUALITY_CHECK"


@pytest.mark.parametrize("path", ["regenerate-backlink", "submit-for-review"])
def test_strangers_and_wrong_states(stripe, path):
    order, other = bought(stripe), quoted()
    body = {"orderId": str(order.pk)}

    assert Caller().post(path, body).status_code == 404
    assert holder(other).post(path, body).status_code == 404
    assert holder(order).post(path, body).status_code == 409
    assert Caller().post(path, {"orderId": 7}).status_code == 400
    assert list(Caller().post(path, {}).json()) == ["orderId"]


# --- the signed-in customer


def test_a_signed_in_customers_order_is_theirs_and_needs_the_csrf_token(stripe, customer):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(customer)
    body = asking(article_for_sale())

    refused = browser.post(API + "quote", body, content_type="application/json")
    browser.cookies["csrftoken"] = "a" * 32
    quote = browser.post(API + "quote", body, content_type="application/json", headers={"X-CSRFToken": "a" * 32})

    order = Order.objects.get()
    assert (refused.status_code, refused.json()["code"]) == (403, "permission_denied")
    assert (quote.status_code, order.customer) == (201, customer)
    assert browser.get(f"{API}status/{order.pk}").status_code == 200


def test_staff_buy_as_anybody_would(client, editor):
    client.force_login(editor)

    answer = client.post(API + "quote", asking(article_for_sale()), content_type="application/json")

    assert (answer.status_code, Order.objects.get().customer) == (201, None)


# --- webhook


EVENT = {
    "id": "evt_api",
    "object": "event",
    "type": "checkout.session.completed",
    "data": {"object": {"id": "cs_test_1"}},
}


def test_the_webhook_answers_200_once_stored_and_400_for_a_forgery(stripe):
    body, signature = signed(EVENT)

    good = [Caller().post(path, body, **{"Stripe-Signature": signature}) for path in ("webhook", "webhook/")]
    forged = Caller().post("webhook", body, **{"Stripe-Signature": signature + "0"})
    unsigned = Caller().post("webhook", body)
    huge = Caller().post("webhook", body + b" " * 300_000, **{"Stripe-Signature": signature})

    assert [answer.status_code for answer in good] == [200, 200]
    assert {(answer.status_code, answer.json()["code"]) for answer in (forged, unsigned, huge)} == {
        (400, "bad_signature")
    }
    assert StripeEvent.objects.count() == 1
    assert Job.objects.count() == 1


# --- articles


def test_the_catalogue_tells_what_is_for_sale(stripe):
    short, single, plenty = article_for_sale(NO_SLOT), article_for_sale(ONE_SLOT), article_for_sale()
    till(quoted(single))

    answer = Caller().http.get("/api/v1/articles")

    assert answer.status_code == 200
    assert answer.json()["next"] is None
    assert [(row["id"], row["linkable"]) for row in answer.json()["results"]] == [
        (plenty.pk, True),
        (single.pk, False),
        (short.pk, False),
    ]
    assert answer.json()["results"][0] == {
        "id": plenty.pk,
        "slug": plenty.slug,
        "title": plenty.title,
        "language": "en",
        "price": 4900,
        "currency": "usd",
        "linkable": True,
    }


def test_the_catalogue_is_searched_and_paged():
    for _ in range(26):
        article_for_sale(NO_SLOT)
    http = Caller().http

    first = http.get("/api/v1/articles/?q=thursdays&language=en").json()
    second = http.get(f"/api/v1/articles/?q=thursdays&language=en&cursor={first['next']}").json()

    assert (len(first["results"]), len(second["results"]), second["next"]) == (24, 2, None)
    assert http.get("/api/v1/articles?language=xx").json() == {"results": [], "next": None}


@pytest.mark.parametrize(("query", "field"), [("cursor=x", "cursor"), ("q=%00", "q"), ("page=2", "page")])
def test_a_malformed_query_names_the_parameter(query, field):
    answer = Client().get(f"/api/v1/articles?{query}")

    assert (answer.status_code, list(answer.json())) == (400, [field])


def test_drafts_are_nobodys_business(stripe):
    article = article_for_sale()
    Article.objects.update(status=Article.Status.ARCHIVED)

    assert Client().get("/api/v1/articles").json()["results"] == []
    assert Caller().post("quote", asking(article)).status_code == 404


# --- manners


def test_other_methods_and_other_bodies_are_refused_in_the_same_shape():
    method = Client().get(API + "quote")
    form = Client().post(API + "quote", {"articleId": 1})

    assert (method.status_code, method.json()["code"]) == (405, "method_not_allowed")
    assert (form.status_code, form.json()["code"]) == (415, "unsupported_media_type")


def test_the_description_lists_each_call_once_with_its_answers():
    schema = Client().get("/api/schema/?format=json").json()

    described = {
        (path, method) for path, item in schema["paths"].items() for method in item if path.startswith("/api/v1")
    }
    assert described == {
        ("/api/v1/articles", "get"),
        ("/api/v1/purchase/quote", "post"),
        ("/api/v1/purchase/checkout", "post"),
        ("/api/v1/purchase/webhook", "post"),
        ("/api/v1/purchase/status/{order_id}", "get"),
        ("/api/v1/purchase/regenerate-backlink", "post"),
        ("/api/v1/purchase/submit-for-review", "post"),
    }
    quote = schema["paths"]["/api/v1/purchase/quote"]["post"]
    assert sorted(quote["responses"]) == ["201", "400", "404", "422", "429"]
    assert schema["components"]["schemas"]["QuoteRequest"]["required"] == [
        "anchorText",
        "articleId",
        "email",
        "targetUrl",
    ]
