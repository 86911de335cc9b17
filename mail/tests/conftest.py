"""A mail server of our own on loopback, an order's email, and where its button leads."""

import socket
from asyncio import WriteTransport
from typing import cast

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope
from django.db import transaction

from mail import links
from mail.sending import send_email
from mail.tests.samples import CONTEXT


class MailServer:
    """Keeps what it takes; `answers` to RCPT and DATA are given in order, then 250. None breaks the line off."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.rcpt_answers: list[str | None] = []
        self.data_answers: list[str | None] = []

    async def handle_RCPT(self, server, session, envelope, address, rcpt_options):
        answer = _next(self.rcpt_answers, server)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server, session, envelope):
        self.taken.append(envelope)
        return _next(self.data_answers, server)


def _next(answers: list[str | None], server: SMTP) -> str:
    answer = answers.pop(0) if answers else "250 OK"
    if answer is None:
        cast(WriteTransport, server.transport).abort()
        return "421 gone"
    return answer


@pytest.fixture
def nobody_listens(settings):
    """Real SMTP, to a port of loopback where nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    settings.EMAIL_BACKEND = "mail.transport.Transport"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", port, 5
    settings.DEFAULT_FROM_EMAIL = "Copydesk <desk@copydesk.example>"
    return port


@pytest.fixture
def server(nobody_listens):
    handler = MailServer()
    controller = Controller(handler, hostname="127.0.0.1", port=nobody_listens)
    controller.start()
    yield handler
    controller.stop()


@pytest.fixture
def order_link(monkeypatch):
    """Emails about orders lead to a page that only their link opens."""
    monkeypatch.setitem(links.LINKS, "order", lambda subject_id: f"https://desk.example/orders/{subject_id}/?a=s3cret")


@pytest.fixture
def owe(order_link):
    """An email owed about order 41."""

    def owe(kind="submitted", cause="1", to="ada@example.com", **different):
        with transaction.atomic():
            return send_email(kind=kind, to=to, subject=("order", "41"), cause=cause, context={**CONTEXT, **different})

    return owe
