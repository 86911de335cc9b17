import uuid

import pytest
from django.test import Client

from backlinks.access import revoke_tokens
from backlinks.models import Order
from backlinks.tests.calling import API, Caller, asking, codes, holder
from backlinks.tests.given import (
    EDITOR,
    article_for_sale,
    bought,
    pay,
    quoted,
    submitted,
    till,
    versions_of,
    write,
    writers_are_in,
    written,
)
from queues.models import Job

pytestmark = pytest.mark.django_db


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
    writers_are_in()
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
    revoke_tokens(order=order, actor=EDITOR, reason="It was passed on.")
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
