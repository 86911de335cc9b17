"""Stripe as this room sees it: sessions, refunds, charges, and the signature on what it sends us.

It never decides anything and never runs in a transaction. What Stripe answers is checked for its shape before
anybody reads it.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from django.conf import settings
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from queues.errors import Permanent, RetryLater
from queues.on_demand import OnDemand

if TYPE_CHECKING:
    import stripe
else:
    stripe = OnDemand("stripe")  # 15 MiB: it brings every HTTP library it finds

WITH_INTENT: Any = {"expand": ["payment_intent"]}
TIMEOUT_SECONDS = 10
RETRIES = 2
LIVE_KEYS = ("sk_live_", "rk_live_")


class StripeUnavailable(RetryLater):
    """Stripe cannot be reached, is overloaded or answers nonsense: the same call may work later."""


class StripeRefused(Permanent):
    """Stripe will not do this, however often it is asked."""


class NoSuchObject(StripeRefused):
    """Stripe knows nothing of this id."""


class Forged(Exception):
    """The message is not from Stripe, is too old, or is no event."""


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


Answer = TypeVar("Answer", bound=_Shape)


class PaymentIntent(_Shape):
    id: str
    status: str


class Session(_Shape):
    """A Checkout session as it stands at Stripe now; amounts in the currency's minor unit."""

    id: str
    status: str
    payment_status: str
    url: str | None
    amount_total: int | None
    currency: str | None
    livemode: bool
    client_reference_id: str | None
    payment_intent: PaymentIntent | None

    @property
    def is_paid(self) -> bool:
        return self.status == "complete" and self.payment_status in ("paid", "no_payment_required")

    @property
    def is_failed(self) -> bool:
        """A payment that was to arrive later and never will."""
        intent = self.payment_intent
        refused = intent is not None and intent.status in ("requires_payment_method", "canceled")
        return self.status == "complete" and self.payment_status == "unpaid" and refused


class StripeRefund(_Shape):
    """A refund as it stands at Stripe now; its metadata are ours where we asked for it."""

    id: str
    status: str | None
    amount: int
    charge: str | None
    payment_intent: str | None
    metadata: dict[str, str] | None

    @property
    def number(self) -> str:
        """Of our own refund; empty when somebody else asked for it."""
        return (self.metadata or {}).get("refund", "")

    @property
    def attempt(self) -> int:
        said = (self.metadata or {}).get("attempt", "")
        return int(said) if said.isdecimal() else 1

    @property
    def is_standing(self) -> bool:
        """Done, or still able to be."""
        return self.status not in ("failed", "canceled")


class _Refunds(_Shape):
    data: list[StripeRefund]


class Charge(_Shape):
    id: str
    payment_intent: str | None
    refunded: bool
    disputed: bool


class Dispute(_Shape):
    id: str
    payment_intent: str | None
    status: str


class _Told(_Shape):
    """What an event says of itself, as far as it is kept in columns of their own."""

    id: str = Field(min_length=1, max_length=200)  # what a once-key of the queues holds; Stripe's have thirty or so
    type: str = Field(max_length=100)
    object_id: str = Field(max_length=255)


@dataclass(frozen=True)
class NewSession:
    """What is to be paid. `lines` are (words, amount); another `attempt` is another session of the same checkout."""

    checkout_id: str
    attempt: int
    currency: str
    lines: tuple[tuple[str, int], ...]
    email: str
    success_url: str
    cancel_url: str
    expires_at: int


@dataclass(frozen=True)
class Event:
    id: str
    type: str
    object_id: str
    payload: dict[str, Any]


def is_live() -> bool:
    """Whether our key moves real money; what Stripe tells us must agree."""
    return settings.STRIPE_SECRET_KEY.startswith(LIVE_KEYS)


def create_session(new: NewSession) -> Session:
    """Open a session; the same checkout and attempt always give the same one."""
    metadata = {"checkout": new.checkout_id}
    lines = [
        {
            "price_data": {"currency": new.currency, "unit_amount": amount, "product_data": {"name": words}},
            "quantity": 1,
        }
        for words, amount in new.lines
    ]
    params: Any = {
        "mode": "payment",
        "line_items": lines,
        "client_reference_id": new.checkout_id,
        "metadata": metadata,
        "payment_intent_data": {"metadata": metadata},
        "customer_email": new.email,
        "success_url": new.success_url,
        "cancel_url": new.cancel_url,
        "expires_at": new.expires_at,
        **WITH_INTENT,
    }
    key: Any = {"idempotency_key": f"checkout:{new.checkout_id}:{new.attempt}"}
    return _ask(Session, lambda client: client.v1.checkout.sessions.create(params, key))


def session(session_id: str) -> Session:
    return _ask(Session, lambda client: client.v1.checkout.sessions.retrieve(session_id, WITH_INTENT))


def end_session(session_id: str) -> Session:
    """Expire the session if it is still open; what it is now, which may be paid."""
    found = session(session_id)
    if found.status != "open":
        return found
    try:
        return _ask(Session, lambda client: client.v1.checkout.sessions.expire(session_id, WITH_INTENT))
    except StripeRefused:
        return session(session_id)


def create_refund(*, refund_id: str, attempt: int, key: str, payment_intent: str, amount: int) -> StripeRefund:
    """Give back `amount` of a payment, once for each idempotency key."""
    metadata = {"refund": refund_id, "attempt": str(attempt)}
    params: Any = {"payment_intent": payment_intent, "amount": amount, "metadata": metadata}
    options: Any = {"idempotency_key": key}
    return _ask(StripeRefund, lambda client: client.v1.refunds.create(params, options))


def refund(refund_id: str) -> StripeRefund:
    return _ask(StripeRefund, lambda client: client.v1.refunds.retrieve(refund_id))


def refunds_of(payment_intent: str) -> list[StripeRefund]:
    """The newest hundred, which is more than any payment of ours has."""
    params: Any = {"payment_intent": payment_intent, "limit": 100}
    return _ask(_Refunds, lambda client: client.v1.refunds.list(params)).data


def charge(charge_id: str) -> Charge:
    return _ask(Charge, lambda client: client.v1.charges.retrieve(charge_id))


def dispute(dispute_id: str) -> Dispute:
    return _ask(Dispute, lambda client: client.v1.disputes.retrieve(dispute_id))


def read_event(raw: bytes, signature: str, secrets: list[str]) -> Event:
    """The event in a signed message; raises Forged. Several secrets are valid while one is being replaced."""
    if not any(_is_signed(raw, signature, secret) for secret in secrets):
        raise Forged("no secret of ours signed this")
    if b"\\u0000" in raw:
        raise Forged("a NUL character, which no event of Stripe's holds and PostgreSQL cannot store")
    try:
        payload = json.loads(raw)
        json.dumps(payload, allow_nan=False, ensure_ascii=False).encode()  # refuses what PostgreSQL's JSON refuses
        told = _Told(id=payload["id"], type=payload["type"], object_id=payload["data"]["object"].get("id") or "")
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise Forged("not an event") from error
    return Event(told.id, told.type, told.object_id, payload)


def _is_signed(raw: bytes, signature: str, secret: str) -> bool:
    try:
        stripe.WebhookSignature.verify_header(raw, signature, secret, stripe.Webhook.DEFAULT_TOLERANCE)
    except (stripe.SignatureVerificationError, ValueError, TypeError):  # TypeError: a signature that is not ASCII
        return False
    return True


def _ask(shape: type[Answer], call: "Callable[[stripe.StripeClient], Any]") -> Answer:
    try:
        answer = call(_client(settings.STRIPE_SECRET_KEY, settings.STRIPE_API_BASE.rstrip("/")))
        return shape.model_validate(answer.to_dict())
    except (stripe.APIConnectionError, stripe.RateLimitError, stripe.APIError, stripe.IdempotencyError) as error:
        said = f"Stripe: {type(error).__name__} {error.http_status or ''}"
        raise StripeUnavailable(said, _retry_after(error)) from error
    except stripe.StripeError as error:
        refusal = NoSuchObject if error.code == "resource_missing" else StripeRefused
        raise refusal(f"Stripe: {type(error).__name__} {error.code or ''}: {error.user_message}") from error
    except (ValidationError, AttributeError, TypeError, ValueError) as error:
        raise StripeUnavailable(f"Stripe answered something that is no {shape.__name__}") from error


def _retry_after(error: "stripe.StripeError") -> float | None:
    said = (error.headers or {}).get("retry-after", "")
    return float(said) if said.isdecimal() else None


@cache
def _client(key: str, base: str) -> "stripe.StripeClient":
    return stripe.StripeClient(
        key,
        base_addresses={"api": base},
        max_network_retries=RETRIES,
        http_client=stripe.RequestsClient(timeout=TIMEOUT_SECONDS),
    )
