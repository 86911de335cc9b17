"""Amounts in minor units, as people write them. Never computes with them."""

from decimal import Decimal

# ISO 4217 currencies without a minor unit, as Stripe counts them.
WITHOUT_MINOR_UNIT = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "ugx", "vnd", "vuv", "xaf", "xof", "xpf"]
)
SIGNS = {"usd": "$", "eur": "€", "gbp": "£", "jpy": "¥"}


def decimals(currency: str) -> int:
    return 0 if currency.lower() in WITHOUT_MINOR_UNIT else 2


def written(minor: int, currency: str) -> str:
    """`$49.00`, `¥4,900`; a currency without a sign of its own as `49.00 CHF`."""
    places = decimals(currency)
    amount = f"{Decimal(minor).scaleb(-places):,.{places}f}"
    sign = SIGNS.get(currency.lower())
    return f"{sign}{amount}" if sign else f"{amount} {currency.upper()}"
