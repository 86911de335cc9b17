"""The editors' and owners' side of the sale. Nothing is edited here: an order changes by its verbs alone."""

from backlinks.admin import orders, payments

__all__ = ["orders", "payments"]
