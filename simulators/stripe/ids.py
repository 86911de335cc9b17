"""Ids as Stripe writes them: a prefix that names the kind, then random letters and digits.

They must never be guessable, since a session's id is all that its pay page asks for.
"""

import secrets
import string

ALPHABET = string.ascii_letters + string.digits
PREFIXES = {
    "checkout.session": "cs_test_a1",
    "payment_intent": "pi_3",
    "payment_method": "pm_1",
    "charge": "ch_3",
    "refund": "re_3",
    "dispute": "dp_1",
    "balance_transaction": "txn_3",
    "event": "evt_1",
    "item": "li_1",
    "price": "price_1",
    "product": "prod_",
    "request": "req_",
}


def new_id(kind: str) -> str:
    length = 56 if kind == "checkout.session" else 14 if kind in ("product", "request") else 23
    return PREFIXES[kind] + random_text(length)


def random_text(length: int) -> str:
    return "".join(secrets.choice(ALPHABET) for _ in range(length))
