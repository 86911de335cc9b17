"""Idempotency keys: the same answer again, a refusal for another question, a conflict while one is under way."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlencode

import httpx2
import pytest
import stripe

from simulators.tests.stand_in import (
    API_KEY,
    Receiver,
    StandIn,
    a_session,
    choose,
    client_of,
    eventually,
    stripe_stand_in,
)

FORM = {
    "mode": "payment",
    "success_url": "http://127.0.0.1:9/done",
    "line_items[0][quantity]": "1",
    "line_items[0][price_data][currency]": "eur",
    "line_items[0][price_data][unit_amount]": "4900",
    "line_items[0][price_data][product_data][name]": "Link",
}


def create(stand_in: StandIn, key: str, **changes: str) -> httpx2.Response:
    return stand_in.post(
        "/v1/checkout/sessions",
        content=urlencode({**FORM, **changes}),
        headers={"Authorization": f"Bearer {API_KEY}", "Idempotency-Key": key},
    )


def test_the_same_key_answers_the_same_and_makes_nothing_new(stand_in: StandIn) -> None:
    first = create(stand_in, "same")
    again = create(stand_in, "same")

    assert (first.status_code, again.status_code) == (200, 200)
    assert first.content == again.content
    assert "idempotent-replayed" not in first.headers
    assert again.headers["idempotent-replayed"] == "true"
    assert again.headers["original-request"] == first.headers["request-id"]


def test_the_same_key_for_another_question_is_refused(stand_in: StandIn, client: stripe.StripeClient) -> None:
    create(stand_in, "reused")

    other = create(stand_in, "reused", **{"line_items[0][quantity]": "2"})

    assert other.status_code == 400
    assert other.json()["error"]["type"] == "idempotency_error"


def test_a_key_under_way_is_a_conflict_and_nothing_is_made_twice(stand_in: StandIn) -> None:
    stand_in.control("/_control/api", mode="slow", seconds=0.6, count=1)
    before = len(stand_in.get("/_control/state").json()["sessions"])

    with ThreadPoolExecutor() as pool:
        slow = pool.submit(create, stand_in, "under-way")
        eventually(lambda: stand_in.get("/_control/state").json()["switches"]["api"]["mode"] == "ok")
        early = create(stand_in, "under-way")
        late = slow.result()

    assert (early.status_code, early.json()["error"]["code"]) == (409, "idempotency_key_in_use")
    assert late.status_code == 200
    assert create(stand_in, "under-way").json()["id"] == late.json()["id"]
    assert len(stand_in.get("/_control/state").json()["sessions"]) == before + 1


def test_a_refusal_by_the_business_is_remembered_and_a_bad_parameter_is_not(
    stand_in: StandIn, client: stripe.StripeClient
) -> None:
    session = client.v1.checkout.sessions.create(a_session())
    choose(session, "pay")
    intent = str(client.v1.checkout.sessions.retrieve(session.id).payment_intent)
    client.v1.refunds.create({"payment_intent": intent})

    for _ in range(2):
        with pytest.raises(stripe.InvalidRequestError) as refused:
            client.v1.refunds.create({"payment_intent": intent}, {"idempotency_key": "refund-twice"})
    bad = create(stand_in, "mended", mode="barter")
    mended = create(stand_in, "mended")

    assert refused.value.headers is not None
    assert refused.value.headers["idempotent-replayed"] == "true"
    assert (bad.status_code, mended.status_code) == (400, 200)


def test_an_answer_lost_on_the_way_is_found_again_by_the_clients_own_retry(stand_in: StandIn) -> None:
    stand_in.control("/_control/api", mode="cut", count=1)
    before = len(stand_in.get("/_control/state").json()["sessions"])

    made = client_of(stand_in, retries=1).v1.checkout.sessions.create(a_session())

    assert made.last_response is not None
    assert made.last_response.headers["idempotent-replayed"] == "true"
    assert len(stand_in.get("/_control/state").json()["sessions"]) == before + 1


def test_a_restart_forgets_no_key_and_no_session(folder: Path, receiver: Receiver) -> None:
    first = stripe_stand_in(folder, receiver.url)
    made = create(first, "kept")
    first.stop()

    second = stripe_stand_in(folder, receiver.url)
    again = create(second, "kept")
    session = client_of(second).v1.checkout.sessions.retrieve(made.json()["id"])
    second.stop()

    assert again.json() == made.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert session.status == "open"
