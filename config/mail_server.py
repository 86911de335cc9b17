"""EMAIL_URL read: by which server or provider mail leaves, and with which credentials.

smtp://, smtps:// (TLS from the start) and smtp+tls:// (STARTTLS) name a mail server, sendgrid://KEY@
SendGrid's Web API.
"""

from dataclasses import dataclass, field
from urllib.parse import SplitResult, urlsplit

from django.core.exceptions import ImproperlyConfigured

from config import env

PORTS = {"smtp": 25, "smtps": 465, "smtp+tls": 587}
SENDGRID = "sendgrid"
SCHEMES = (*PORTS, SENDGRID)


@dataclass(frozen=True)
class MailServer:
    """`backend` is a class of ours; a secret is never part of what this prints as."""

    backend: str
    host: str = "127.0.0.1"
    port: int = 25
    user: str = ""
    password: str = field(default="", repr=False)
    use_ssl: bool = False
    use_tls: bool = False
    api_key: str = field(default="", repr=False)


def read(url: str) -> MailServer:
    """`url` has one of SCHEMES; raises ImproperlyConfigured, without repeating the URL: it holds a password."""
    parts = urlsplit(url)
    return _sendgrid(parts) if parts.scheme == SENDGRID else _smtp(parts)


def _smtp(parts: SplitResult) -> MailServer:
    try:
        port = parts.port or PORTS[parts.scheme]
    except ValueError as error:
        raise ImproperlyConfigured("EMAIL_URL: the port is no number a port may have") from error
    return MailServer(
        backend="mail.transport.Transport",
        host=parts.hostname or "127.0.0.1",
        port=port,
        user=env.unquoted(parts.username),
        password=env.unquoted(parts.password),
        use_ssl=parts.scheme == "smtps",
        use_tls=parts.scheme == "smtp+tls",
    )


def _sendgrid(parts: SplitResult) -> MailServer:
    """sendgrid://KEY@, or as SendGrid's own SMTP says it, sendgrid://apikey:KEY@."""
    key = env.unquoted(parts.password or parts.username)
    if not key.isascii() or not key.isprintable() or not key or " " in key:
        raise ImproperlyConfigured("EMAIL_URL: sendgrid:// needs a key, as in sendgrid://KEY@")
    if parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL: sendgrid:// takes no host; SENDGRID_API_BASE says where the API is")
    return MailServer(backend="mail.clients.sendgrid.SendGrid", api_key=key)
