"""Customers: they look, buy a link, wait, sometimes have another version written, and submit."""

import random
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import count
from typing import Any

from tests.soak.visitor import Visitor

ANCHOR = "notes on the subject"
LONGEST_WAIT_SECONDS = 120
POLL_SECONDS = 0.5
REGENERATES, GIVES_UP = 0.3, 0.1  # of those who buy, and of those who come to the pay page
_numbers = count(1)


@dataclass
class Sale:
    """One order as its customer knows it."""

    order_id: str
    token: str
    target: str
    slug: str
    is_paid: bool = False
    is_submitted: bool = False


class Sales:
    """Every order that somebody was told of."""

    def __init__(self, shelf: Sequence[dict[str, Any]]) -> None:
        self._lock, self._shelf, self._next = threading.Lock(), shelf, count()
        self.every: list[Sale] = []

    def article(self) -> dict[str, Any]:
        """One after the other, so that none is asked for more links than it takes before all were asked."""
        with self._lock:
            return self._shelf[next(self._next) % len(self._shelf)]

    def add(self, sale: Sale) -> None:
        with self._lock:
            self.every.append(sale)

    @property
    def paid(self) -> list[Sale]:
        with self._lock:
            return [sale for sale in self.every if sale.is_paid]


def buy(visitor: Visitor, sales: Sales, chance: random.Random, goes_on: Callable[[], bool]) -> None:
    """One visit, from the catalogue to the editor."""
    article = sales.article()
    visitor.ask("catalogue", "GET", "/")
    visitor.ask("article", "GET", f"/articles/{article['slug']}/")
    sale = _quoted(visitor, article)
    if sale is None:
        return
    sales.add(sale)
    if not _paid(visitor, sale, chance):
        return
    times = 1 + (chance.random() < REGENERATES)
    for turn in range(times):
        if not _written(visitor, sale, goes_on):
            return
        if turn + 1 < times:
            order = {"orderId": sale.order_id}
            visitor.ask(
                "regenerate", "POST", "/api/v1/purchase/regenerate-backlink", 202, 200, 409, json=order, **_as(sale)
            )
    order = {"orderId": sale.order_id}
    submitted = visitor.ask("submit", "POST", "/api/v1/purchase/submit-for-review", 200, 409, json=order, **_as(sale))
    sale.is_submitted = submitted.status_code == 200


def _quoted(visitor: Visitor, article: dict[str, Any]) -> Sale | None:
    number = next(_numbers)
    target = f"https://soak-{number}.example/notes"
    wish = {
        "articleId": article["id"],
        "targetUrl": target,
        "anchorText": ANCHOR,
        "email": f"soak-{number}@example.org",
    }
    answer = visitor.ask("quote", "POST", "/api/v1/purchase/quote", 201, 422, json=wish)
    if answer.status_code != 201:
        return None
    told = answer.json()
    return Sale(told["quoteId"], told["accessToken"], target, article["slug"])


def _paid(visitor: Visitor, sale: Sale, chance: random.Random) -> bool:
    answer = visitor.ask(
        "checkout", "POST", "/api/v1/purchase/checkout", 201, 409, json={"quoteId": sale.order_id}, **_as(sale)
    )
    if answer.status_code != 201:
        return False
    outcome = "expire" if chance.random() < GIVES_UP else "pay"
    visitor.http.post(answer.json()["checkoutUrl"], data={"outcome": outcome})
    sale.is_paid = outcome == "pay"
    visitor.ask("order page", "GET", f"/orders/{sale.order_id}/?access={sale.token}", 302, 303)
    return sale.is_paid


def _written(visitor: Visitor, sale: Sale, goes_on: Callable[[], bool]) -> bool:
    """Whether a version stands before the customer; they look at the page and ask the API in turns."""
    until = time.monotonic() + LONGEST_WAIT_SECONDS
    while time.monotonic() < until and goes_on():
        visitor.ask("order page", "GET", f"/orders/{sale.order_id}/")
        told = visitor.ask("status", "GET", f"/api/v1/purchase/status/{sale.order_id}", **_as(sale)).json()
        if told.get("status") == "QUALITY_CHECK":
            return True
        time.sleep(POLL_SECONDS)
    return False


def _as(sale: Sale) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {sale.token}"}}
