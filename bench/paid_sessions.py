"""Many orders whose sessions are paid at the Stripe stand-in while the webhooks were dropped.

Rows are written straight into the database, like the one the demo bought: a bench is no place to wait for limits.
"""

import uuid
from typing import Any

import httpx2 as httpx
import psycopg
from psycopg.types.json import Jsonb

from tests.system import System

KEY = {"Authorization": "Bearer sk_test_of_the_bench"}
PAUSE = "INSERT INTO queues_pause (queue, paused_by, reason) VALUES ('backlink-integration', 'the bench', '')"
LIKE = "INSERT INTO {table} SELECT (jsonb_populate_record(t, %s)).* FROM {table} t LIMIT 1"
UNPAID = {"status": "AWAITING_PAYMENT", "paid_at": None, "paid_by_id": None, "submitted_version_id": None}
OPEN = {"status": "open", "payment_intent_id": None, "settled_at": None, "expires_at": "2100-01-01T00:00:00Z"}


def paid_sessions(system: System, number: int) -> list[str]:
    """Their ids at Stripe. The writer's queue is paused: what it would do afterwards is not what is measured."""
    system.control("stripe", "/_control/webhooks", drop=10 * number)
    with psycopg.connect(system.demo["database_url"]) as database, httpx.Client(timeout=30, headers=KEY) as http:
        database.execute(PAUSE)
        return [_paid(database, http, system.demo["stripe"]) for _ in range(number)]


def _paid(database: "psycopg.Connection[Any]", http: httpx.Client, stripe: str) -> str:
    order, checkout = str(uuid.uuid4()), str(uuid.uuid4())
    price, currency = _write(database, order, checkout)
    session = http.post(f"{stripe}/v1/checkout/sessions", data=_asked(checkout, price, currency)).json()
    database.execute(
        "UPDATE backlinks_checkout SET stripe_session_id = %s, url = %s WHERE id = %s",
        (session["id"], session["url"], checkout),
    )
    database.commit()
    http.post(session["url"], data={"outcome": "pay"})
    return str(session["id"])


def _write(database: "psycopg.Connection[Any]", order: str, checkout: str) -> tuple[int, str]:
    _like(database, "backlinks_order", {"id": order, "anchor_text": "bench", **UNPAID})
    found = database.execute("SELECT price_minor, currency FROM backlinks_order WHERE id = %s", (order,)).fetchone()
    assert found is not None
    opened = {"id": checkout, "amount_minor": found[0], "stripe_session_id": None, **OPEN}
    _like(database, "backlinks_checkout", opened)
    database.execute(
        "INSERT INTO backlinks_checkoutitem (checkout_id, order_id, amount_minor, holds_slot)"
        " VALUES (%s, %s, %s, true)",
        (checkout, order, found[0]),
    )
    return found


def _like(database: "psycopg.Connection[Any]", table: str, changes: dict[str, Any]) -> None:
    database.execute(LIKE.format(table=table), (Jsonb(changes),))  # type: ignore[arg-type]


def _asked(checkout: str, price: int, currency: str) -> dict[str, str]:
    line = "line_items[0]"
    return {
        "mode": "payment",
        "client_reference_id": checkout,
        "success_url": "http://127.0.0.1:9/",
        f"{line}[quantity]": "1",
        f"{line}[price_data][currency]": currency,
        f"{line}[price_data][unit_amount]": str(price),
        f"{line}[price_data][product_data][name]": "A link",
    }
