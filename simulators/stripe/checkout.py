"""Checkout sessions: opened by the API, then paid, declined, left to expire, or settled later.

A session must never be completed twice, nor reopened once it has expired.
"""

from typing import Any

from simulators.stripe import shapes
from simulators.stripe.currencies import step
from simulators.stripe.errors import JsonObject, Refused, invalid, missing
from simulators.stripe.ids import new_id
from simulators.stripe.ledger import Ledger
from simulators.stripe.params import Many, Metadata, Number, Table, Text, Url

LEAST_AMOUNT = 50
LEAST_LIFE_SECONDS = 30 * 60
LONGEST_LIFE_SECONDS = 24 * 3600
CLOCK_SLACK_SECONDS = 60

PRICE_DATA = Table(
    {
        "currency": Text(pattern="[A-Za-z]{3}"),
        "unit_amount": Number(),
        "product_data": Table(
            {"name": Text(1500), "description": Text(), "metadata": Metadata(), "images": Many(Url()),
             "tax_code": Text()},
            required=("name",),
        ),
        "tax_behavior": Text(choices=("exclusive", "inclusive", "unspecified")),
    },
    required=("currency", "unit_amount", "product_data"),
)  # fmt: skip
LINE_ITEM = Table({"price_data": PRICE_DATA, "quantity": Number(least=1), "price": Text()})
CREATE = Table(
    {
        "mode": Text(choices=("payment", "setup", "subscription")),
        "line_items": Many(LINE_ITEM),
        "success_url": Url(),
        "cancel_url": Url(),
        "client_reference_id": Text(200),
        "customer_email": Text(800, pattern=r"[^@\s]+@[^@\s]+\.[^@\s]+"),
        "customer_creation": Text(choices=("always", "if_required")),
        "billing_address_collection": Text(choices=("auto", "required")),
        "expires_at": Number(),
        "locale": Text(),
        "metadata": Metadata(),
        "payment_intent_data": Table(
            {"metadata": Metadata(), "description": Text(1000), "receipt_email": Text(),
             "statement_descriptor": Text(22)}
        ),
        "payment_method_types": Many(Text()),
        "submit_type": Text(choices=("auto", "book", "donate", "pay")),
        "ui_mode": Text(choices=("hosted", "hosted_page")),
    },
    required=("mode",),
)  # fmt: skip


def create(ledger: Ledger, params: dict[str, Any]) -> JsonObject:
    _check_supported(params)
    lines = [shapes.line_item({"quantity": 1, **line}, created=ledger.at) for line in params["line_items"]]
    _check_amount(lines)
    expires_at = params.get("expires_at", ledger.at + LONGEST_LIFE_SECONDS)
    _check_expiry(ledger.at, expires_at)
    session = shapes.session(params, lines=lines, created=ledger.at, expires_at=expires_at, base=ledger.base)
    for line in lines:
        ledger.save({**line, "_session": session["id"]})
    session["_payment_intent_data"] = params.get("payment_intent_data", {})
    return ledger.save(session)


def _check_supported(params: dict[str, Any]) -> None:
    if params["mode"] != "payment":
        raise invalid("This stand-in offers mode=payment only.", param="mode")
    if not params.get("line_items"):
        raise missing("line_items")
    if "success_url" not in params:
        raise missing("success_url")
    for index, line in enumerate(params["line_items"]):
        if "price" in line:
            raise Refused(
                f"No such price: '{line['price']}'", code="resource_missing", param=f"line_items[{index}][price]"
            )
        if "price_data" not in line:
            raise missing(f"line_items[{index}][price_data]")
        line["price_data"]["currency"] = line["price_data"]["currency"].lower()


def _check_amount(lines: list[JsonObject]) -> None:
    if len({line["currency"] for line in lines}) > 1:
        raise invalid("All line items must have the same currency.", param="line_items")
    for line in lines:
        whole = step(line["currency"])
        if line["price"]["unit_amount"] % whole:
            raise invalid(
                f"Amounts in {line['currency']} must be evenly divisible by {whole}.", param="line_items",
                code="invalid_charge_amount",
            )  # fmt: skip
    if sum(line["amount_total"] for line in lines) < LEAST_AMOUNT:
        raise invalid(
            f"The Checkout Session's total amount due must add up to at least {LEAST_AMOUNT} minor units.",
            param="line_items",
            code="amount_too_small",
        )


def _check_expiry(now: int, expires_at: int) -> None:
    if expires_at < now + LEAST_LIFE_SECONDS - CLOCK_SLACK_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", param="expires_at"
        )
    if expires_at > now + LONGEST_LIFE_SECONDS + CLOCK_SLACK_SECONDS:
        raise invalid(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", param="expires_at"
        )


def pay(ledger: Ledger, session: JsonObject) -> JsonObject:
    """The customer's card went through."""
    intent = _intent_of(ledger, session)
    settle(ledger, intent, email=session["customer_email"])
    _complete(session, intent, payment_status="paid")
    ledger.tell("checkout.session.completed", session)
    return ledger.save(session)


def pay_later(ledger: Ledger, session: JsonObject) -> JsonObject:
    """The customer chose a slow payment: complete but unpaid until it settles or fails."""
    intent = _intent_of(ledger, session)
    ledger.save({**intent, "status": "processing", "payment_method": new_id("payment_method")})
    _complete(session, intent, payment_status="unpaid")
    ledger.tell("checkout.session.completed", session)
    return ledger.save(session)


def decline(ledger: Ledger, session: JsonObject) -> JsonObject:
    """The card was refused; the session stays open for another try."""
    intent = _intent_of(ledger, session)
    fail(ledger, intent, code="card_declined", message="Your card was declined.")
    session["payment_intent"] = intent["id"]
    return ledger.save(session)


def expire(ledger: Ledger, session: JsonObject) -> JsonObject:
    """Raises Refused unless the session is open, as Stripe does."""
    if session["status"] != "open":
        raise Refused(
            f'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout Session has a status of '
            f"`{session['status']}`.",
            param="session",
        )
    session.update(status="expired", url=None)
    ledger.tell("checkout.session.expired", session)
    return ledger.save(session)


def settle_later(ledger: Ledger, session: JsonObject, *, succeeded: bool) -> JsonObject:
    """The end of a slow payment; raises Refused unless one is under way."""
    intent = ledger.store.get(session["payment_intent"] or "")
    if session["status"] != "complete" or intent is None or intent["status"] != "processing":
        raise Refused("This session has no payment on its way.", param="session")
    if succeeded:
        settle(ledger, intent, email=session["customer_email"])
        session["payment_status"] = "paid"
        ledger.tell("checkout.session.async_payment_succeeded", session)
    else:
        fail(ledger, intent, code="payment_intent_payment_attempt_failed", message="The payment did not arrive.")
        ledger.tell("checkout.session.async_payment_failed", session)
    return ledger.save(session)


def settle(ledger: Ledger, intent: JsonObject, *, email: str | None) -> None:
    """Charge the whole amount of the intent."""
    intent["payment_method"] = intent["payment_method"] or new_id("payment_method")
    charge = shapes.charge(intent, email=email, created=ledger.at, base=ledger.base)
    intent.update(
        amount_received=intent["amount"], last_payment_error=None, latest_charge=charge["id"], status="succeeded"
    )
    ledger.save(charge)
    ledger.save(intent)
    ledger.tell("charge.succeeded", charge)
    ledger.tell("payment_intent.succeeded", intent)


def fail(ledger: Ledger, intent: JsonObject, *, code: str, message: str) -> None:
    error = {"code": code, "message": message, "type": "card_error"}
    intent.update(last_payment_error=error, payment_method=None, status="requires_payment_method")
    ledger.save(intent)
    ledger.tell("payment_intent.payment_failed", intent)


def _intent_of(ledger: Ledger, session: JsonObject) -> JsonObject:
    """The session's payment intent, made at the first attempt to pay, as Stripe makes it."""
    known = ledger.store.get(session["payment_intent"] or "")
    return known or shapes.payment_intent(session, session["_payment_intent_data"], created=ledger.at)


def _complete(session: JsonObject, intent: JsonObject, *, payment_status: str) -> None:
    email = session["customer_email"]
    session.update(
        customer_details={
            **dict.fromkeys(("address", "business_name", "individual_name", "name", "phone", "tax_ids")),
            "email": email,
            "tax_exempt": "none",
        },
        payment_intent=intent["id"],
        payment_status=payment_status,
        status="complete",
        url=None,
    )
