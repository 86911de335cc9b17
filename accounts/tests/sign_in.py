"""A browser that signs in, and the code as its owner reads it."""

import re

from django.core import mail as outbox
from django.test import Client

from queues.draining import drain

SIGN_IN, CODE, AGAIN, ACCOUNT = (
    "/accounts/sign-in/",
    "/accounts/sign-in/code/",
    "/accounts/sign-in/again/",
    "/accounts/",
)
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"


def browser(ip: str = "203.0.113.7") -> Client:
    return Client(REMOTE_ADDR=ip, HTTP_USER_AGENT=FIREFOX)


def asked(client: Client, address: str = "ada@example.com", **more: str) -> Client:
    answer = client.post(SIGN_IN, {"email": address, **more})
    assert answer.status_code == 303, answer.content
    return client


def read_code() -> str:
    """From the newest email, once the queue has done its work."""
    assert set(drain(only="send-otp")) <= {("send-otp", "SUCCESS")}
    found = re.search(r"^ {4}(\d{6})$", outbox.outbox[-1].body, re.MULTILINE)
    assert found, outbox.outbox[-1].body
    return found[1]


def wrong(code: str) -> str:
    return f"{(int(code) + 1) % 1_000_000:06}"


def signed_in(client: Client) -> bool:
    return client.get(ACCOUNT).status_code == 200
