"""The mailbox: what is sent is kept, shown safely, and refused when asked to be."""

import re
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import pytest

from simulators.tests.stand_in import StandIn


class Mailbox(StandIn):
    def __init__(self, folder: Path) -> None:
        super().__init__("simulators.mailbox", "--smtp-port", 0, "--http-port", 0, "--store", folder)
        found = re.search(r"SMTP on 127\.0\.0\.1:(\d+)", self.greeting)
        assert found is not None
        self.smtp_port = int(found[1])

    def send(self, message: EmailMessage, *, timeout: float = 5) -> None:
        with smtplib.SMTP("127.0.0.1", self.smtp_port, timeout=timeout) as line:
            line.send_message(message)

    def subjects(self) -> list[str]:
        return [item["subject"] for item in self.get("/messages.json").json()["messages"]]


@pytest.fixture
def mailbox(tmp_path: Path) -> Iterator[Mailbox]:
    running = Mailbox(tmp_path)
    yield running
    running.stop()


def a_message(subject: str = "Ihr Artikel ist fertig: „Gärten“") -> EmailMessage:
    message = EmailMessage()
    message["From"] = "desk@example.org"
    message["To"] = "customer@example.org"
    message["Subject"] = subject
    message["Message-ID"] = "<order-1@example.org>"
    message.set_content("Guten Tag,\nhttps://example.org/orders/1\n")
    message.add_alternative("<p>Guten <b>Tag</b></p><script>alert(1)</script>", subtype="html")
    return message


def test_a_message_is_kept_and_told(mailbox: Mailbox, tmp_path: Path) -> None:
    mailbox.send(a_message())

    told = mailbox.get("/messages.json").json()["messages"]
    assert len(told) == 1
    assert told[0]["subject"] == "Ihr Artikel ist fertig: „Gärten“"
    assert (told[0]["to"], told[0]["message_id"]) == ("customer@example.org", "<order-1@example.org>")
    assert "https://example.org/orders/1" in told[0]["text"]
    assert "<b>Tag</b>" in told[0]["html"]
    assert [path.suffix for path in tmp_path.iterdir()] == [".eml"]


def test_the_pages_show_it_and_run_nothing_of_it(mailbox: Mailbox) -> None:
    mailbox.send(a_message('<img src=x onerror="alert(1)">'))
    id = mailbox.get("/messages.json").json()["messages"][0]["id"]

    index, page = mailbox.get("/"), mailbox.get(f"/messages/{id}")
    html, raw = mailbox.get(f"/messages/{id}/html"), mailbox.get(f"/messages/{id}/raw")

    assert "<img" not in index.text + page.text
    assert f'<iframe sandbox title="The HTML part" src="/messages/{id}/html">' in page.text
    assert "<script" not in page.text
    assert html.headers["content-security-policy"].startswith("sandbox; default-src 'none'")
    assert raw.headers["content-type"] == "text/plain; charset=utf-8"
    assert raw.text.startswith("X-Envelope-From: desk@example.org")


def test_newest_first_and_kept_over_a_restart(tmp_path: Path) -> None:
    first = Mailbox(tmp_path)
    first.send(a_message("one"))
    first.send(a_message("two"))
    status, seconds = first.stop()

    second = Mailbox(tmp_path)
    subjects = second.subjects()
    second.stop()

    assert subjects == ["two", "one"]
    assert status == 0
    assert seconds < 5


@pytest.mark.parametrize("path", ["/messages/unknown", "/messages/..%2f..%2fetc/raw", "/messages/unknown/html"])
def test_what_is_not_there_is_missing(mailbox: Mailbox, path: str) -> None:
    assert mailbox.get(path).status_code == 404


@pytest.mark.parametrize(
    ("mode", "error"),
    [
        ("down", smtplib.SMTPServerDisconnected),
        ("reject", smtplib.SMTPRecipientsRefused),
        ("nonsense", smtplib.SMTPConnectError),
    ],
)
def test_it_misbehaves_until_switched_back(mailbox: Mailbox, mode: str, error: type[Exception]) -> None:
    mailbox.control("/_control", mode=mode)
    with pytest.raises(error):
        mailbox.send(a_message())
    refused = mailbox.subjects()

    mailbox.control("/_control", mode="ok")
    mailbox.send(a_message("after"))

    assert refused == []
    assert mailbox.subjects() == ["after"]


def test_a_slow_mailbox_outlasts_the_senders_patience(mailbox: Mailbox) -> None:
    mailbox.control("/_control", mode="slow", seconds=30)

    with pytest.raises(smtplib.SMTPServerDisconnected, match="timed out"):
        mailbox.send(a_message(), timeout=0.3)

    assert mailbox.subjects() == []


def test_a_bad_control_call_is_refused(mailbox: Mailbox) -> None:
    assert mailbox.post("/_control", json={"mode": "sulk"}).status_code == 400
    assert mailbox.post("/_control", json={"mood": "ok"}).status_code == 400
