"""One browser or program with an address of its own, that comes again when its connection breaks."""

import time
from typing import Any

import httpx2 as httpx

from tests.soak.answers import BROKEN, Answer, Answers
from tests.system import BRIEFLY, System

AGENT = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36"
TRIES = 30
PAUSE_SECONDS = 0.5
LONGEST_WAIT_SECONDS = 5.0


class NotAnswered(Exception):
    """However often it was asked."""


class Visitor:
    """`number` makes its address; the site believes the header of its proxy (TRUSTED_PROXIES=1)."""

    def __init__(self, system: System, answers: Answers, number: int) -> None:
        address = f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"
        headers = {"X-Forwarded-For": address, "User-Agent": AGENT}
        self._answers = answers
        self.http = httpx.Client(base_url=system.demo["site"], timeout=30, limits=BRIEFLY, headers=headers)

    def ask(self, kind: str, method: str, path: str, *expected: int, **how: Any) -> httpx.Response:
        """The first answer that is neither a broken connection nor "come again"; one not `expected` is noted as odd.

        What was asked twice may have been done at the first time: expect its refusal too. Raises NotAnswered.
        """
        for _ in range(TRIES):
            answer = self._once(kind, method, path, **how)
            if answer is None:
                time.sleep(PAUSE_SECONDS)
            elif answer.status_code == 503 and "Retry-After" in answer.headers:
                time.sleep(min(float(answer.headers["Retry-After"]), LONGEST_WAIT_SECONDS))
            else:
                if answer.status_code not in (expected or (200,)) and answer.status_code < 500:
                    self._answers.say_odd(f"{method} {path} answered {answer.status_code}: {answer.text[:120]!r}")
                return answer
        raise NotAnswered(f"{method} {path}")

    def _once(self, kind: str, method: str, path: str, **how: Any) -> httpx.Response | None:
        began = time.monotonic()
        try:
            answer = self.http.request(method, path, **how)
        except httpx.TransportError as error:
            self._answers.add(Answer(kind, BROKEN, time.monotonic() - began, words=repr(error)))
            return None
        comes_again = "Retry-After" in answer.headers
        words = f"{method} {path}: {answer.text[:300]!r}" if answer.status_code >= 500 else ""
        self._answers.add(Answer(kind, answer.status_code, time.monotonic() - began, comes_again, words))
        return answer
