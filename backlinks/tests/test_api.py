import pytest
from django.test import Client

from articles.models import Article
from backlinks.models import StripeEvent
from backlinks.tests.calling import API, Caller, asking
from backlinks.tests.given import (
    NO_SLOT,
    ONE_SLOT,
    article_for_sale,
    quoted,
    signed,
    till,
)
from queues.models import Job

pytestmark = pytest.mark.django_db


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
