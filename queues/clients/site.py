"""Our own site, asked over HTTP as a visitor would ask it; follows no redirect, sends nothing but GET."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urlsplit

LONGEST_ANSWER = 5_000_000


class SiteAway(Exception):
    """The site did not answer; the message says where and why."""


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    location: str
    seconds: float


class Site:
    """`address` is where the web process listens; it is told that it is asked for `site_url`, as a proxy would."""

    def __init__(self, address: str, site_url: str, *, timeout_seconds: float = 10) -> None:
        self.address = address
        self._timeout_seconds = timeout_seconds
        asked_for = urlsplit(site_url)
        self._headers = {"Host": asked_for.netloc, "X-Forwarded-Proto": asked_for.scheme}

    def get(self, path: str, headers: Mapping[str, str]) -> Answer:
        """Raises SiteAway."""
        began = time.perf_counter()
        connection = self._connection()
        try:
            connection.request("GET", path, headers={**self._headers, **headers})
            response = connection.getresponse()
            text = response.read(LONGEST_ANSWER).decode("utf-8", "replace")
        except (OSError, HTTPException) as error:
            raise SiteAway(f"{self.address} does not answer: {error or type(error).__name__}") from None
        finally:
            connection.close()
        return Answer(response.status, text, response.headers.get("Location", ""), time.perf_counter() - began)

    def _connection(self) -> HTTPConnection:
        where = urlsplit(self.address)
        kind = HTTPSConnection if where.scheme == "https" else HTTPConnection
        return kind(where.hostname or "", where.port, timeout=self._timeout_seconds)
