"""Keys, envelopes, loopback, misbehaviour on demand, and a clean end."""

import base64
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest
import stripe

from simulators.tests.stand_in import API_KEY, ROOT, SECRET, Receiver, StandIn, a_session, client_of, stripe_stand_in

SESSIONS = "/v1/checkout/sessions"


@pytest.mark.parametrize(
    "authorization",
    ["", "Bearer", "Bearer nonsense", "Bearer sk_live_abcdefgh", "Bearer sk_test_", "Basic !!!", "Token x"],
)
def test_a_call_without_a_test_key_is_refused(stand_in: StandIn, authorization: str) -> None:
    answer = stand_in.get(SESSIONS, headers={"Authorization": authorization} if authorization else {})

    assert answer.status_code == 401
    assert answer.json()["error"]["type"] == "invalid_request_error"
    assert answer.headers["request-id"].startswith("req_")
    assert "sk_live_abcdefgh" not in answer.text


def test_the_key_may_come_as_basic_user(stand_in: StandIn) -> None:
    basic = base64.b64encode(f"{API_KEY}:".encode()).decode()

    assert stand_in.get(SESSIONS, headers={"Authorization": f"Basic {basic}"}).status_code == 200


def test_an_unknown_address_is_told_apart_from_a_missing_object(stand_in: StandIn) -> None:
    answer = stand_in.get("/v1/horses", headers={"Authorization": f"Bearer {API_KEY}"})

    assert answer.status_code == 404
    assert "Unrecognized request URL (GET: /v1/horses)" in answer.json()["error"]["message"]


def test_another_host_name_and_another_sites_form_are_refused(stand_in: StandIn) -> None:
    rebound = stand_in.get("/", headers={"Host": "evil.example"})
    forged = stand_in.post("/_control/api", json={"mode": "down"}, headers={"Origin": "https://evil.example"})

    assert (rebound.status_code, forged.status_code) == (400, 403)
    assert stand_in.get("/_control/state").json()["switches"]["api"]["mode"] == "ok"


@pytest.mark.parametrize(
    ("mode", "error"),
    [("down", stripe.APIConnectionError), ("nonsense", stripe.APIError), ("429", stripe.RateLimitError),
     ("500", stripe.APIError)],
)  # fmt: skip
def test_the_api_misbehaves_as_often_as_asked(
    stand_in: StandIn, client: stripe.StripeClient, mode: str, error: type[Exception]
) -> None:
    stand_in.control("/_control/api", mode=mode, count=2)

    for _ in range(2):
        with pytest.raises(error):
            client.v1.checkout.sessions.create(a_session())

    assert client.v1.checkout.sessions.create(a_session()).status == "open"


def test_the_clients_retries_ride_out_a_short_outage(stand_in: StandIn) -> None:
    stand_in.control("/_control/api", mode="500", count=1)

    assert client_of(stand_in, retries=2).v1.checkout.sessions.create(a_session()).status == "open"


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        ("api", {"mode": "sulk"}),
        ("api", {"moods": 1}),
        ("api", {"mode": "slow", "seconds": "long"}),
        ("webhooks", {"duplicate": "twice"}),
        ("webhooks", {"delay_seconds": None}),
        ("resend", {"event_id": "evt_unknown"}),
        ("resend", {}),
        ("async", {"session": "cs_test_unknown", "outcome": "succeeded"}),
        ("refunds", {"outcome": "perhaps"}),
        ("dispute", {}),
    ],
)
def test_a_bad_control_call_is_refused_and_changes_nothing(
    stand_in: StandIn, path: str, asked: dict[str, object]
) -> None:
    before = stand_in.get("/_control/state").json()

    answer = stand_in.post(f"/_control/{path}", json=asked)

    assert answer.status_code == 400
    assert list(answer.json()) == ["error"]
    assert stand_in.get("/_control/state").json() == before


def test_it_says_where_it_is_and_ends_at_once_on_sigterm(folder: Path, receiver: Receiver) -> None:
    running = stripe_stand_in(folder, receiver.url)
    greeting = running.greeting

    status, seconds = running.stop()

    assert greeting == f"Stripe stand-in on {running.base} (no money moves), webhooks to {receiver.url}\n"
    assert status == 0
    assert seconds < 5
    with pytest.raises(httpx2.ConnectError):
        running.get("/")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["--webhook-url", "https://example.org/hook", "--webhook-secret", SECRET],
            "must be an address on this machine",
        ),
        (["--webhook-url", "http://127.0.0.1:1/", "--webhook-secret", "secret"], "must start with whsec_"),
    ],
)
def test_it_does_not_start_pointed_elsewhere_or_without_a_secret(words: list[str], said: str, folder: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "simulators.stripe", "--state", str(folder), *words],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip

    assert ended.returncode == 2
    assert said in ended.stderr
    assert not folder.exists()


def test_a_port_in_use_is_said_in_one_line(stand_in: StandIn, folder: Path) -> None:
    port = stand_in.base.rpartition(":")[2]

    ended = subprocess.run(
        [sys.executable, "-m", "simulators.openai", "--port", port],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stderr == f"Cannot listen on 127.0.0.1:{port}: Address already in use\n"
