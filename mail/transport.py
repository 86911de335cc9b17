"""Django's SMTP backend, which also knows whether a message was already handed over when the line broke.

Until DATA nothing can have been delivered; from there on silence proves nothing, and it must never be taken for a no.
"""

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class _Listening(smtplib.SMTP):
    """Remembers that the message was handed over, and what was answered: a server's name for it in its own log."""

    entrusted = False
    answer = b""

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.entrusted = True
        code, self.answer = super().data(msg)
        return code, self.answer


class _Encrypted(_Listening, smtplib.SMTP_SSL):
    """The same over TLS from the start."""


class Transport(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Encrypted if self.use_ssl else _Listening

    @property
    def entrusted(self) -> bool:
        return isinstance(self.connection, _Listening) and self.connection.entrusted

    @property
    def provider_id(self) -> str:
        """Such as "2.0.0 Ok: queued as 4XkQ1"."""
        return self.connection.answer.decode("utf-8", "replace") if isinstance(self.connection, _Listening) else ""
