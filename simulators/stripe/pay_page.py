"""The hosted pay page: what is bought, the total, and one form whose `outcome` decides what becomes of the payment.

It must say on its face that no money moves, and never take a card number.
"""

from html import escape
from pathlib import Path
from urllib.parse import parse_qs

from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from simulators.stripe import checkout
from simulators.stripe.currencies import written
from simulators.stripe.errors import JsonObject
from simulators.stripe.ledger import Ledger, change
from simulators.stripe.operations import line_items
from simulators.stripe.store import Store
from simulators.stripe.switches import Switches
from simulators.stripe.webhooks import Sender

STYLE = Path(__file__).with_name("pay.css")
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-store",
}
BUTTONS = {
    "pay": "Pay",
    "pay_later": "Pay later (the money is on its way)",
    "decline": "Have the card declined",
    "expire": "Let the session expire",
}
VERBS = {
    "pay": checkout.pay,
    "pay_later": checkout.pay_later,
    "decline": checkout.decline,
    "expire": checkout.expire,
}
NOTICE = '<p class="notice"><strong>Stripe stand-in, no money moves.</strong> You choose how this payment ends.</p>'


class PayPage:
    def __init__(self, store: Store, switches: Switches, sender: Sender) -> None:
        self._store = store
        self._switches = switches
        self._sender = sender

    def routes(self) -> list[Route]:
        return [
            Route("/", self.index),
            Route("/pay.css", self.style),
            Route("/pay/{id}", self.show, methods=["GET"]),
            Route("/pay/{id}", self.submit, methods=["POST"]),
        ]

    async def index(self, request: Request) -> Response:
        rows = "".join(
            f"<li>{written(item['amount_total'], item['currency'])}, {item['status']}, {item['payment_status']}"
            + (f' · <a href="/pay/{item["id"]}">pay page</a>' if item["status"] == "open" else "")
            for item in self._store.newest_first("checkout.session")
        )
        return _page("Checkout sessions", f"<ul>{rows}</ul>" if rows else "<p>No session has been opened yet.</p>")

    async def style(self, request: Request) -> Response:
        return FileResponse(STYLE, media_type="text/css")

    async def show(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return _page("No such session", "<p>This address belongs to no checkout session.</p>", status=404)
        if session["status"] != "open":
            return _over(session)
        return self._offer(session)

    async def submit(self, request: Request) -> Response:
        session = self._session(request)
        if session is None:
            return _page("No such session", "<p>This address belongs to no checkout session.</p>", status=404)
        outcome = parse_qs((await request.body()).decode("utf-8", "replace")).get("outcome", [""])[0]
        if session["status"] != "open":
            return _over(session)
        if outcome not in VERBS:
            return self._offer(session, "Choose one of the four outcomes.", status=400)
        with change(Ledger(self._store, self._switches, base=str(request.base_url).rstrip("/"))) as ledger:
            session = VERBS[outcome](ledger, session)
        self._sender.wake()
        if outcome == "decline":
            return self._offer(session, "Your card was declined. Nothing was paid; you may try again.", status=402)
        return _leave(session)

    def _session(self, request: Request) -> JsonObject | None:
        found = self._store.get(request.path_params["id"])
        return found if found is not None and found["object"] == "checkout.session" else None

    def _offer(self, session: JsonObject, problem: str = "", status: int = 200) -> Response:
        with self._store.transaction():
            lines = line_items(Ledger(self._store, self._switches, base=""), session["id"])
        rows = "".join(
            f"<tr><td>{escape(line['description'])}</td><td>{line['quantity']}</td>"
            f"<td>{written(line['amount_total'], line['currency'])}</td></tr>"
            for line in lines
        )
        total = written(session["amount_total"], session["currency"])
        email = f"<p>For {escape(session['customer_email'])}</p>" if session["customer_email"] else ""
        buttons = "".join(
            f'<button name="outcome" value="{value}">{text}{" " + total if value == "pay" else ""}</button>'
            for value, text in BUTTONS.items()
        )
        cancel = session["cancel_url"]
        back = f'<p><a href="{escape(cancel)}">Go back without paying</a></p>' if cancel else ""
        alert = f'<p role="alert">{escape(problem)}</p>' if problem else ""
        return _page(
            f"Pay {total}",
            f"{alert}{email}<table><thead><tr><th>Item</th><th>Quantity</th><th>Amount</th></tr></thead>"
            f"<tbody>{rows}</tbody><tfoot><tr><th colspan=2>Total</th><td>{total}</td></tr></tfoot></table>"
            f'<form method="post">{buttons}</form>{back}',
            status=status,
        )


def _over(session: JsonObject) -> Response:
    if session["status"] == "complete":
        return _leave(session)
    back = session["cancel_url"]
    link = f'<p><a href="{escape(back)}">Go back</a></p>' if back else ""
    return _page("This session has expired", f"<p>Nothing was paid.</p>{link}", status=410)


def _leave(session: JsonObject) -> Response:
    """Back to the shop: where it asked to be called after this outcome."""
    url = session["success_url"] if session["status"] == "complete" else session["cancel_url"]
    if url is None:
        return _over(session)
    return RedirectResponse(url.replace("{CHECKOUT_SESSION_ID}", session["id"]), 303, headers=HEADERS)


def _page(title: str, body: str, status: int = 200) -> Response:
    return HTMLResponse(
        f'<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f"<title>{title} · Stripe stand-in</title>"
        f'<link rel="stylesheet" href="/pay.css"><body><main>{NOTICE}<h1>{title}</h1>{body}</main></body></html>',
        status,
        HEADERS,
    )
