"""The OpenAI stand-in through OpenAI's own client."""

import json
from typing import Any, Literal

import openai
import pytest
from pydantic import BaseModel, ValidationError

from simulators.tests.stand_in import StandIn

PARAGRAPH = (
    "Gardens in the city need water more than anything else. We carried it up four flights of stairs for a whole "
    "summer, and we learned to choose plants that forgive a dry week."
)
TASK = {
    "task": "weave_link",
    "language": "en",
    "anchor": "city garden watering",
    "target_topic": "example org gardens",
    "paragraphs": [{"id": 7, "heading": "Water", "text": PARAGRAPH, "following": "We began in May."}],
    "tried": [],
    "failed_checks": [],
    "variation": "order-1:0",
}


class Edit(BaseModel):
    paragraph_id: int
    mode: Literal["wrap", "rewrite_sentence", "add_sentence"]
    new_text: str
    reason: str


class Essay(BaseModel):
    title: str


@pytest.fixture
def openai_client(openai_stand_in: StandIn) -> openai.OpenAI:
    return openai.OpenAI(api_key="sk-of-these-tests", base_url=f"{openai_stand_in.base}/v1", max_retries=0, timeout=5)


def ask(client: openai.OpenAI, task: object = TASK) -> Any:
    return client.responses.parse(
        model="any-model",
        instructions="You place one link.",
        input=[{"role": "user", "content": json.dumps(task)}],
        text_format=Edit,
        store=False,
        safety_identifier="hash-of-customer",
    )


def test_responses_answer_the_task_in_the_schema_asked_for(openai_client: openai.OpenAI) -> None:
    response = ask(openai_client)

    edit = response.output_parsed
    assert (edit.paragraph_id, edit.mode) == (7, "add_sentence")
    assert edit.new_text.startswith(PARAGRAPH)
    assert edit.new_text.count("[[LINK]]city garden watering[[/LINK]]") == 1
    assert (response.model, response.status, response.error) == ("copydesk-offline-writer-1", "completed", None)
    assert (response.store, response.safety_identifier) == (False, "hash-of-customer")
    assert response.usage.total_tokens == response.usage.input_tokens + response.usage.output_tokens
    assert response.usage.input_tokens > response.usage.output_tokens > 0
    assert response._request_id.startswith("req_")


def test_input_may_be_one_string_or_parts(openai_client: openai.OpenAI) -> None:
    whole = openai_client.responses.parse(model="m", input=json.dumps(TASK), text_format=Edit)
    parts = openai_client.responses.parse(
        model="m",
        input=[{"role": "user", "content": [{"type": "input_text", "text": json.dumps(TASK)}]}],
        text_format=Edit,
    )

    assert whole.output_parsed == parts.output_parsed == ask(openai_client).output_parsed


def test_chat_completions_answer_the_same(openai_client: openai.OpenAI) -> None:
    completion = openai_client.chat.completions.parse(
        model="any-model",
        messages=[{"role": "system", "content": "You place one link."}, {"role": "user", "content": json.dumps(TASK)}],
        response_format=Edit,
    )

    assert completion.choices[0].message.parsed == ask(openai_client).output_parsed
    assert completion.choices[0].finish_reason == "stop"
    assert completion.usage is not None
    assert completion.usage.total_tokens == completion.usage.prompt_tokens + completion.usage.completion_tokens


def test_moderation_flags_nothing_unless_told_to(openai_client: openai.OpenAI, openai_stand_in: StandIn) -> None:
    calm = openai_client.moderations.create(input=["one", "two"])
    openai_stand_in.control("/_control", mode="flagged", count=1)
    flagged = openai_client.moderations.create(input="three")
    after = openai_client.moderations.create(input="four")

    assert [result.flagged for result in calm.results] == [False, False]
    assert flagged.results[0].flagged is True
    assert flagged.results[0].categories.illicit is True
    assert after.results[0].flagged is False


def test_the_models_name_says_what_it_is(openai_client: openai.OpenAI) -> None:
    assert "copydesk-offline-writer-1" in [model.id for model in openai_client.models.list()]


@pytest.mark.parametrize(
    ("task", "said"),
    [
        ({"task": "write_poem"}, "does not offer the task 'write_poem'"),
        ({"task": "write_article"}, "not a write_article task"),
        ({"task": "weave_link"}, "not a weave_link task"),
        ("prose", "does not offer the task None"),
    ],
)
def test_a_task_it_does_not_offer_is_a_bad_request(openai_client: openai.OpenAI, task: object, said: str) -> None:
    with pytest.raises(openai.BadRequestError, match=said):
        ask(openai_client, task)


def test_a_schema_it_cannot_fill_is_a_bad_request(openai_client: openai.OpenAI) -> None:
    with pytest.raises(openai.BadRequestError, match="no field title"):
        openai_client.responses.parse(model="m", input=json.dumps(TASK), text_format=Essay)


@pytest.mark.parametrize(
    ("body", "param", "code"),
    [
        ({"input": "x"}, "model", "missing_required_parameter"),
        ({"model": "m"}, "input", "missing_required_parameter"),
        ({"model": "m", "input": "x", "mood": "good"}, "mood", "unknown_parameter"),
        ({"model": "m", "input": "x", "stream": True}, "stream", "unsupported_value"),
        ({"model": "m", "input": [7]}, "input", "invalid_type"),
        ({"model": "m", "input": "x", "text": "plain"}, "text", "invalid_type"),
    ],
)
def test_a_bad_parameter_is_refused_by_name(
    openai_stand_in: StandIn, body: dict[str, Any], param: str, code: str
) -> None:
    answer = openai_stand_in.post("/v1/responses", json=body, headers={"Authorization": "Bearer sk-x"})

    assert answer.status_code == 400
    assert (answer.json()["error"]["param"], answer.json()["error"]["code"]) == (param, code)


def test_a_call_without_a_key_is_refused(openai_stand_in: StandIn) -> None:
    answer = openai_stand_in.post("/v1/responses", json={"model": "m", "input": "x"})

    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("down", openai.APIConnectionError),
        ("429", openai.RateLimitError),
        ("insufficient_quota", openai.RateLimitError),
        ("500", openai.InternalServerError),
        ("401", openai.AuthenticationError),
        ("403", openai.PermissionDeniedError),
        ("model_not_found", openai.NotFoundError),
        ("truncated", ValidationError),
    ],
)
def test_it_misbehaves_as_often_as_asked(
    openai_client: openai.OpenAI, openai_stand_in: StandIn, mode: str, error: type[Exception]
) -> None:
    openai_stand_in.control("/_control", mode=mode, count=2)

    for _ in range(2):
        with pytest.raises(error):
            ask(openai_client)

    assert ask(openai_client).output_parsed is not None


def test_quota_and_rate_limit_are_told_apart(openai_client: openai.OpenAI, openai_stand_in: StandIn) -> None:
    openai_stand_in.control("/_control", mode="429", count=1, retry_after=7)
    with pytest.raises(openai.RateLimitError) as limited:
        ask(openai_client)
    openai_stand_in.control("/_control", mode="insufficient_quota", count=1)
    with pytest.raises(openai.RateLimitError) as spent:
        ask(openai_client)

    assert (limited.value.code, limited.value.response.headers["retry-after"]) == ("rate_limit_exceeded", "7")
    assert (spent.value.code, spent.value.type) == ("insufficient_quota", "insufficient_quota")
    assert "retry-after" not in spent.value.response.headers


def test_a_slow_answer_times_out_at_the_client(openai_client: openai.OpenAI, openai_stand_in: StandIn) -> None:
    openai_stand_in.control("/_control", mode="slow", seconds=5, count=1)

    with pytest.raises(openai.APITimeoutError):
        ask(openai_client.with_options(timeout=0.2))


def test_a_delay_slows_every_call_down_whatever_the_mode(
    openai_client: openai.OpenAI, openai_stand_in: StandIn
) -> None:
    openai_stand_in.control("/_control", delay_seconds=0.3)
    openai_stand_in.control("/_control", mode="500", count=1)

    for error in (openai.InternalServerError, None):
        if error is not None:
            with pytest.raises(error):
                ask(openai_client)
        else:
            answer = openai_client.responses.with_raw_response.create(model="m", input=json.dumps(TASK))
            assert int(answer.headers["openai-processing-ms"]) >= 300


def test_nonsense_is_not_an_answer(openai_client: openai.OpenAI, openai_stand_in: StandIn) -> None:
    openai_stand_in.control("/_control", mode="nonsense", count=1)

    with pytest.raises(Exception, match="has no attribute 'output'"):
        ask(openai_client)


def test_a_refusal_carries_no_edit(openai_client: openai.OpenAI, openai_stand_in: StandIn) -> None:
    openai_stand_in.control("/_control", mode="refusal", count=1)

    response = ask(openai_client)

    assert response.output_parsed is None
    assert response.output[0].content[0].type == "refusal"


def test_a_truncated_answer_says_that_it_is_incomplete(openai_client: openai.OpenAI, openai_stand_in: StandIn) -> None:
    openai_stand_in.control("/_control", mode="truncated", count=1)

    response = openai_client.responses.create(model="m", input=json.dumps(TASK))

    assert response.status == "incomplete"
    assert response.incomplete_details is not None
    assert response.incomplete_details.reason == "max_output_tokens"
    with pytest.raises(ValueError, match="Unterminated string"):
        json.loads(response.output_text)


def test_a_bad_edit_is_well_formed_and_wrong(openai_client: openai.OpenAI, openai_stand_in: StandIn) -> None:
    openai_stand_in.control("/_control", mode="bad_edit", count=1)

    edit = ask(openai_client).output_parsed

    assert edit.new_text.count("[[LINK]]city garden watering[[/LINK]]") == 1
    assert "forgive a dry week" not in edit.new_text
    assert "guaranteed to save you 50%" in edit.new_text


@pytest.mark.parametrize("asked", [{"mode": "sulk"}, {"mood": "ok"}, {"count": "many"}, {"delay_seconds": None}, []])
def test_a_bad_control_call_changes_nothing(openai_stand_in: StandIn, asked: object) -> None:
    before = openai_stand_in.get("/_control").json()

    answer = openai_stand_in.post("/_control", json=asked)

    assert answer.status_code == 400
    assert openai_stand_in.get("/_control").json() == before


def test_it_ends_cleanly_in_the_middle_of_a_slow_answer() -> None:
    running = StandIn("simulators.openai")
    running.control("/_control", mode="slow", seconds=60)
    client = openai.OpenAI(api_key="sk-x", base_url=f"{running.base}/v1", max_retries=0, timeout=0.2)
    with pytest.raises(openai.APITimeoutError):
        ask(client)

    status, seconds = running.stop()

    assert running.greeting == f"OpenAI stand-in (offline writer, no model) on {running.base}/v1\n"
    assert status == 0
    assert seconds < 5
