"""Django's SMTP backend, which also knows whether a message was already handed over when the line broke.

Until DATA nothing can have been delivered; from there on silence proves nothing, and it must never be taken for a no.
"""

import smtplib
from typing import Any

from django.core.mail.backends.smtp import EmailBackend


class _Plain(smtplib.SMTP):
    entrusted = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.entrusted = True
        return super().data(msg)


class _Encrypted(smtplib.SMTP_SSL):
    entrusted = False

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.entrusted = True
        return super().data(msg)


class Transport(EmailBackend):
    @property
    def connection_class(self) -> type[smtplib.SMTP]:
        return _Encrypted if self.use_ssl else _Plain

    @property
    def entrusted(self) -> bool:
        return self.connection is not None and bool(getattr(self.connection, "entrusted", False))
