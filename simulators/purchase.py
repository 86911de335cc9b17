"""Play one purchase through the real HTTP surface, as a customer's browser and mail program would, and print each step.

It knows addresses and nothing else: what it prints is what the site answered.
"""

import itertools
import re
import sys
import textwrap
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import httpx2 as httpx

BUYER = "ada@customer.example"
PATIENCE_SECONDS = 60


class StepFailed(Exception):
    """A step did not happen; the message says which and what was answered instead."""


@dataclass
class Player:
    """The steps of one purchase, timed from the start."""

    demo: Mapping[str, Any]
    http: httpx.Client
    began: float

    def say(self, text: str) -> None:
        print(f"  {time.monotonic() - self.began:6.2f} s  {text}", flush=True)

    def call(self, method: str, path: str, expect: int, **kwargs: Any) -> Any:
        """One request to the site; anything but the expected status ends the play."""
        answer = self.http.request(method, urljoin(self.demo["site"] + "/", path.lstrip("/")), **kwargs)
        if answer.status_code != expect:
            raise StepFailed(f"{method} {path} answered {answer.status_code}: {answer.text[:300]}")
        return answer.json()


def play(demo: Mapping[str, Any]) -> bool:
    """Buy a link and follow it to the customer's review. Returns whether every step was so."""
    print("\nA purchase, through the public surface:", flush=True)
    with httpx.Client(timeout=20, follow_redirects=False) as http:
        player = Player(demo, http, time.monotonic())
        try:
            _play(player)
        except (StepFailed, httpx.HTTPError) as failure:
            print(f"  The purchase stopped: {failure}", file=sys.stderr, flush=True)
            return False
    return True


def _play(player: Player) -> None:
    quote, article = _quote(player)
    headers = {"Authorization": f"Bearer {quote['accessToken']}"}
    order_id = quote["quoteId"]
    paid_at = _pay(player, order_id, headers)
    status = _await_review(player, order_id, headers)
    player.say(f"READY FOR REVIEW {time.monotonic() - paid_at:.2f} s after the payment")
    _show_change(status["preview"])
    link = _await_letters(player, article["title"])
    print(f"\n  The order:        {player.demo['site']}/orders/{order_id}/")
    print(f"  Open it as Ada:   {link}", flush=True)


def _quote(player: Player) -> tuple[dict[str, Any], dict[str, Any]]:
    """Quote the first article that takes a link; the site itself says which do."""
    articles = player.call("GET", "/api/v1/articles", 200)["results"]
    linkable = [article for article in articles if article["linkable"]]
    player.say(f"catalogue: {len(articles)} articles, {len(linkable)} can take a link")
    for article in sorted(linkable, key=lambda each: each["language"] != "en"):
        wish = _wish(article)
        answer = player.http.post(f"{player.demo['site']}/api/v1/purchase/quote", json=wish)
        if answer.status_code == 201:
            quote = answer.json()
            price = f"{quote['price'] / 100:.2f} {quote['currency'].upper()}"
            player.say(f"quote: “{wish['anchorText']}” in “{article['title']}” for {price}")
            for check in quote["checks"]:
                player.say(f"  {'passed' if check['passed'] else 'noted'}: {check['message']}")
            return quote, article
        player.say(f"no quote in “{article['title']}”: {answer.text[:160]}")
    raise StepFailed("no article takes another link; `make clean` starts over")


def _wish(article: dict[str, Any]) -> dict[str, Any]:
    words = re.findall(r"[^\W\d_]{4,}", article["title"])
    topic = "-".join(word.lower() for word in words[:3])
    anchor = {"de": "Hinweise aus der Werkstatt", "es": "notas del taller", "fr": "notes d'atelier"}.get(
        article["language"], f"notes on {words[-1].lower()}"
    )
    return {
        "articleId": article["id"],
        "targetUrl": f"https://workshop.example.com/notes/{topic}-{int(time.time())}",
        "anchorText": anchor,
        "customerNotes": "Our notes on the same subject.",
        "email": BUYER,
    }


def _pay(player: Player, order_id: str, headers: dict[str, str]) -> float:
    """Open a checkout and pay on the hosted page. Returns when the payment was made (monotonic seconds)."""
    checkout = player.call("POST", "/api/v1/purchase/checkout", 201, json={"quoteId": order_id}, headers=headers)
    player.say("checkout opened: " + checkout["checkoutUrl"])
    if not player.demo.get("stripe"):
        raise StepFailed("this installation uses the real Stripe: pay by hand at the address above")
    paid = player.http.post(checkout["checkoutUrl"], data={"outcome": "pay"})
    if paid.status_code != 303:
        raise StepFailed(f"the pay page answered {paid.status_code}")
    player.say("paid; the browser is sent back to " + paid.headers["location"].split("?")[0])
    return time.monotonic()


def _await_review(player: Player, order_id: str, headers: dict[str, str]) -> dict[str, Any]:
    """Poll the status as the order page does, saying each change."""
    said = ""
    for _ in _until(PATIENCE_SECONDS):
        status: dict[str, Any] = player.call("GET", f"/api/v1/purchase/status/{order_id}", 200, headers=headers)
        queue = status["queue"]
        line = status["status"] + (f": {queue['message'] or queue['state']} ({queue['progress']} %)" if queue else "")
        if line != said:
            player.say(line)
            said = line
        if status["status"] == "QUALITY_CHECK":
            return status
        if status["status"] not in ("AWAITING_PAYMENT", "PROCESSING"):
            break
    raise StepFailed(f"the order did not reach review: {said}")


def _await_letters(player: Player, title: str) -> str:
    """Wait until both letters have arrived; returns the access link of the second."""
    if not player.demo.get("mailbox"):
        return "by the link in the email"
    for _ in _until(PATIENCE_SECONDS):
        messages = player.http.get(player.demo["mailbox"] + "/messages.json").json()["messages"]
        ours = [message for message in messages if BUYER in message["to"] and title in message["text"]]
        links = [link for message in ours for link in re.findall(r"https?://\S+/orders/\S+", message["text"])]
        if len(ours) >= 2 and links:
            for message in reversed(ours[:2]):
                player.say(f"email: {message['subject']}")
            return str(links[0])
    raise StepFailed("the emails did not arrive")


def _until(seconds: float) -> Any:
    deadline = time.monotonic() + seconds
    for number in itertools.takewhile(lambda _: time.monotonic() < deadline, itertools.count()):
        if number:
            time.sleep(0.1)
        yield number


def _show_change(preview: dict[str, str]) -> None:
    for name in ("before", "after"):
        print(f"\n  {name}:")
        print(textwrap.indent(textwrap.fill(preview[name], 100), "    "))
    print(flush=True)
