"""SendGrid's Web API through Anymail, which knows the format; what an answer means for us is decided here.

SendGrid knows no idempotency key, so silence after the request must never be taken for a no. The key goes into one
header and nowhere else.
"""

import time
import warnings
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

import requests
from anymail.backends.sendgrid import EmailBackend
from anymail.exceptions import AnymailError, AnymailNotSupportedWarning, AnymailRequestsAPIError
from django.conf import settings
from django.core.mail import EmailMessage
from urllib3.exceptions import MaxRetryError, NewConnectionError

from mail.verdicts import Unknown, Unsent

# Anymail warns that nobody there tests against SendGrid any more; our own contract tests do (docs/decisions/0012).
warnings.filterwarnings("ignore", category=AnymailNotSupportedWarning)

# A pixel that reports who reads, and links that lead through another's server, are both off whatever the account says:
# an access link is nobody else's business.
UNWATCHED = {
    "tracking_settings": {
        "open_tracking": {"enable": False},
        "click_tracking": {"enable": False, "enable_text": False},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False},
    }
}


class SendGrid(EmailBackend):
    """Django's backend interface; raises Unsent or Unknown."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            api_key=settings.SENDGRID_API_KEY,
            api_url=f"{settings.SENDGRID_API_BASE}/v3/",
            generate_message_id=False,
            timeout=settings.EMAIL_TIMEOUT,
            **kwargs,
        )
        self.send_defaults = {"esp_extra": UNWATCHED}
        self.provider_id = ""

    def create_session(self) -> requests.Session:
        session: requests.Session = super().create_session()
        session.auth = _as_it_is
        session.max_redirects = 0  # elsewhere is not who was meant
        return session

    def _send(self, message: EmailMessage) -> bool:
        try:
            sent: bool = super()._send(message)
        except AnymailRequestsAPIError as error:
            raise _verdict(error) from error
        except AnymailError as error:  # before anything left: an address or a header it cannot say
            raise Unsent(f"SendGrid cannot be asked: {error}", final=True) from error
        response = message.anymail_status.esp_response  # type: ignore[attr-defined]
        self.provider_id = response.headers.get("X-Message-Id", "") if response is not None else ""
        return sent


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """Keeps a password that a .netrc has for the host from replacing our key."""
    return request


def _verdict(error: AnymailRequestsAPIError) -> Unsent | Unknown:
    response: requests.Response | None = error.response
    if response is None:
        return _silence(error.__cause__ or error)
    status, words = response.status_code, f"SendGrid {response.status_code}: {_words(response)}"
    if status == HTTPStatus.GATEWAY_TIMEOUT:
        return Unknown(words)
    is_passing = status >= 500 or status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.REQUEST_TIMEOUT)
    return Unsent(words, final=not is_passing, after_seconds=_wait(response) if is_passing else None)


def _silence(cause: BaseException) -> Unsent | Unknown:
    """No answer: certain only where no connection came about."""
    inner = cause.args[0] if cause.args else None
    is_unconnected = isinstance(inner, MaxRetryError) and isinstance(inner.reason, NewConnectionError)
    before = (requests.exceptions.ConnectTimeout, requests.exceptions.SSLError, requests.exceptions.ProxyError)
    if is_unconnected or isinstance(cause, before):
        return Unsent(f"No connection to SendGrid: {type(cause).__name__}")
    if isinstance(cause, requests.exceptions.TooManyRedirects):
        return Unsent("SendGrid's address leads elsewhere; see SENDGRID_API_BASE", final=True)
    return Unknown(f"SendGrid did not answer after the message was handed over: {type(cause).__name__}")


def _words(response: requests.Response) -> str:
    """What SendGrid says is wrong, field by field; else the reason phrase, never a page of somebody's proxy."""
    try:
        errors = response.json()["errors"]
        return "; ".join(": ".join(filter(None, (one.get("field"), one["message"]))) for one in errors)
    except (ValueError, KeyError, TypeError, AttributeError):
        return str(response.reason)


def _wait(response: requests.Response) -> float | None:
    """Seconds: Retry-After as a number or a date, else X-RateLimit-Reset, which is a time."""
    after, reset = response.headers.get("Retry-After", ""), response.headers.get("X-RateLimit-Reset", "")
    try:
        if after:
            return float(after) if after.isdecimal() else max(0.0, _until(after))
        return max(0.0, float(reset) - time.time()) if reset else None
    except (ValueError, TypeError):
        return None


def _until(date: str) -> float:
    return (parsedate_to_datetime(date) - datetime.now(UTC)).total_seconds()
