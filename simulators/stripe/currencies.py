"""How Stripe counts a currency's minor units, and how its hosted page writes an amount.

Written from Stripe's own table, apart from the product's: the two must be able to disagree.
"""

NO_DECIMALS = frozenset(
    ["bif", "clp", "djf", "gnf", "jpy", "kmf", "krw", "mga", "pyg", "rwf", "vnd", "vuv", "xaf", "xof", "xpf"]
)
THREE_DECIMALS = frozenset(["bhd", "jod", "kwd", "omr", "tnd"])
ONLY_WHOLE = frozenset(["isk", "ugx"])  # counted in hundredths for compatibility's sake


def step(currency: str) -> int:
    """What an amount must be a multiple of."""
    return 10 if currency in THREE_DECIMALS else 100 if currency in ONLY_WHOLE else 1


def written(amount: int, currency: str) -> str:
    places = 0 if currency in NO_DECIMALS else 3 if currency in THREE_DECIMALS else 2
    return f"{amount / 10**places:,.{places}f} {currency.upper()}"
