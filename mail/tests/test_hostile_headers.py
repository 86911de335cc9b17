"""A line break in anything an email is told: it still has one recipient, and the headers we gave it and no others."""

from email import message_from_bytes, policy

import pytest
from django.core import mail as outbox
from django.core.mail import EmailMultiAlternatives

from mail import delivery
from mail.confidential import covered
from mail.delivery import deliver
from mail.kinds import KINDS
from mail.models import EmailLog
from mail.tests.samples import ALERT, CONTEXT, SIGN_IN

pytestmark = pytest.mark.django_db

EVIL = "".join(
    f"salt{end}Bcc: eve@evil.example{end}X-Evil: yes{end}{end}" for end in ("\r\n", "\n", "\r", "\u2028", "\x0b")
)
OURS = {"Subject", "From", "To", "Date", "Message-ID", "MIME-Version", "Content-Type"}
OURS |= {"Auto-Submitted", "X-Auto-Response-Suppress"}
TOLD = {**CONTEXT, **ALERT, **SIGN_IN}


def test_no_word_of_any_email_becomes_a_header_or_a_recipient(monkeypatch):
    monkeypatch.setattr(delivery, "action_link", lambda *about: f"https://desk.example/{EVIL}")
    monkeypatch.setattr(delivery, "confidential", lambda email: covered(email.kind))
    for kind, names in KINDS.items():
        told = {name: EVIL if isinstance(TOLD[name], str) else TOLD[name] for name in names}
        row = EmailLog(kind=kind, to="ada@example.com", message_id=f"<{kind}@desk.example>", context=told)
        row.save()  # no door looked at it
        deliver(row.pk)

    assert len(outbox.outbox) == len(KINDS)
    for letter in outbox.outbox:
        assert letter.recipients() == ["ada@example.com"]
        assert _headers(letter) - OURS == set()


def _headers(letter: EmailMultiAlternatives) -> set[str]:
    sent = message_from_bytes(letter.message().as_bytes(), policy=policy.default)
    assert sent.get_all("To") == ["ada@example.com"]
    return set(sent.keys())
