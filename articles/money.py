"""Amounts in minor units, as Stripe counts them and as people write them. Never computes with them."""

from decimal import Decimal

# ISO 4217 currencies without a minor unit, as Stripe counts them.
WITHOUT_MINOR_UNIT = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMALS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
# No minor unit any more, and Stripe still counts hundredths of them, which must be whole.
WHOLE_HUNDREDS = frozenset(["isk", "ugx"])
SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def decimals(currency: str) -> int:
    """How many the amount in minor units has."""
    code = currency.lower()
    return 0 if code in WITHOUT_MINOR_UNIT else 3 if code in THREE_DECIMALS else 2


def step(currency: str) -> int:
    """What an amount in minor units must be a multiple of to be charged."""
    code = currency.lower()
    return 100 if code in WHOLE_HUNDREDS else 10 if code in THREE_DECIMALS else 1


def written(minor: int, currency: str) -> str:
    """`$49.00`, `¥4,900`; a currency without a sign of its own as `49.00 CHF`."""
    places = decimals(currency)
    shown = 0 if currency.lower() in WHOLE_HUNDREDS and minor % 100 == 0 else places
    amount = f"{Decimal(minor).scaleb(-places):,.{shown}f}"
    sign = SIGNS.get(currency.lower())
    return f"{sign}{amount}" if sign else f"{amount} {currency.upper()}"
