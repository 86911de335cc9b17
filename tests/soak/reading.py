"""Readers and staff: pages and their events, the editors' decisions, the owner's queues and figures."""

import json
import random
import re
import threading
import time
from typing import Any
from uuid import UUID

from queues.ids import uuid7
from tests.customer import form_fields
from tests.soak.visitor import NotAnswered, Visitor

BATCH = 20
OWNERS_PAGES = (
    "/admin/queues/",
    "/admin/queues/backlink-integration/",
    "/admin/queues/email.send/?state=completed",
    "/admin/queues/dlq/",
    "/admin/queues/schedule/",
    "/admin/analytics/overview/",
    "/admin/backlinks/order/",
    "/admin/articles/article/",
)
REVIEW = "/admin/backlinks/order/review/"
LIVE = "/admin/backlinks/order/?status__exact=COMPLETED"
REFUNDS = 0.15  # of an owner's looks
_CHANGE = re.compile(r"/admin/backlinks/order/([0-9a-f-]{36})/change/")


class Events:
    """The ids of all events that were acknowledged."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.acknowledged: list[UUID] = []

    def add(self, ids: list[UUID]) -> None:
        with self._lock:
            self.acknowledged += ids


def read(visitor: Visitor, slugs: list[str], events: Events, chance: random.Random) -> None:
    """A few pages, and then what the browser tells of them."""
    slug = chance.choice(slugs)
    visitor.ask("catalogue", "GET", "/", params={"q": slug.partition("-")[0]})
    visitor.ask("article", "GET", f"/articles/{slug}/")
    ids = [uuid7() for _ in range(BATCH)]
    told = [{"id": str(id), "type": "page_view", "path": f"/articles/{slug}/"} for id in ids]
    body, headers = json.dumps({"events": told}), {"Content-Type": "text/plain"}
    answer = visitor.ask("events", "POST", "/api/analytics/ingest", 202, content=body, headers=headers)
    if answer.status_code == 202:
        events.add(ids)
    time.sleep(chance.uniform(0.05, 0.3))


def sign_in(visitor: Visitor, person: dict[str, str]) -> None:
    visitor.ask("sign-in", "GET", "/admin/login/")
    given = {"username": person["email"], "password": person["password"]}
    if visitor.ask("sign-in", "POST", "/admin/login/", 302, data=_form(visitor, given)).status_code != 302:
        raise NotAnswered("the sign-in was refused")


def look_after(visitor: Visitor, token: str, chance: random.Random) -> None:
    """An owner's few seconds: a page, a program's question, and now and then an order is refunded."""
    visitor.ask("owner's page", "GET", chance.choice(OWNERS_PAGES))
    visitor.ask("owner's API", "GET", "/api/owner/queues", headers={"Authorization": f"Bearer {token}"})
    if chance.random() < REFUNDS:
        refund(visitor, chance)
    time.sleep(chance.uniform(0.3, 1.0))


def refund(visitor: Visitor, chance: random.Random) -> None:
    """Give the money of a live link back, which takes it out of its article; nothing where none is live yet."""
    live = list(dict.fromkeys(_CHANGE.findall(visitor.ask("orders", "GET", LIVE).text)))
    if not live:
        return
    order = chance.choice(live)
    page = visitor.ask("order's desk", "GET", f"/admin/backlinks/order/{order}/change/").text
    if "/refund/" in page:
        fields = _form(visitor, {**form_fields(page, "/refund/"), "reason": "The soak wants it back.", "sure": "on"})
        visitor.ask("refund", "POST", f"/admin/backlinks/order/{order}/refund/", 302, 303, data=fields)


def decide(visitor: Visitor) -> int:
    """Approve what waits in the review queue, as an editor does; how many."""
    waiting = dict.fromkeys(_CHANGE.findall(visitor.ask("review queue", "GET", REVIEW).text))
    for order in waiting:
        page = visitor.ask("order's desk", "GET", f"/admin/backlinks/order/{order}/change/").text
        if "/approve/" not in page:
            continue
        fields = _form(visitor, {**form_fields(page, "/approve/"), "have_read": "on"})
        visitor.ask("approve", "POST", f"/admin/backlinks/order/{order}/approve/", 302, 303, data=fields)
    if not waiting:
        time.sleep(0.5)
    return len(waiting)


def _form(visitor: Visitor, fields: dict[str, str]) -> dict[str, Any]:
    return {**fields, "csrfmiddlewaretoken": visitor.http.cookies.get("csrftoken") or ""}
