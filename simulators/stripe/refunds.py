"""Refunds and disputes of a charge.

The sum of refunds must never pass what was paid, and a charge is never refunded while it is disputed, nor after the
dispute was lost.
"""

from typing import Any

from simulators.stripe import shapes
from simulators.stripe.errors import JsonObject, Refused, invalid, missing
from simulators.stripe.ledger import Ledger
from simulators.stripe.params import Metadata, Number, Table, Text

DECIDED = ("won", "lost", "prevented")

CREATE = Table(
    {
        "amount": Number(least=1),
        "charge": Text(),
        "payment_intent": Text(),
        "reason": Text(choices=("duplicate", "fraudulent", "requested_by_customer")),
        "metadata": Metadata(),
    }
)


def create(ledger: Ledger, params: dict[str, Any]) -> JsonObject:
    """Refund part or all of what is left; `switches.refunds` says how it ends."""
    charge = _charge_of(ledger, params)
    amount = _amount_left(charge, params.get("amount"))
    refund = ledger.save(shapes.refund(charge, amount=amount, params=params, created=ledger.at))
    before = {"amount_refunded": charge["amount_refunded"], "refunded": charge["refunded"]}
    _move_refunded(ledger, charge, charge["amount_refunded"] + amount)
    ending = ledger.switches.refunds
    if ending == "succeeded":
        refund["status"] = "succeeded"
    ledger.save(refund)
    ledger.tell("refund.created", refund)
    ledger.tell("charge.refunded", charge, before)
    if ending == "failed":
        settle(ledger, refund, succeeded=False)
    return refund


def settle(ledger: Ledger, refund: JsonObject, *, succeeded: bool) -> JsonObject:
    """End a pending refund, or let one that had succeeded come back, as banks do; raises Refused after a failure."""
    if refund["status"] == "failed" or (succeeded and refund["status"] == "succeeded"):
        raise Refused(f"This refund is already {refund['status']}.", param="refund")
    previous = {"status": refund["status"]}
    refund["status"] = "succeeded" if succeeded else "failed"
    if not succeeded:
        refund["failure_reason"] = "unknown"
        charge = ledger.find("charge", refund["charge"])
        _move_refunded(ledger, charge, charge["amount_refunded"] - refund["amount"])
    ledger.save(refund)
    ledger.tell("refund.updated", refund, previous)
    if not succeeded:
        ledger.tell("refund.failed", refund)
    return refund


def dispute(ledger: Ledger, charge: JsonObject, *, reason: str) -> JsonObject:
    """The cardholder's bank takes the payment back."""
    if charge["disputed"]:
        raise Refused("This charge is disputed already.", param="charge")
    ledger.save({**charge, "disputed": True, "_charged_back": True})
    made = ledger.save(shapes.dispute(charge, reason=reason, created=ledger.at))
    ledger.tell("charge.dispute.created", made)
    return made


def update_dispute(ledger: Ledger, disputed: JsonObject, *, status: str) -> JsonObject:
    """The bank looks at the evidence, or has only asked a question so far; raises Refused once it is decided."""
    if disputed["status"] in DECIDED:
        raise Refused(f"This dispute is already {disputed['status']}.", param="dispute")
    previous = {"status": disputed["status"]}
    disputed["status"] = status
    ledger.tell("charge.dispute.updated", disputed, previous)
    return ledger.save(disputed)


def close_dispute(ledger: Ledger, disputed: JsonObject, *, outcome: str) -> JsonObject:
    """One of DECIDED; the merchant has the money again unless it is lost."""
    if disputed["status"] in DECIDED:
        raise Refused(f"This dispute is already {disputed['status']}.", param="dispute")
    previous = {"status": disputed["status"]}
    disputed["status"] = outcome
    if outcome != "lost":
        ledger.save({**ledger.find("charge", disputed["charge"]), "_charged_back": False})
    ledger.tell("charge.dispute.closed", disputed, previous)
    return ledger.save(disputed)


def _charge_of(ledger: Ledger, params: dict[str, Any]) -> JsonObject:
    if "charge" in params:
        return ledger.find("charge", params["charge"], param="charge")
    if "payment_intent" not in params:
        raise missing("payment_intent")
    intent = ledger.find("payment_intent", params["payment_intent"], param="payment_intent")
    if intent["latest_charge"] is None:
        raise Refused(
            f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.", param="payment_intent"
        )
    return ledger.find("charge", intent["latest_charge"])


def _amount_left(charge: JsonObject, asked: int | None) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    if charge.get("_charged_back"):
        raise Refused(
            f"Charge {charge['id']} has been charged back; cannot issue a refund.", code="charge_disputed",
            param="charge",
        )  # fmt: skip
    if left == 0:
        raise Refused(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded", param="charge"
        )
    if asked is not None and asked > left:
        raise invalid(f"Refund amount ({asked}) is greater than unrefunded amount on charge ({left})", param="amount")
    return asked or left


def _move_refunded(ledger: Ledger, charge: JsonObject, amount: int) -> None:
    charge.update(amount_refunded=amount, refunded=amount == charge["amount"])
    ledger.save(charge)
