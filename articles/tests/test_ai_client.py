"""Asking a model, against a real HTTP server: what is sent, what comes back, and what every failure becomes."""

import json
import socket
import time
from email.utils import formatdate
from typing import Any

import openai._base_client
import pytest
from django.db import connection, transaction
from pydantic import BaseModel
from pytest_httpserver import HTTPServer
from werkzeug import Request, Response

from articles.clients.ai import Answer, BadAnswer, Prompt, Refused, ask, moderate
from articles.models import AiEventLog
from queues.errors import Permanent, RetryLater

pytestmark = pytest.mark.django_db

Reply = dict[str, Any]

PROMPT = Prompt(version="link-3", instructions="Weave the link.")
DOCUMENT = {"task": "weave_link", "anchor": "Größe"}


class Edit(BaseModel):
    paragraph_id: int
    new_text: str


@pytest.fixture
def provider(httpserver, settings):
    settings.OPENAI_BASE_URL = httpserver.url_for("/v1")
    settings.OPENAI_API_KEY = "sk-only-for-tests"
    settings.OPENAI_MODEL = "gpt-5-mini"
    settings.OPENAI_TIMEOUT_SECONDS = 2
    return httpserver


def answering(provider: HTTPServer, reply: Reply, **headers: str) -> None:
    provider.expect_request("/v1/responses", method="POST").respond_with_json(reply, headers=headers)


def failing(provider: HTTPServer, status: int, code: str = "", **headers: str) -> None:
    error = {"error": {"message": "secret details", "type": "t", "code": code or None, "param": None}}
    provider.expect_request("/v1/responses").respond_with_json(error, status=status, headers=headers)


def response(text: str = '{"paragraph_id": 7, "new_text": "x"}', part: str = "output_text", **more: Any) -> Reply:
    content = {"type": part, "text" if part == "output_text" else "refusal": text, "annotations": []}
    return {
        "id": "resp_1",
        "object": "response",
        "created_at": 1,
        "model": "gpt-5-mini-2025-08-07",
        "status": "completed",
        "output": [{"type": "message", "id": "m", "role": "assistant", "status": "completed", "content": [content]}],
        "usage": {
            "input_tokens": 1000,
            "input_tokens_details": {"cached_tokens": 400},
            "output_tokens": 100,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 1100,
        },
    } | more


def completion(
    content: str | None = '{"paragraph_id": 8, "new_text": "y"}', finish: str = "stop", refusal: str | None = None
) -> Reply:
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "local-model",
        "choices": [
            {
                "index": 0,
                "finish_reason": finish,
                "message": {"role": "assistant", "content": content, "refusal": refusal},
            }
        ],
        "usage": {"prompt_tokens": 10, "completion_tokens": 5, "total_tokens": 15},
    }


def asked() -> Answer[Edit]:
    return ask(purpose="weave_link", subject=("order", "42"), prompt=PROMPT, document=DOCUMENT, answer=Edit)


def test_an_answer_is_read_and_its_call_kept(provider):
    answering(provider, response(), **{"x-request-id": "req_9"})

    answer = asked()

    assert answer.parsed == Edit(paragraph_id=7, new_text="x")
    assert (answer.model, answer.request_id) == ("gpt-5-mini-2025-08-07", "req_9")
    row = AiEventLog.objects.get()
    assert (row.purpose, row.subject_type, row.subject_id) == ("weave_link", "order", "42")
    assert (row.model_asked, row.model_answered, row.request_id) == ("gpt-5-mini", answer.model, "req_9")
    assert (row.tokens_in, row.tokens_cached, row.tokens_out) == (1000, 400, 100)
    assert (row.price_table, row.cost_micro, row.prompt_version) == ("2026-11", 360, "link-3")
    assert (row.outcome, row.error) == ("answered", "")
    assert row.duration_ms is not None


def test_what_is_sent_is_one_document_under_a_strict_schema_and_names_nobody(provider):
    answering(provider, response())

    asked()

    sent = json.loads(provider.log[0][0].get_data())
    assert (sent["model"], sent["instructions"], sent["store"]) == ("gpt-5-mini", "Weave the link.", False)
    assert [message["role"] for message in sent["input"]] == ["user"]
    assert json.loads(sent["input"][0]["content"]) == DOCUMENT
    assert (sent["text"]["format"]["type"], sent["text"]["format"]["strict"]) == ("json_schema", True)
    assert len(sent["safety_identifier"]) == 64
    assert "42" not in sent["safety_identifier"].split(":")


@pytest.mark.django_db(transaction=True)
def test_the_row_stands_before_the_call_is_made(provider):
    seen = []

    def handler(request: Request) -> Response:
        seen.append(row_seen_from_outside())
        return Response(json.dumps(response()), content_type="application/json")

    provider.expect_request("/v1/responses").respond_with_handler(handler)

    asked()

    assert seen == ["open"]


def row_seen_from_outside() -> str:
    # The server answers in a thread of its own, and so over a connection of its own.
    try:
        return AiEventLog.objects.get().outcome
    finally:
        connection.close()


def test_no_call_is_made_inside_a_transaction(provider):
    with pytest.raises(RuntimeError), transaction.atomic():
        asked()

    assert provider.log == []


@pytest.mark.parametrize(
    ("text", "problem"),
    [("Sure! Here you go", "json_invalid"), ('{"paragraph_id": 7}', "new_text"), ("", "json_invalid")],
)
def test_an_answer_that_does_not_fit_is_the_models_mistake_and_still_costs(provider, text, problem):
    answering(provider, response(text))

    with pytest.raises(BadAnswer, match=problem):
        asked()

    row = AiEventLog.objects.get()
    assert (row.outcome, row.cost_micro, row.tokens_out) == ("bad_answer", 360, 100)


def test_half_an_answer_is_the_models_mistake(provider):
    answering(
        provider, response('{"paragraph', status="incomplete", incomplete_details={"reason": "max_output_tokens"})
    )

    with pytest.raises(BadAnswer, match="half way"):
        asked()


@pytest.mark.parametrize(
    "reply",
    [
        response("I cannot help with that.", part="refusal"),
        response("", status="incomplete", incomplete_details={"reason": "content_filter"}),
    ],
    ids=["refusal", "content filter"],
)
def test_a_refusal_is_for_a_person(provider, reply):
    answering(provider, reply)

    with pytest.raises(Refused):
        asked()

    assert AiEventLog.objects.get().outcome == "refused"


@pytest.mark.parametrize("status", [408, 409, 500, 502, 503])
def test_an_outage_waits_after_one_more_try(provider, status):
    failing(provider, status)

    with pytest.raises(RetryLater) as later:
        asked()

    assert (later.value.after_seconds, len(provider.log)) == (None, 2)
    assert AiEventLog.objects.get().outcome == "later"


def test_a_rate_limit_waits_as_long_as_it_says_and_not_in_the_workers_slot(provider):
    failing(provider, 429, "rate_limit_exceeded", **{"Retry-After": "37"})
    started = time.monotonic()

    with pytest.raises(RetryLater) as later:
        asked()

    assert (later.value.after_seconds, len(provider.log)) == (37.0, 1)
    assert time.monotonic() - started < 2


def test_a_rate_limit_may_name_a_date(provider):
    failing(provider, 429, "rate_limit_exceeded", **{"Retry-After": formatdate(time.time() + 90, usegmt=True)})

    with pytest.raises(RetryLater) as later:
        asked()

    assert later.value.after_seconds == pytest.approx(90, abs=5)


def test_a_spent_quota_waits_long(provider):
    failing(provider, 429, "insufficient_quota", **{"Retry-After": "1"})

    with pytest.raises(RetryLater, match="quota") as later:
        asked()

    assert later.value.after_seconds == 3600


@pytest.mark.parametrize(
    ("status", "code"),
    [
        (400, "invalid_request_error"),
        (401, "invalid_api_key"),
        (403, "unsupported_country"),
        (404, "model_not_found"),
        (422, ""),
    ],
)
def test_our_own_mistakes_are_final_and_keep_what_they_said_to_themselves(provider, status, code):
    failing(provider, status, code)

    with pytest.raises(Permanent, match=str(status)):
        asked()

    row = AiEventLog.objects.get()
    assert (row.outcome, row.cost_micro, len(provider.log)) == ("permanent", None, 1)
    assert "secret details" not in row.error


def test_a_silent_server_waits_and_may_have_cost_something(provider, settings):
    settings.OPENAI_TIMEOUT_SECONDS = 0.1

    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.OPENAI_BASE_URL = f"http://127.0.0.1:{silent.getsockname()[1]}/v1"
        with pytest.raises(RetryLater, match="did not answer in time"):
            asked()

    assert AiEventLog.objects.get().outcome == "broken_off"


def test_a_server_that_cannot_be_reached_in_time_cost_nothing(provider, monkeypatch):
    http = openai._base_client.httpx2

    def too_late(*_, **__):
        raise http.ConnectTimeout("the handshake took too long")

    monkeypatch.setattr(http.Client, "send", too_late)

    with pytest.raises(RetryLater, match="cannot be reached"):
        asked()

    assert AiEventLog.objects.get().outcome == "later"


def test_no_server_waits(settings):
    settings.OPENAI_BASE_URL, settings.OPENAI_API_KEY = "http://127.0.0.1:9/v1", "sk-only-for-tests"

    with pytest.raises(RetryLater, match="cannot be reached"):
        asked()

    assert AiEventLog.objects.get().outcome == "later"


def test_without_a_key_nothing_is_asked(provider, settings):
    settings.OPENAI_API_KEY = ""

    with pytest.raises(Permanent, match="OPENAI_API_KEY"):
        asked()

    assert provider.log == []


@pytest.mark.parametrize("body", ["<html>Bad gateway</html>", "{", '{"hello": 1}', "[]", '{"output": [1]}'])
def test_nonsense_is_the_providers_trouble_not_the_models(provider, body):
    provider.expect_request("/v1/responses").respond_with_data(body, content_type="application/json")

    with pytest.raises(RetryLater, match="not a reply"):
        asked()


def test_a_response_the_provider_gave_up_waits(provider):
    answering(provider, response(status="failed", output=[]))

    with pytest.raises(RetryLater, match="failed"):
        asked()


def test_a_server_without_the_responses_api_is_asked_over_chat_completions(provider):
    provider.expect_request("/v1/responses").respond_with_json({"detail": "Not Found"}, status=404)
    provider.expect_request("/v1/chat/completions").respond_with_json(completion())

    answer = asked()

    sent = json.loads(provider.log[1][0].get_data())
    assert answer.parsed == Edit(paragraph_id=8, new_text="y")
    assert [message["role"] for message in sent["messages"]] == ["system", "user"]
    assert sent["response_format"]["json_schema"]["strict"] is True
    row = AiEventLog.objects.get()
    assert (row.model_answered, row.tokens_in, row.tokens_out, row.cost_micro) == ("local-model", 10, 5, None)


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (completion("{", finish="length"), BadAnswer),
        (completion("", finish="content_filter"), Refused),
        (completion(None, refusal="No."), Refused),
        (completion("nothing of the kind"), BadAnswer),
        ({"choices": []}, RetryLater),
    ],
)
def test_chat_completions_fail_in_the_same_ways(provider, reply, error):
    provider.expect_request("/v1/responses").respond_with_json({}, status=404)
    provider.expect_request("/v1/chat/completions").respond_with_json(reply)

    with pytest.raises(error):
        asked()


def test_moderation_names_what_it_objects_to(provider):
    verdict = {"flagged": True, "categories": {"violence": True, "hate": False}, "category_scores": {}}
    provider.expect_request("/v1/moderations").respond_with_json(
        {"id": "modr-1", "model": "omni-moderation-latest", "results": [verdict]}
    )

    moderated = moderate("a text", subject=("order", "42"))

    assert (moderated.flagged, moderated.categories) == (True, ("violence",))
    row = AiEventLog.objects.get()
    assert (row.purpose, row.outcome, row.cost_micro) == ("moderation", "answered", 0)


def test_moderation_waits_for_an_outage(provider):
    provider.expect_request("/v1/moderations").respond_with_data("", status=503)

    with pytest.raises(RetryLater):
        moderate("a text", subject=("order", "42"))
