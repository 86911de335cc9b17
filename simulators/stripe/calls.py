"""One API call carried out: parameters read, verb run, answer kept under the idempotency key in the same transaction.

A call must never take effect twice under one key, nor be half done.
"""

import base64
import binascii
import hashlib
import json
import time
from dataclasses import dataclass

from simulators.stripe import forms, params
from simulators.stripe.errors import Refused, unauthorized
from simulators.stripe.expanding import present
from simulators.stripe.ledger import Ledger, change
from simulators.stripe.operations import Operation
from simulators.stripe.store import SavedAnswer, Store
from simulators.stripe.switches import Switches

KEY_LIFE_SECONDS = 24 * 3600
KEY_LENGTH = 255
KEY_IN_USE = "There is currently another in-progress request using this Idempotent Key: {}. Please try again later."
KEY_REUSED = (
    "Keys for idempotent requests can only be used with the same parameters they were first used with. Try using a key "
    "other than '{}' if you meant to execute a different request."
)


@dataclass(frozen=True)
class Call:
    """`given` is the form body or the query string; `base` the address the caller used."""

    operation: Operation
    id: str
    given: str
    base: str
    request_id: str
    api_key: str
    idempotency_key: str = ""

    @property
    def saved_under(self) -> str:
        return f"{self.api_key}:{self.idempotency_key}" if self.idempotency_key else ""

    @property
    def fingerprint(self) -> str:
        text = f"{self.operation.method} {self.operation.path} {self.id} {self.given}"
        return hashlib.sha256(text.encode()).hexdigest()


def earlier_answer(store: Store, call: Call) -> SavedAnswer | None:
    """What the same call was answered before; raises Refused when its key was used for another call."""
    if len(call.idempotency_key) > KEY_LENGTH:
        raise Refused(f"Idempotency keys can have at most {KEY_LENGTH} characters.", type="idempotency_error")
    saved = store.saved_answer(call.saved_under, time.time() - KEY_LIFE_SECONDS) if call.saved_under else None
    if saved is not None and saved.fingerprint != call.fingerprint:
        raise Refused(KEY_REUSED.format(call.idempotency_key), type="idempotency_error")
    return saved


def key_in_use(call: Call) -> Refused:
    return Refused(
        KEY_IN_USE.format(call.idempotency_key), status=409, type="idempotency_error", code="idempotency_key_in_use"
    )


def carry_out(store: Store, switches: Switches, call: Call) -> SavedAnswer:
    """Run the call; a refusal is an answer too, with nothing changed."""
    try:
        with change(Ledger(store, switches, call.base, call.request_id, call.idempotency_key or None)) as ledger:
            answer = _answer(call, 200, _run(ledger, call))
            _keep(store, call, answer)
    except Refused as refusal:
        answer = _answer(call, refusal.status, refusal.envelope(call.request_id))
        if refusal.saved:
            with store.transaction():
                _keep(store, call, answer)
    return answer


def _run(ledger: Ledger, call: Call) -> dict[str, object]:
    given = forms.decode(call.given)
    expand = params.read(params.Table({"expand": params.Many(params.Text())}), {"expand": given.pop("expand", [])})
    result = call.operation.run(ledger, call.id, params.read(call.operation.takes, given))
    return present(ledger, result, expand["expand"])


def _answer(call: Call, status: int, body: dict[str, object]) -> SavedAnswer:
    return SavedAnswer(call.fingerprint, status, json.dumps(body), call.request_id)


def _keep(store: Store, call: Call, answer: SavedAnswer) -> None:
    if call.saved_under:
        store.save_answer(call.saved_under, answer, time.time())


def api_key(authorization: str) -> str:
    """The test key of a Bearer or Basic header; raises Refused for none, a live one, or anything else."""
    scheme, _, value = authorization.partition(" ")
    key = _basic_user(value) if scheme.lower() == "basic" else value.strip() if scheme.lower() == "bearer" else ""
    if not key:
        raise unauthorized(
            "You did not provide an API key. You need to provide your API key in the Authorization header, using "
            "Bearer auth (e.g. 'Authorization: Bearer YOUR_SECRET_KEY')."
        )
    if key.startswith(("sk_live_", "rk_live_")):
        raise unauthorized("A live key was sent to a stand-in that moves no money. Check STRIPE_API_BASE.")
    if not key.startswith(("sk_test_", "rk_test_")) or len(key) < len("sk_test_") + 4:
        raise unauthorized(f"Invalid API Key provided: {key[:8]}{'*' * 8}")
    return key


def _basic_user(value: str) -> str:
    try:
        return base64.b64decode(value, validate=True).decode().partition(":")[0]
    except (binascii.Error, UnicodeDecodeError):
        return ""
