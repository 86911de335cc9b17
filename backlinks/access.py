"""Access tokens of orders: whoever holds one is its customer, account or not.

They are signed and kept nowhere, and raising the order's `token_version` revokes every one.
None may stand in a log, or in a URL that we show.
"""

from uuid import UUID

from django.core import signing
from django.db import transaction
from django.db.models import F

from audit.actors import Actor
from audit.recording import record
from backlinks.models import Order

PREFIX = "ord_"
_SIGNER = signing.Signer(salt="backlinks.access", sep=".")


class NoSuchOrder(Exception):
    """There is no such order, or whoever asks may not know of it: the answer is the same."""


def token_for(order: Order) -> str:
    return PREFIX + _SIGNER.sign(f"{order.pk.hex}.{order.token_version}")


def order_for_token(token: str) -> Order:
    """The order this token opens; raises NoSuchOrder when it is forged or revoked."""
    try:
        order_id, version = _SIGNER.unsign(token.removeprefix(PREFIX)).split(".")
    except (signing.BadSignature, ValueError):
        raise NoSuchOrder from None
    order = Order.objects.filter(pk=UUID(order_id), token_version=int(version)).first()
    if order is None or not token.startswith(PREFIX):
        raise NoSuchOrder
    return order


@transaction.atomic
def revoke_tokens(*, order: Order, actor: Actor, reason: str) -> None:
    """Every link and token given out for the order stops working; emails sent from now on carry another."""
    Order.objects.filter(pk=order.pk).update(token_version=F("token_version") + 1)
    order.refresh_from_db(fields=["token_version"])
    record(actor=actor, action="order.access_revoked", target=("order", str(order.pk)), reason=reason)
